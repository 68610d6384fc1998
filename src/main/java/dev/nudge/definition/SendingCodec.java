package dev.nudge.definition;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.event.Units;
import dev.nudge.pattern.Suggestion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The keys of a policy that are about what is sent; keys that say nothing new are left out. */
final class SendingCodec {
  /** The most channels that a policy declares. */
  static final int MAX_CHANNELS = 50;

  /** The most caps of a policy, which every decision reads. */
  static final int MAX_CAPS = 50;

  /** Of products, stores and the like in one list. */
  static final int MAX_NAMES = 1_000;

  private static final int MAX_POSITIONS = 50;
  private static final int MAX_CAP = 1_000_000;
  private static final int MAX_SALT = 256;

  /** The longest window that is counted: a year. */
  static final long MAX_WINDOW = 366L * 86_400_000L;

  private SendingCodec() {}

  static SendingPolicy read(Fields fields) {
    SendingPolicy none = SendingPolicy.DEFAULT;
    boolean paused = fields.field("paused").bool(none.paused());
    Map<String, Channel> channels =
        fields.field("channels").named(MAX_CHANNELS, SendingCodec::readChannel);
    channels.values().removeIf(Objects::isNull);
    Set<String> known = new HashSet<>(Channel.BUILT_IN.keySet());
    known.addAll(channels.keySet());
    return new SendingPolicy(
        paused,
        channels,
        fields.field("quietHours").nested(SendingCodec::readQuietHours, null),
        readCaps(fields.field("caps"), known),
        readHeldCoupons(fields.field("heldCoupons")),
        fields.field("globalControl").basisPoints(0, Campaign.ALL_BASIS_POINTS, 0),
        salt(fields));
  }

  private static Integer readHeldCoupons(Field field) {
    return field.isPresent() ? field.integer(0, MAX_CAP, 0) : null;
  }

  /** What deals chance anew. */
  static String salt(Fields fields) {
    return fields
        .field("salt")
        .text(text -> text.length() <= MAX_SALT, "text of at most " + MAX_SALT + " characters", "");
  }

  private static Channel readChannel(String name, Field field) {
    if (!Field.isId(name)) {
      field.refuse(
          "the name \"" + Node.clipped(name) + '"',
          "1 to 256 characters, none of them | or a control character");
      return null;
    }
    Channel like = Channel.BUILT_IN.getOrDefault(name, Channel.BUILT_IN.get("PUSH"));
    return field.nested(fields -> readChannel(fields, like), null);
  }

  private static Channel readChannel(Fields fields, Channel like) {
    Channel.Kind kind = fields.field("kind").choice(Channel.Kind.class, like.kind());
    Field costField = fields.field("cost");
    Cost cost = costField.nested(SendingCodec::readCost, Cost.FREE);
    if (cost.model() == CostModel.FLAT) {
      costField.refuse("FLAT", "another model, for FLAT is a campaign's alone");
    }
    Consent consent = fields.field("consentDefault").choice(Consent.class, like.consentDefault());
    Field positionsField = fields.field("positions");
    List<String> positions = texts(positionsField, MAX_POSITIONS);
    if (kind != Channel.Kind.ON_PAGE && !positions.isEmpty()) {
      positionsField.refuse("positions", "no such key, for only an ON_PAGE channel has them");
    }
    if (kind == Channel.Kind.ON_PAGE && positions.isEmpty()) {
      positions = Channel.POSITIONS;
    }
    return new Channel(kind, cost, consent, positions);
  }

  /** A cost, of which both model and price are there. */
  static Cost readCost(Fields fields) {
    CostModel model = fields.required("model").choice(CostModel.class, CostModel.PER_SEND);
    Field priceField = fields.required("price");
    long price = priceField.moneyUnits(0, Cost.MAX_PRICE_UNITS, 0);
    if (model == CostModel.CPS && price > Units.ONE) {
      priceField.refuse(Units.format(price), "at most 1, for it is a share of the revenue");
    }
    return new Cost(model, price);
  }

  private static QuietHours readQuietHours(Fields fields) {
    int from = fields.required("from").minuteOfDay(0) % Slot.DAY_MINUTES;
    Field toField = fields.required("to");
    int to = toField.minuteOfDay(from + 1) % Slot.DAY_MINUTES;
    if (from == to) {
      toField.refuse("the time that they begin", "another one");
    }
    return new QuietHours(from, to);
  }

  private static List<Cap> readCaps(Field field, Set<String> channels) {
    List<Cap> caps = new ArrayList<>();
    Map<Cap, String> seen = new HashMap<>();
    field.list(
        MAX_CAPS,
        item -> {
          Cap cap = item.nested(fields -> readCap(fields, channels), null);
          if (cap != null) {
            caps.add(cap);
            String first = seen.putIfAbsent(cap, item.place());
            if (first != null) {
              item.refuse("the same cap as in " + first, "each once");
            }
          }
          return null;
        });
    return caps;
  }

