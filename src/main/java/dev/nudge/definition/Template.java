package dev.nudge.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with places to fill, {@code Your ${resource.amount} at ${moment.event.storeId}}.
 *
 * @param text as it was written
 */
public record Template(String text) {
  /** A place to fill; what is no name between the brackets was refused when it was read. */
  static final Pattern PLACE = Pattern.compile("\\$\\{([^}]*)}");

  /** The names of the places, each once, in the order of the text. */
  public List<String> names() {
    return PLACE.matcher(text).results().map(place -> place.group(1)).distinct().toList();
  }

  /** The names of the places that have no value, in the order of the text. */
  public List<String> missing(UnaryOperator<String> values) {
    List<String> missing = new ArrayList<>(names());
    missing.removeIf(name -> values.apply(name) != null);
    return missing;
  }

  /**
   * Fills every place.
   *
   * @param values what stands for a name; null for what is missing
   * @return nothing if a value is missing
   */
  public Optional<String> fill(UnaryOperator<String> values) {
    StringBuilder filled = new StringBuilder();
    Matcher places = PLACE.matcher(text);
    while (places.find()) {
      String value = values.apply(places.group(1));
      if (value == null) {
        return Optional.empty();
      }
      places.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return Optional.of(places.appendTail(filled).toString());
  }
}
