package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.definition.Campaign;
import dev.nudge.definition.CampaignTrigger;
import dev.nudge.definition.Resource;
import dev.nudge.definition.Span;
import dev.nudge.definition.Timetable;
import dev.nudge.event.Units;
import dev.nudge.pattern.AfterTrigger;
import java.io.IOException;
import java.time.Instant;

/** What a reader of the report has to know of a campaign's definition to understand its numbers. */
final class CampaignInBrief {
  private CampaignInBrief() {}

  static void write(JsonGenerator json, Campaign campaign) throws IOException {
    json.writeStartObject();
    writeTrigger(json, campaign.trigger());
    json.writeStringField("purpose", campaign.purpose().name());
    json.writeNumberField("priority", campaign.priority());
    json.writeStringField("exclusive", campaign.exclusive());
    json.writeBooleanField("paused", campaign.paused());
    Span active = campaign.active();
    json.writeStringField("from", active.hasFrom() ? iso(active.fromMillis()) : null);
    json.writeStringField("to", active.hasTo() ? iso(active.toMillis()) : null);
    json.writeStringField(
        "audience", campaign.audience() == null ? null : campaign.audience().text());
    json.writeArrayFieldStart("channels");
    for (String channel : campaign.channels()) {
      json.writeString(channel);
    }
    json.writeEndArray();
    json.writeNumberField("control", campaign.controlBasisPoints() / 100.0);
    json.writeNumberField("delayMillis", campaign.delayMillis());
    json.writeNumberField("reentryMillis", campaign.reentryMillis());
    writeResource(json, campaign.resource());
    writeLimit(json, "budgetTotal", campaign.budget().totalUnits());
    writeLimit(json, "budgetPerDay", campaign.budget().perDayUnits());
    json.writeEndObject();
  }

  private static void writeTrigger(JsonGenerator json, CampaignTrigger trigger) throws IOException {
    String kind;
    String of;
    if (trigger instanceof CampaignTrigger.OfStage stage) {
      kind = "STAGE";
      of = stage.to().name();
    } else if (trigger instanceof CampaignTrigger.OfAnomaly anomaly) {
      kind = "ANOMALY";
      of = anomaly.kind();
    } else if (trigger instanceof CampaignTrigger.OfTime time) {
      kind = time.times() instanceof Timetable.Every ? "EVERY" : "SCHEDULE";
      of = shown(time.times());
    } else {
      boolean isAfter = ((CampaignTrigger.OfRule) trigger).rule() instanceof AfterTrigger;
      kind = isAfter ? "AFTER" : "PATTERN";
      of = null;
    }
    json.writeObjectFieldStart("trigger");
    json.writeStringField("kind", kind);
    json.writeStringField("of", of);
    json.writeEndObject();
  }

  private static String shown(Timetable times) {
    if (times instanceof Timetable.Once once) {
      return iso(once.atMillis());
    } else if (times instanceof Timetable.OnceLocal local) {
      return local.at().toString();
    }
    return ((Timetable.Every) times).cron().text();
  }

  private static void writeResource(JsonGenerator json, Resource resource) throws IOException {
    if (resource == null) {
      json.writeNullField("resource");
      return;
    }
    json.writeObjectFieldStart("resource");
    json.writeStringField("kind", resource.kind().name());
    json.writeStringField("type", resource.type());
    json.writeStringField("min", Units.format(resource.amountMinUnits()));
    json.writeStringField("max", Units.format(resource.amountMaxUnits()));
    if (resource.total() == Campaign.UNLIMITED) {
      json.writeNullField("total");
    } else {
      json.writeNumberField("total", resource.total());
    }
    json.writeBooleanField("claimed", resource.claim() != null);
    json.writeEndObject();
  }

  private static void writeLimit(JsonGenerator json, String field, long units) throws IOException {
    json.writeStringField(field, units == Campaign.UNLIMITED ? null : Units.format(units));
  }

  private static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