  private static Cap readCap(Fields fields, Set<String> channels) {
    Cap.Scope scope = fields.required("scope").choice(Cap.Scope.class, Cap.Scope.ANY);
    Field channelField = fields.field("channel");
    String channel = null;
    if (channelField.isPresent()) {
      channel = channel(channelField, channels);
      if (scope != Cap.Scope.CHANNEL) {
        channelField.refuse("a channel", "no such key unless the scope is CHANNEL");
      }
    } else if (scope == Cap.Scope.CHANNEL) {
      channelField.refuse("nothing", "a channel, for the scope is CHANNEL");
    }
    int max = fields.required("max").integer(0, MAX_CAP, 0);
    Field window = fields.required("window");
    Object length = window.nested(SendingCodec::readWindow, null);
    Cap.Counts counts = fields.field("counts").choice(Cap.Counts.class, Cap.Counts.ALL);
    return new Cap(
        scope,
        channel,
        max,
        length instanceof Long millis ? millis : 0,
        length instanceof Cap.Calendar calendar ? calendar : null,
        counts);
  }

  private static Object readWindow(Fields fields) {
    Map<String, Function<Field, Object>> forms = new TreeMap<>();
    forms.put("rolling", field -> field.durationMillis(1, MAX_WINDOW, 1));
    forms.put("calendar", field -> field.choice(Cap.Calendar.class, Cap.Calendar.DAY));
    return fields.choose(forms);
  }

  /** The name of a channel that there is. */
  static String channel(Field field, Set<String> known) {
    String name = field.id(null);
    if (name != null && known != null && !known.contains(name)) {
      List<String> sorted = known.stream().sorted().toList();
      field.refuse(
          "the channel " + Node.clipped(name),
          "one of " + String.join(", ", sorted) + Suggestion.of(name, sorted));
    }
    return name;
  }

  /** Names, each once; a text is a list of one. */
  static List<String> texts(Field field, int max) {
    List<String> texts = new ArrayList<>();
    field.list(
        max,
        item -> {
          String text = item.id(null);
          if (text != null && texts.contains(text)) {
            item.refuse('"' + Node.clipped(text) + "\" again", "each once");
          } else if (text != null) {
            texts.add(text);
          }
          return null;
        });
    return texts;
  }

  static void write(JsonGenerator json, SendingPolicy sending) throws IOException {
    SendingPolicy none = SendingPolicy.DEFAULT;
    if (sending.paused()) {
      json.writeBooleanField("paused", true);
    }
    if (!sending.channels().isEmpty()) {
      json.writeObjectFieldStart("channels");
      for (Map.Entry<String, Channel> each : new TreeMap<>(sending.channels()).entrySet()) {
        write(json, each.getKey(), each.getValue());
      }
      json.writeEndObject();
    }
    if (sending.quietHours() != null) {
      json.writeObjectFieldStart("quietHours");
      json.writeStringField("from", clock(sending.quietHours().fromMinute()));
      json.writeStringField("to", clock(sending.quietHours().toMinute()));
      json.writeEndObject();
    }
    if (!sending.caps().isEmpty()) {
      json.writeArrayFieldStart("caps");
      for (Cap cap : sending.caps()) {
        write(json, cap);
      }
      json.writeEndArray();
    }
    if (sending.heldCoupons() != null) {
      json.writeNumberField("heldCoupons", sending.heldCoupons());
    }
    if (sending.globalControlBasisPoints() != 0) {
      json.writeFieldName("globalControl");
      json.writeRawValue(Field.percent(sending.globalControlBasisPoints()));
    }
    if (!sending.salt().equals(none.salt())) {
      json.writeStringField("salt", sending.salt());
    }
  }

  private static void write(JsonGenerator json, String name, Channel channel) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("kind", channel.kind().name());
    json.writeObjectFieldStart("cost");
    json.writeStringField("model", channel.cost().model().name());
    json.writeFieldName("price");
    json.writeRawValue(Units.format(channel.cost().priceUnits()));
    json.writeEndObject();
    json.writeStringField("consentDefault", channel.consentDefault().name());
    if (!channel.positions().isEmpty()) {
      json.writeArrayFieldStart("positions");
      for (String position : channel.positions()) {
        json.writeString(position);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Cap cap) throws IOException {
    json.writeStartObject();
    json.writeStringField("scope", cap.scope().name());
    if (cap.channel() != null) {
      json.writeStringField("channel", cap.channel());
    }
    json.writeNumberField("max", cap.max());
    json.writeObjectFieldStart("window");
    if (cap.calendar() == null) {
      json.writeStringField("rolling", cap.rollingMillis() + " ms");
    } else {
      json.writeStringField("calendar", cap.calendar().name());
    }
    json.writeEndObject();
    json.writeStringField("counts", cap.counts().name());
    json.writeEndObject();
  }

  private static String clock(int minute) {
    return "%02d:%02d".formatted(minute / 60, minute % 60);
  }

  /** A span of time between two instants; always if neither is there, or if they are wrong. */
  static Span span(Field fromField, Field toField) {
    long from = fromField.instantMillis(Span.ALWAYS.fromMillis());
    long to = toField.instantMillis(Span.ALWAYS.toMillis());
    if (from >= to) {
      toField.refuse('"' + toField.shown() + '"', "an instant after from");
      return Span.ALWAYS;
    }
    return new Span(from, to);
  }
}
