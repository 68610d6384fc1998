package dev.nudge.ingest;

import static dev.nudge.event.DeadLetterReason.NOT_JSON;
import static dev.nudge.event.DeadLetterReason.RECORD_TOO_LARGE;
import static dev.nudge.event.DeadLetterReason.TIMESTAMP_TOO_EARLY;
import static dev.nudge.event.DeadLetterReason.TIMESTAMP_TOO_LATE;
import static dev.nudge.ingest.Fields.AN_ID;
import static dev.nudge.ingest.Fields.A_DECIMAL;
import static dev.nudge.ingest.Fields.A_TIME;
import static dev.nudge.ingest.Fields.amount;
import static dev.nudge.ingest.Fields.bool;
import static dev.nudge.ingest.Fields.checkedId;
import static dev.nudge.ingest.Fields.clipped;
import static dev.nudge.ingest.Fields.expectObject;
import static dev.nudge.ingest.Fields.found;
import static dev.nudge.ingest.Fields.id;
import static dev.nudge.ingest.Fields.iso;
import static dev.nudge.ingest.Fields.quoted;
import static dev.nudge.ingest.Fields.require;
import static dev.nudge.ingest.Fields.text;
import static dev.nudge.ingest.Fields.time;
import static dev.nudge.ingest.Fields.units;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.nudge.event.Click;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.DeadLetter;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Profile;
import dev.nudge.event.Topic;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import dev.nudge.event.ValueReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a record's bytes into an event, in one streaming pass, or says why it can't.
 *
 * <p>Strictness lives here and nowhere else: what leaves has its ids, a time within bounds and
 * amounts that are exact. Example: {@code {"messageId":"m1","tenant":"acme","customerId":"anna",
 * "event":"view_item","timestamp":"2026-01-05T09:00:00Z"}} on the clickstream is a {@code Product
 * Viewed} of Anna; without its tenant it is a dead letter {@code FIELD_MISSING}, "tenant: missing,
 * expected an id of 1 to 256 characters".
 *
 * <p>Fields that nobody asked for are skipped. {@code null} counts as absent; of a key that stands
 * twice the last one counts. Not thread-safe.
 */
public final class RecordDecoder {

  /** Largest record, in bytes. */
  static final int MAX_RECORD_BYTES = 1 << 20;

  /** The first instant that is too late where there is no append time to compare with. */
  static final long FILE_TIME_LIMIT_MILLIS = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  /** The record that only moves time. */
  static final String TIME_EVENT = "$time";

  /** Field names are a stranger's text: never interned. */
  private final JsonFactory json =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private final CharsetDecoder utf8 = UTF_8.newDecoder();
  private final long minTimestampMillis;
  private final long maxClockSkewMillis;

  public RecordDecoder(IngestConfig config) {
    this.minTimestampMillis = config.minTimestampMillis();
    this.maxClockSkewMillis = config.maxClockSkewMillis();
  }

  /**
   * Decodes one record.
   *
   * @param topic what kind of record is expected
   * @param raw its bytes; null (a tombstone) is unusable
   * @param position where it stood
   * @return the event, the time it tells, or the dead letter; never throws for what it is given
   */
  public Ingested decode(Topic topic, byte[] raw, RecordPosition position) {
    byte[] bytes = requireNonNullElse(raw, new byte[0]);
    try {
      return decodeOrThrow(topic, bytes, position);
    } catch (UnusableRecord unusable) {
      return Ingested.deadLetter(
          new DeadLetter(
              bytes,
              position.source(),
              position.partition(),
              position.offset(),
              position.appendedAtMillis(),
              unusable.reason(),
              unusable.getMessage()));
    }
  }

