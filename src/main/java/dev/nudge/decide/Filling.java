package dev.nudge.decide;

import dev.nudge.definition.Campaign;
import dev.nudge.event.Anomaly;
import dev.nudge.event.GrantedResource;
import dev.nudge.event.Moment;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the places of a content stand for: {@code ${moment.event.storeId}}, {@code
 * ${customer.city}}, {@code ${resource.amount}}.
 */
final class Filling {
  private static final String MOMENT = "moment.";
  private static final String RESOURCE = "resource.";

  private final Campaign campaign;
  private final Moment moment;
  private final MomentScope scope;
  private final GrantedResource resource;

  /**
   * What stands for a name.
   *
   * @param resource what is granted, or null
   */
  Filling(Campaign campaign, Moment moment, MomentScope scope, GrantedResource resource) {
    this.campaign = campaign;
    this.moment = moment;
    this.scope = scope;
    this.resource = resource;
  }

  /** A text; null if there is none. */
  String of(String name) {
    if (name.startsWith(MOMENT)) {
      return ofMoment(name.substring(MOMENT.length()));
    } else if (name.startsWith(RESOURCE)) {
      return resource == null ? null : ofResource(name.substring(RESOURCE.length()));
    }
    return switch (name) {
      case "campaign.id", "campaign" -> campaign.id();
      case "customerId", "customer.id" -> moment.customerId();
      default -> text(scope.find(name));
    };
  }

  private String ofMoment(String name) {
    if (name.startsWith("event.") || name.startsWith("steps.")) {
      return isStepWithoutField(name) ? null : text(scope.find(name));
    } else if (name.startsWith("customer.")) {
      return text(scope.find(name));
    }
    Map<String, Value> own = new TreeMap<>();
    if (moment.anomaly() != null) {
      Anomaly anomaly = moment.anomaly();
      anomaly.evidence().forEach((key, value) -> own.put("evidence." + key, value));
      own.put("value", anomaly.value());
      own.put("baseline", anomaly.baseline());
      own.put("orderId", anomaly.orderId() == null ? null : Value.string(anomaly.orderId()));
    }
    return switch (name) {
      case "id" -> moment.id();
      case "kind" -> moment.similarTo() == null ? moment.kind() : "SIMILAR";
      case "at" -> Instant.ofEpochMilli(moment.atMillis()).toString();
      case "from" ->
          moment.stageChange() == null || moment.stageChange().from() == null
              ? null
              : moment.stageChange().from().name();
      case "to" -> moment.stageChange() == null ? null : moment.stageChange().to().name();
      case "life" ->
          moment.stageChange() == null ? null : Integer.toString(moment.stageChange().life());
      case "orderCount" ->
          moment.stageChange() == null ? null : Integer.toString(moment.stageChange().orderCount());
      default -> text(own.get(name));
    };
  }

  private static boolean isStepWithoutField(String name) {
    return name.startsWith("steps.") && name.indexOf('.', "steps.".length()) < 0;
  }

  private String ofResource(String name) {
    return switch (name) {
      case "kind" -> resource.kind();
      case "type" -> resource.type();
      case "amount" -> Units.format(resource.amountUnits());
      case "validUntil" -> instant(resource.validUntilMillis());
      case "claimUntil" -> instant(resource.claimToMillis());
      default -> null;
    };
  }

  private static String instant(Long millis) {
    return millis == null ? null : Instant.ofEpochMilli(millis).toString();
  }

  private static String text(Object found) {
    Value value = MomentScope.shown(found);
    return value == null || value.text().isEmpty() ? null : value.text();
  }
}
