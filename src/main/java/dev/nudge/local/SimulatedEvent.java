package dev.nudge.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Topic;
import dev.nudge.event.Units;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What a simulated customer, shop or gateway does, ready to be written to an input topic.
 *
 * <p>Every one says so: {@code "simulated":true} stands among a click's properties, an order's or
 * profile's attributes, and in a delivery itself; and the record on the topic has the header {@link
 * #HEADER}.
 *
 * @param topic where it goes
 * @param tenant the brand
 * @param customerId the customer
 * @param messageId the same whenever the same thing is simulated again
 * @param atMillis when it happens, epoch milliseconds
 * @param fields the record's other fields, a JSON object
 */
record SimulatedEvent(
    Topic topic, String tenant, String customerId, String messageId, long atMillis, String fields) {

  /** The header of every simulated record; its value is {@code true}. */
  static final String HEADER = "simulated";

  /** By time; at equal times by id, which names a customer's acts in their sequence. */
  static final Comparator<SimulatedEvent> ORDER =
      Comparator.comparingLong(SimulatedEvent::atMillis)
          .thenComparing(SimulatedEvent::messageId)
          .thenComparing(SimulatedEvent::topic);

  private static final JsonFactory JSON = new JsonFactory();
  private static final String MARK = "simulated";

  /** Whose event it is. */
  record Actor(String tenant, String customerId) {}

  /** One product of an order. */
  record Line(String productId, String category, long priceUnits, long quantity) {}

  /**
   * A step of an order as it is written.
   *
   * @param grantId the grant whose coupon it uses, or null
   * @param storeId the store, or null
   */
  record OrderStep(
      String orderId,
      OrderStatus status,
      String currency,
      long amountUnits,
      String grantId,
      String storeId,
      List<Line> lines) {}

  /**
   * A receipt as it is written; what does not apply is null.
   *
   * @param discountUnits in ten-thousandths
   */
  record Receipt(
      DeliveryStatus status,
      String triggerId,
      String grantId,
      String couponType,
      String channel,
      String orderId,
      Long discountUnits) {}

  /** Something done in the shop. */
  static SimulatedEvent click(
      Actor who,
      String messageId,
      long atMillis,
      String event,
      String sessionId,
      Map<String, String> properties) {
    return of(
        Topic.CLICKSTREAM,
        who,
        messageId,
        atMillis,
        json -> {
          json.writeStringField("event", event);
          json.writeStringField("sessionId", sessionId);
          writeMarked(json, "properties", properties);
        });
  }

  /** A step of an order. */
  static SimulatedEvent order(Actor who, String messageId, long atMillis, OrderStep order) {
    return of(
        Topic.ORDERS,
        who,
        messageId,
        atMillis,
        json -> {
          json.writeStringField("orderId", order.orderId());
          json.writeStringField("status", order.status().name());
          json.writeStringField("currency", order.currency());
          json.writeStringField("amount", Units.format(order.amountUnits()));
          writeIfThere(json, "grantId", order.grantId());
          writeMarked(
              json,
              "attributes",
              order.storeId() == null ? Map.of() : Map.of("storeId", order.storeId()));
          json.writeArrayFieldStart("lines");
          for (Line line : order.lines()) {
            json.writeStartObject();
            json.writeStringField("productId", line.productId());
            writeIfThere(json, "category", line.category());
            json.writeNumberField("quantity", line.quantity());
            json.writeStringField("price", Units.format(line.priceUnits()));
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** A gateway's receipt, or a coupon's fate. */
  static SimulatedEvent delivery(Actor who, String messageId, long atMillis, Receipt receipt) {
    return of(
        Topic.DELIVERIES,
        who,
        messageId,
        atMillis,
        json -> {
          json.writeStringField("status", receipt.status().name());
          writeIfThere(json, "triggerId", receipt.triggerId());
          writeIfThere(json, "grantId", receipt.grantId());
          writeIfThere(json, "couponType", receipt.couponType());
          writeIfThere(json, "channel", receipt.channel());
          writeIfThere(json, "orderId", receipt.orderId());
          if (receipt.discountUnits() != null) {
            json.writeStringField("discount", Units.format(receipt.discountUnits()));
          }
          json.writeBooleanField(MARK, true);
        });
  }

  /** What the shop knows of a customer. */
  static SimulatedEvent profile(
      Actor who,
      String messageId,
      long atMillis,
      Map<String, String> attributes,
      Map<String, Boolean> consents) {
    return of(
        Topic.PROFILES,
        who,
        messageId,
        atMillis,
        json -> {
          writeMarked(json, "attributes", attributes);
          json.writeObjectFieldStart("consents");
          for (Map.Entry<String, Boolean> consent : new TreeMap<>(consents).entrySet()) {
            json.writeBooleanField(consent.getKey(), consent.getValue());
          }
          json.writeEndObject();
        });
  }

  /** The record's key. */
  byte[] key() {
    return (tenant + "|" + customerId).getBytes(StandardCharsets.UTF_8);
  }

  /** The record's value, with the time at which it is written as its own. */
  byte[] value(long writtenAtMillis) {
    return write(
            json -> {
              json.writeStringField("messageId", messageId);
              json.writeStringField("tenant", tenant);
              json.writeStringField("customerId", customerId);
              json.writeNumberField("timestamp", writtenAtMillis);
              // A member's value written raw gets its comma from the generator: cut the braces off.
              json.writeRaw(",");
              json.writeRaw(fields.substring(1, fields.length() - 1));
            })
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The record for the topic of that name. Its partition is the one of the customer's key, as a
   * replay's is.
   */
  ProducerRecord<byte[], byte[]> record(String topicName, long writtenAtMillis) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topicName, key(), value(writtenAtMillis));
    record.headers().add(HEADER, "true".getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private static SimulatedEvent of(
      Topic topic, Actor who, String messageId, long atMillis, Fields fields) {
    return new SimulatedEvent(
        topic, who.tenant(), who.customerId(), messageId, atMillis, write(fields));
  }

  private static void writeMarked(JsonGenerator json, String name, Map<String, String> values)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> value : new TreeMap<>(values).entrySet()) {
      json.writeStringField(value.getKey(), value.getValue());
    }
    json.writeBooleanField(MARK, true);
    json.writeEndObject();
  }

  private static void writeIfThere(JsonGenerator json, String name, String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(name, text);
    }
  }

  private static String write(Fields fields) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(text)) {
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