  private Ingested decodeOrThrow(Topic topic, byte[] bytes, RecordPosition position)
      throws UnusableRecord {
    if (bytes.length > MAX_RECORD_BYTES) {
      throw new UnusableRecord(
          RECORD_TOO_LARGE,
          "record: found " + bytes.length + " bytes, expected at most " + MAX_RECORD_BYTES);
    }
    expectUtf8(bytes);
    Sheet sheet = new Sheet(topic);
    try (JsonParser parser = json.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new UnusableRecord(NOT_JSON, "record: expected one JSON object");
      }
      readObject(parser, sheet);
      if (parser.nextToken() != null) {
        throw new UnusableRecord(NOT_JSON, "record: found more behind its JSON object");
      }
    } catch (JsonProcessingException e) {
      // A breach of the parser's own limits, such as of nesting, has no location.
      JsonLocation where = e.getLocation();
      throw new UnusableRecord(
          NOT_JSON,
          "record: "
              + e.getOriginalMessage()
              + (where == null ? "" : " at byte " + where.getByteOffset()));
    } catch (IOException e) {
      // Nothing that is known to Jackson today; a byte array can't fail otherwise.
      throw new UnusableRecord(NOT_JSON, "record: " + e.getMessage());
    }
    return sheet.build(bytes, position);
  }

  /**
   * Jackson takes UTF-16 and UTF-32 too, and reads over-long sequences and halves of surrogate
   * pairs as if they were characters.
   */
  private void expectUtf8(byte[] bytes) throws UnusableRecord {
    boolean ascii = true;
    for (byte b : bytes) {
      if (b == 0) {
        throw new UnusableRecord(NOT_JSON, "record: found a zero byte, expected UTF-8");
      }
      ascii &= b > 0;
    }
    if (!ascii) {
      try {
        var unused = utf8.decode(ByteBuffer.wrap(bytes));
      } catch (CharacterCodingException e) {
        throw new UnusableRecord(NOT_JSON, "record: expected UTF-8: " + e.getMessage());
      }
    }
  }

  private static void readObject(JsonParser parser, Sheet sheet)
      throws IOException, UnusableRecord {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      sheet.read(name, parser);
    }
  }

  /** The fields of one record as far as they have been read. */
  private final class Sheet {
    private final Topic topic;
    private String messageId;
    private String tenant;
    private String customerId;
    private String event;
    private Long timestamp;
    private String sessionId;
    private String orderId;
    private String status;
    private String currency;
    private Long amount;
    private String grantId;
    private String refundOf;
    private String triggerId;
    private String couponType;
    private String channel;
    private Long discount;
    private boolean erased;
    private Map<String, Value> values = new HashMap<>();
    private final Map<String, Boolean> consents = new HashMap<>();
    private final List<OrderLine> lines = new ArrayList<>();

    Sheet(Topic topic) {
      this.topic = topic;
    }

    void read(String name, JsonParser parser) throws IOException, UnusableRecord {
      switch (name) {
        case "messageId" -> messageId = id(name, parser);
        case "tenant" -> tenant = id(name, parser);
        case "customerId" -> customerId = id(name, parser);
        case "timestamp" -> timestamp = time(name, parser);
        case "event" -> readEvent(name, parser);
        default -> {
          switch (topic) {
            case CLICKSTREAM -> readClick(name, parser);
            case ORDERS -> readOrder(name, parser);
            case PROFILES -> readProfile(name, parser);
            case DELIVERIES -> readDelivery(name, parser);
            case MOMENTS, DECISIONS -> throw notOfAShop();
          }
        }
      }
    }

    private IllegalArgumentException notOfAShop() {
      return new IllegalArgumentException(topic + " is not written by a shop");
    }

    /** Of other topics than the clickstream it says at most that a record only moves time. */
    private void readEvent(String name, JsonParser parser) throws IOException, UnusableRecord {
      if (topic == Topic.CLICKSTREAM) {
        event = id(name, parser);
      } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
        event = parser.getText();
      } else {
        parser.skipChildren();
      }
    }

    private void readClick(String name, JsonParser parser) throws IOException, UnusableRecord {
      switch (name) {
        case "sessionId" -> sessionId = id(name, parser);
        case "properties" -> values = properties(parser);
        default -> parser.skipChildren();
      }
    }

    private void readOrder(String name, JsonParser parser) throws IOException, UnusableRecord {
      switch (name) {
        case "orderId" -> orderId = id(name, parser);
        case "status" -> status = text(name, parser);
        case "currency" -> currency = id(name, parser);
        case "amount" -> amount = amount(name, parser);
        case "grantId" -> grantId = id(name, parser);
        case "refundOf" -> refundOf = id(name, parser);
        case "attributes" -> values = values(name, parser);
        case "lines" -> readLines(parser);
        default -> parser.skipChildren();
      }
    }

    private void readProfile(String name, JsonParser parser) throws IOException, UnusableRecord {
      switch (name) {
        case "attributes" -> values = values(name, parser);
        case "consents" -> readConsents(parser);
        case "erased" -> erased = bool(name, parser);
        default -> parser.skipChildren();
      }
    }

    private void readDelivery(String name, JsonParser parser) throws IOException, UnusableRecord {
      switch (name) {
        case "status" -> status = text(name, parser);
        case "triggerId" -> triggerId = id(name, parser);
        case "grantId" -> grantId = id(name, parser);
        case "couponType" -> couponType = id(name, parser);
        case "channel" -> channel = id(name, parser);
        case "orderId" -> orderId = id(name, parser);
        case "discount" -> discount = amount(name, parser);
        default -> parser.skipChildren();
      }
    }

    private void readConsents(JsonParser parser) throws IOException, UnusableRecord {
      expectObject("consents", parser);
      consents.clear();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_NULL) {
          consents.put(name, bool("consents." + clipped(name), parser));
        }
      }
    }

    private void readLines(JsonParser parser) throws IOException, UnusableRecord {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw UnusableRecord.mistyped("lines", found(parser), "an array");
      }
      lines.clear();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        lines.add(line("lines[" + lines.size() + "]", parser));
      }
    }

    Ingested build(byte[] raw, RecordPosition position) throws UnusableRecord {
      long at = checkedTime(position);
      if (TIME_EVENT.equals(event)) {
        return Ingested.time(at);
      }
      require("tenant", tenant, AN_ID);
      require("customerId", customerId, AN_ID);
      require("messageId", messageId, AN_ID);
      Profile profile = null;
      Order order = null;
      Delivery delivery = null;
      Click click = null;
      switch (topic) {
        case PROFILES -> profile = new Profile(values, consents, erased);
        case ORDERS -> order = order();
        case DELIVERIES -> delivery = delivery();
        case CLICKSTREAM -> {
          require("event", event, "an event name of 1 to 256 characters");
          click = new Click(EventNames.event(event), sessionId, values);
        }
        case MOMENTS, DECISIONS -> throw notOfAShop();
      }
      return Ingested.event(
          new CustomerEvent(
              tenant,
              customerId,
              messageId,
              at,
              profile,
              order,
              delivery,
              click,
              null,
              null,
              raw,
              position.appendedAtMillis()));
    }

    private long checkedTime(RecordPosition position) throws UnusableRecord {
      require("timestamp", timestamp, A_TIME);
      if (timestamp < minTimestampMillis) {
        throw new UnusableRecord(
            TIMESTAMP_TOO_EARLY,
            "timestamp: found "
                + iso(timestamp)
                + ", expected "
                + iso(minTimestampMillis)
                + " or later (are these seconds instead of milliseconds?)");
      }
      boolean appended = position.appendedAtMillis() != RecordPosition.NO_APPEND_TIME;
      long latest =
          appended ? position.appendedAtMillis() + maxClockSkewMillis : FILE_TIME_LIMIT_MILLIS - 1;
      if (timestamp > latest) {
        throw new UnusableRecord(
            TIMESTAMP_TOO_LATE,
            "timestamp: found "
                + iso(timestamp)
                + ", expected at most "
                + iso(latest)
                + (appended ? " (append time and clock skew)" : ""));
      }
      return timestamp;
    }

    private Order order() throws UnusableRecord {
      require("orderId", orderId, AN_ID);
      OrderStatus orderStatus = status(OrderStatus.class, OrderStatus.values());
      require("currency", currency, "a currency code");
      require("amount", amount, A_DECIMAL);
      return new Order(orderId, orderStatus, currency, amount, grantId, refundOf, values, lines);
    }

    private Delivery delivery() throws UnusableRecord {
      DeliveryStatus deliveryStatus = status(DeliveryStatus.class, DeliveryStatus.values());
      boolean coupon = deliveryStatus.isCoupon() && (grantId != null || couponType != null);
      boolean leaving = deliveryStatus == DeliveryStatus.UNSUBSCRIBED && channel != null;
      if (triggerId == null && !coupon && !leaving) {
        throw UnusableRecord.missing(
            "triggerId",
            deliveryStatus.isCoupon()
                ? "triggerId, grantId or couponType"
                : deliveryStatus == DeliveryStatus.UNSUBSCRIBED ? "triggerId or channel" : AN_ID);
      }
      return new Delivery(
          deliveryStatus, triggerId, grantId, couponType, channel, orderId, discount);
    }

    private <E extends Enum<E>> E status(Class<E> type, E[] known) throws UnusableRecord {
      require("status", status, "one of " + Arrays.toString(known));
      for (E value : known) {
        if (value.name().equals(status)) {
          return value;
        }
      }
      throw UnusableRecord.mistyped(
          "status", quoted(status), "one of " + Arrays.toString(type.getEnumConstants()));
    }
  }

  private OrderLine line(String where, JsonParser parser) throws IOException, UnusableRecord {
    expectObject(where, parser);
    String productId = null;
    String name = null;
    String category = null;
    String brand = null;
    long quantity = Units.ONE;
    Long price = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "productId" -> productId = id(where + ".productId", parser);
        case "name" -> name = text(where + ".name", parser);
        case "category" -> category = text(where + ".category", parser);
        case "brand" -> brand = text(where + ".brand", parser);
        case "quantity" -> quantity = amount(where + ".quantity", parser);
        case "price" -> price = units(where + ".price", parser);
        default -> parser.skipChildren();
      }
    }
    require(where + ".productId", productId, AN_ID);
    require(where + ".price", price, A_DECIMAL);
    return new OrderLine(productId, name, category, brand, quantity, price);
  }

  /**
   * The properties of a click, under Nudge's names. GA4 puts the product into {@code items}: what
   * stands beside it wins, the first item fills in the rest.
   */
  private Map<String, Value> properties(JsonParser parser) throws IOException, UnusableRecord {
    Map<String, Value> sent = values("properties", parser);
    Map<String, Value> named = new HashMap<>();
    addUnderOurNames(sent, named);
    Value items = sent.get("items");
    if (items != null && items.type() == Value.Type.JSON && !named.containsKey("productId")) {
      addUnderOurNames(firstItem(items.text()), named);
    }
    for (String field : List.of("price", "quantity")) {
      Value value = named.get(field);
      if (value != null) {
        boolean decimal = value.type() == Value.Type.NUMBER || value.type() == Value.Type.STRING;
        if (!decimal) {
          throw UnusableRecord.mistyped("properties." + field, quoted(value.text()), A_DECIMAL);
        }
        amount("properties." + field, value.text());
      }
    }
    Value productId = named.get("productId");
    if (productId != null) {
      checkedId("properties.productId", productId.text());
    }
    return named;
  }

  private static void addUnderOurNames(Map<String, Value> from, Map<String, Value> to) {
    from.forEach(
        (name, value) -> {
          String ours = EventNames.property(name);
          if (ours.equals(name) || !from.containsKey(ours)) {
            to.putIfAbsent(ours, value);
          }
        });
  }

  private Map<String, Value> firstItem(String items) throws IOException, UnusableRecord {
    try (JsonParser parser = json.createParser(items)) {
      parser.nextToken();
      return parser.nextToken() == JsonToken.START_OBJECT
          ? values("properties.items[0]", parser)
          : Map.of();
    }
  }

  private Map<String, Value> values(String field, JsonParser parser)
      throws IOException, UnusableRecord {
    expectObject(field, parser);
    return ValueReader.readAll(parser);
  }
}
