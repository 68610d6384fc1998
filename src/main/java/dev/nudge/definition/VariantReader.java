package dev.nudge.definition;

import dev.nudge.event.Value;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.ExpressionException;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.Suggestion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a campaign's variants and the texts in them, whose places only its moments can fill. */
final class VariantReader {
  private static final int MAX_VARIANTS = 50;
  private static final int MAX_CONTENT = 50;

  /**
   * What a place in a text is filled with: a name of letters, digits and {@code _}, dots between.
   */
  private static final Pattern CUSTOMER = Pattern.compile("customer\\.[A-Za-z_][A-Za-z0-9_]*");

  private static final Pattern STEP = Pattern.compile("moment\\.steps\\.([^.]+)\\.([^.]+)");
  private static final Pattern EVENT = Pattern.compile("moment\\.event\\.[^.]+");
  private static final Pattern EVIDENCE = Pattern.compile("moment\\.evidence\\.[^.]+");

  private final Names names;
  private final CampaignTrigger trigger;
  private final Set<String> steps;
  private final boolean hasResource;

  /**
   * A reader for one campaign.
   *
   * @param names of what is known of a customer
   * @param trigger null if it was refused
   * @param steps the names of its pattern's steps; null if it has no pattern
   * @param hasResource whether it gives anything
   */
  VariantReader(Names names, CampaignTrigger trigger, Set<String> steps, boolean hasResource) {
    this.names = names;
    this.trigger = trigger;
    this.steps = steps;
    this.hasResource = hasResource;
  }

  /** Reads the variants; without any there is one that gets all. */
  List<Variant> variants(Field field) {
    if (!field.isPresent()) {
      return List.of(Variant.ONLY);
    }
    if (field.isMap()) {
      field.refuse("a map", "a list, for composed variants are still to come");
      return List.of(Variant.ONLY);
    }
    Set<String> ids = new HashSet<>();
    List<Variant> variants =
        field.list(
            MAX_VARIANTS,
            item ->
                item.nested(
                    part -> {
                      Variant variant = variant(part);
                      String id = variant.id();
                      if (id != null && Variant.RESERVED.contains(id)) {
                        part.field("id").refuse(id, "another name: measures have an arm " + id);
                      } else if (id != null && !ids.add(id)) {
                        part.field("id").refuse("a second " + id, "each once");
                      }
                      return variant;
                    },
                    null));
    if (!field.isList()) {
      return List.of(Variant.ONLY);
    }
    variants.removeIf(Objects::isNull);
    int weights = variants.stream().mapToInt(Variant::weightBasisPoints).sum();
    if (variants.isEmpty()) {
      field.refuse("an empty list", "one variant or more");
    } else if (variants.size() == 1 && weights == 0) {
      Variant only = variants.get(0);
      return List.of(new Variant(only.id(), Campaign.ALL_BASIS_POINTS, only.content()));
    } else if (weights != Campaign.ALL_BASIS_POINTS) {
      field.refuse(
          "weights that add up to " + Field.percent(weights), "weights that add up to 100");
    }
    return variants;
  }

  private Variant variant(Fields fields) {
    String id = fields.required("id").id(null);
    int weight = fields.field("weight").basisPoints(0, Campaign.ALL_BASIS_POINTS, 0);
    Map<String, Template> content =
        fields.field("content").named(MAX_CONTENT, (name, value) -> template(value));
    content.values().removeIf(Objects::isNull);
    return new Variant(id, weight, content);
  }

  private Template template(Field field) {
    Value value = field.value();
    if (value == null) {
      return null;
    }
    String text = value.text();
    Matcher places = Template.PLACE.matcher(text);
    int end = 0;
    while (places.find()) {
      end = places.end();
      String name = places.group(1);
      int offset = text.codePointCount(0, places.start(1));
      if (CUSTOMER.matcher(name).matches()) {
        checkCustomer(field, name, offset);
      } else if (!isKnown(name)) {
        List<String> known = known();
        field.refuseWithin(
            offset,
            "the substitution ${" + Node.clipped(name) + "}",
            "one of " + String.join(", ", known) + Suggestion.of(name, known));
      }
    }
    int open = text.indexOf("${", end);
    if (open >= 0) {
      field.refuseWithin(text.codePointCount(0, open), "${ without its end", "${name}");
    }
    return new Template(text);
  }

  /** Asks the language of conditions, which knows every feature, and misspelt ones. */
  private void checkCustomer(Field field, String name, int offset) {
    try {
      Expression.compile(name, names, Expression.Type.SCALAR);
    } catch (ExpressionException refused) {
      ExpressionException.Mistake mistake = refused.mistakes().get(0);
      field.refuseWithin(offset, mistake.found(), mistake.expected());
    }
  }

  private boolean isKnown(String name) {
    if (trigger == null) {
      return true; // Which moment it is can't be said, and the trigger is refused already.
    }
    Matcher step = STEP.matcher(name);
    if (step.matches()) {
      return steps != null && steps.contains(step.group(1));
    }
    boolean hasEvent =
        trigger instanceof CampaignTrigger.OfRule || trigger instanceof CampaignTrigger.OfAnomaly;
    return (hasEvent && EVENT.matcher(name).matches())
        || (trigger instanceof CampaignTrigger.OfAnomaly && EVIDENCE.matcher(name).matches())
        || known().contains(name);
  }

  /** What a text can show; {@code …} stands for any name. */
  private List<String> known() {
    List<String> known = new ArrayList<>(List.of("customer.…", "moment.kind", "moment.at"));
    if (trigger instanceof CampaignTrigger.OfRule || trigger instanceof CampaignTrigger.OfAnomaly) {
      known.add("moment.event.…");
    }
    if (steps != null) {
      steps.stream().sorted().forEach(step -> known.add("moment.steps." + step + ".…"));
    }
    if (trigger instanceof CampaignTrigger.OfStage) {
      known.addAll(List.of("moment.from", "moment.to", "moment.life", "moment.orderCount"));
    } else if (trigger instanceof CampaignTrigger.OfAnomaly) {
      known.addAll(
          List.of("moment.orderId", "moment.value", "moment.baseline", "moment.evidence.…"));
    }
    if (hasResource) {
      known.addAll(
          List.of("resource.kind", "resource.type", "resource.amount", "resource.validUntil"));
    }
    return known;
  }
}
