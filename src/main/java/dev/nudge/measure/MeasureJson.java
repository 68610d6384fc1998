package dev.nudge.measure;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.event.Units;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * How rows are written: one JSON object a line, the same bytes for the same row. Times are ISO 8601
 * in UTC, amounts decimal strings, ratios numbers without zeros at their end.
 */
public final class MeasureJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private MeasureJson() {}

  /** A line of {@code funnel.jsonl}. */
  public static String of(FunnelRow row) {
    FunnelKey key = row.key();
    return write(
        json -> {
          json.writeStringField("tenant", key.tenant());
          json.writeStringField("campaign", key.campaign());
          json.writeNumberField("campaignVersion", key.version());
          json.writeStringField("variant", key.variant());
          json.writeStringField("minute", iso(key.minuteMillis()));
          json.writeNumberField("window", key.windowMillis());
          json.writeStringField("touch", key.touch().word());
          json.writeStringField("step", key.step().name());
          json.writeStringField("currency", key.currency());
          json.writeNumberField("grants", row.grants());
          json.writeStringField("amount", Units.format(row.amountUnits()));
        });
  }

  /** A line of {@code roi.jsonl}. */
  public static String of(RoiRow row) {
    MoneyKey key = row.key();
    return write(
        json -> {
          json.writeStringField("tenant", key.tenant());
          json.writeStringField("campaign", key.campaign());
          json.writeStringField("hour", iso(key.hourMillis()));
          json.writeStringField("basis", key.basis().name());
          json.writeNumberField("window", key.windowMillis());
          json.writeStringField("touch", key.touch().word());
          json.writeStringField("currency", key.currency());
          json.writeNumberField("grants", row.grants());
          json.writeStringField("revenue", Units.format(row.revenueUnits()));
          json.writeStringField("cost", Units.format(row.costUnits()));
          json.writeStringField("cumRevenue", Units.format(row.cumRevenueUnits()));
          json.writeStringField("cumCost", Units.format(row.cumCostUnits()));
          writeRatio(json, "roi", row.roi());
          writeRatio(json, "netRoi", row.netRoi());
          json.writeStringField("asOf", iso(row.asOfMillis()));
          writeRatio(json, "matured", row.matured());
        });
  }

  /** A line of {@code experiments.jsonl}. */
  public static String of(ArmRow row) {
    return write(
        json -> {
          json.writeStringField("tenant", row.tenant());
          json.writeStringField("campaign", row.campaign());
          json.writeStringField("arm", row.arm());
          json.writeStringField("asOf", iso(row.asOfMillis()));
          json.writeNumberField("customers", row.customers());
          writeRatio(json, "expected", row.expected());
          json.writeNumberField("conversions", row.conversions());
          writeMeasure(json, "conversion", "Rate", row.conversion());
          json.writeStringField("currency", row.currency());
          json.writeStringField("revenue", Units.format(row.revenueUnits()));
          json.writeStringField("cost", Units.format(row.costUnits()));
          writeMeasure(json, "revenue", "PerCustomer", row.revenue());
          writeRatio(json, "sampleRatioP", row.sampleRatioP());
          json.writeBooleanField("sampleRatioMismatch", row.sampleRatioMismatch());
          json.writeBooleanField("enough", row.enough());
          json.writeBooleanField("winner", row.winner());
        });
  }

  /** A line of {@code alerts.jsonl}. */
  public static String of(AlertRow row) {
    return write(
        json -> {
          json.writeStringField("tenant", row.tenant());
          json.writeStringField("kind", row.kind().name());
          json.writeStringField("campaign", row.campaign());
          json.writeStringField("subject", row.subject());
          json.writeStringField("at", iso(row.atMillis()));
          json.writeStringField("until", row.untilMillis() == null ? null : iso(row.untilMillis()));
          writeRatio(json, "actual", BigDecimal.valueOf(row.actual()));
          writeRatio(json, "expected", BigDecimal.valueOf(row.expected()));
        });
  }

  private static void writeMeasure(JsonGenerator json, String name, String mean, ArmMeasure measure)
      throws IOException {
    writeRatio(json, name + mean, measure.mean());
    writeRatio(json, name + "Lift", measure.lift());
    writeRatio(json, name + "LiftLow", measure.liftLow());
    writeRatio(json, name + "LiftHigh", measure.liftHigh());
    writeRatio(json, name + "RelativeLift", measure.relativeLift());
    writeRatio(json, name + "RelativeLiftLow", measure.relativeLiftLow());
    writeRatio(json, name + "RelativeLiftHigh", measure.relativeLiftHigh());
    writeRatio(json, name + "P", measure.p());
  }

  private static void writeRatio(JsonGenerator json, String name, BigDecimal ratio)
      throws IOException {
    json.writeFieldName(name);
    if (ratio == null) {
      json.writeNull();
    } else {
      // As text, for a number like 1E+2 would be written with its exponent.
      json.writeRawValue(ratio.stripTrailingZeros().toPlainString());
    }
  }

  private static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static String write(Fields fields) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }
}
