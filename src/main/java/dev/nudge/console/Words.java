package dev.nudge.console;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Something said in the languages of the console.
 *
 * @param en in English
 * @param zh in Chinese
 */
public record Words(String en, String zh) {
  /** What needs no translation: a name, a number. */
  static Words same(String text) {
    return new Words(text, text);
  }

  /**
   * Two sentences with the same parts in them.
   *
   * @param parts {@link Words} stand in each sentence in its language, anything else as it is
   */
  static Words of(String en, String zh, Object... parts) {
    return new Words(fill(en, Words::en, parts), fill(zh, Words::zh, parts));
  }

  /** This, and the other behind it. */
  Words plus(Words other) {
    return new Words(en + other.en, zh + other.zh);
  }

  /** This as a sentence. */
  Words end() {
    return plus(new Words(".", "。"));
  }

  private static String fill(String sentence, Function<Words, String> language, Object... parts) {
    return sentence.formatted(
        Arrays.stream(parts)
            .map(part -> part instanceof Words words ? language.apply(words) : part)
            .toArray());
  }
}
