package dev.nudge.decide.check;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * What a tenant's definitions say, read from their YAML with nothing of the code under test.
 *
 * <p>Money is in ten-millionths, so that the thousandth of a CPM is exact; an absent limit is
 * {@link Long#MAX_VALUE}.
 */
final class Facts {
  static final long NONE = Long.MAX_VALUE;
  static final long DAY = 86_400_000L;
  private static final List<String> WEEK = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

  /** Ten-thousandths in a whole, and ten-millionths in a ten-thousandth. */
  static final long UNITS = 10_000;

  static final long MILLI = 1_000;

  private Facts() {}

  /** A tenant's policy; what it does not say is the default of section 6. */
  static final class Policy {
    ZoneId zone = ZoneId.of("UTC");
    boolean paused;
    long globalControl;
    String salt = "";
    Integer quietFrom;
    Integer quietTo;
    Long heldCoupons;
    long suspectMillis = 7 * DAY;
    final List<Cap> caps = new ArrayList<>();
    final Map<String, Channel> channels = new TreeMap<>();

    Policy() {
      for (String name : List.of("PUSH", "SMS", "EMAIL", "INBOX", "WECHAT", "WEIBO", "ON_PAGE")) {
        Channel channel = new Channel();
        channel.onPage = name.equals("ON_PAGE");
        channels.put(name, channel);
      }
    }

    /** Whether nobody is disturbed at that time of a clock. */
    boolean isQuiet(LocalTime clock) {
      if (quietFrom == null) {
        return false;
      }
      int minute = clock.getHour() * 60 + clock.getMinute();
      return quietFrom < quietTo
          ? minute >= quietFrom && minute < quietTo
          : minute >= quietFrom || minute < quietTo;
    }
  }

  /** A way to reach customers. */
  static final class Channel {
    boolean onPage;
    boolean granted = true;
    long cost;
    List<String> positions =
        List.of("LOGIN", "HOME", "PRODUCT", "CART", "CHECKOUT", "ORDER_DONE", "REVIEW");
  }

  /** A cap; exactly one of rolling and calendar is there. */
  static final class Cap {
    String scope;
    String channel;
    long max;
    long rolling;
    String calendar;
    boolean marketingOnly;

    @Override
    public String toString() {
      return "cap %s%s max %d per %s%s"
          .formatted(
              scope,
              channel == null ? "" : " " + channel,
              max,
              calendar == null ? rolling + " ms" : calendar,
              marketingOnly ? " of MARKETING" : "");
    }
  }

  /** When a campaign may be sent, by a clock. */
  static final class Slot {
    Set<DayOfWeek> days = EnumSet.allOf(DayOfWeek.class);
    int from;
    int to = 1440;
  }

  /** A thing to give away. */
  static final class Resource {
    String kind;
    String type;
    long minUnits;
    long maxUnits;
    long total = NONE;
    long perCustomer = NONE;
    long perDay = NONE;
    boolean mustBeClaimed;
    long claimFrom = Long.MIN_VALUE;
    long claimTo = NONE;
    long claimWithin;
    long validFor;
    long validUntil = NONE;
    List<Long> ratios;
    long thenUnits;

    boolean isCoupon() {
      return kind.equals("COUPON");
    }

    long lapsesAt(long decision) {
      if (!mustBeClaimed) {
        return NONE;
      }
      return claimWithin > 0 ? decision + claimWithin : claimTo;
    }
  }

  /** One of the things sent. */
  static final class Variant {
    String id = "A";
    long basisPoints = 10_000;
    Map<String, String> content = Map.of();
  }

  /** A campaign. */
  static final class Campaign {
    String id;
    boolean service;
    String exclusive;
    long priority = 50;
    boolean paused;
    long from = Long.MIN_VALUE;
    long to = NONE;
    String kind;
    String stage;
    boolean pushes;
    boolean cron;
    String audience = "true";
    long delay;
    Set<String> cancelOn = Set.of();
    List<Slot> slots = List.of();
    boolean bestHour;
    boolean drop;
    List<String> channels;
    boolean stop;
    long reentry;
    Resource resource;
    long budget = NONE;
    long budgetPerDay = NONE;
    List<Variant> variants = List.of(new Variant());
    long control;
    Long explore;
    long decideAfter;
    String goal = "Order Paid";
    long window = 3 * DAY;
    long cost;
    String salt = "";
    long recommended;
    boolean ownViewsOnly;

    /** The instant at which a candidate that was put off expires, which its triggers do too. */
    long expires(long momentAt) {
      return Math.min(to, momentAt + 7 * DAY);
    }

    boolean wants(String momentKind, String reached) {
      return stage != null
          ? momentKind.equals("STAGE") && stage.equals(reached)
          : momentKind.equals(kind);
    }
  }

  /** All documents of a text. */
  static List<Map<String, Object>> documents(String yaml) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Object each : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
      all.add(map(each));
    }
    return all;
  }

  static Policy policy(Map<String, Object> yaml) {
    Policy policy = new Policy();
    policy.zone = ZoneId.of(text(yaml, "zone", "UTC"));
    policy.paused = Boolean.TRUE.equals(yaml.get("paused"));
    policy.globalControl = basisPoints(yaml.get("globalControl"), 0);
    policy.salt = text(yaml, "salt", "");
    policy.heldCoupons = yaml.containsKey("heldCoupons") ? whole(yaml, "heldCoupons", 0) : null;
    if (yaml.containsKey("quietHours")) {
      policy.quietFrom = minute(map(yaml.get("quietHours")).get("from"));
      policy.quietTo = minute(map(yaml.get("quietHours")).get("to")) % 1440;
    }
    map(yaml.get("channels")).forEach((name, each) -> declare(policy, name, map(each)));
    for (Object each : list(yaml.get("caps"))) {
      policy.caps.add(cap(map(each)));
    }
    Map<String, Object> burst = map(map(yaml.get("anomalies")).get("ORDER_BURST"));
    policy.suspectMillis = whole(burst, "suspectDays", 7) * DAY;
    return policy;
  }

  private static void declare(Policy policy, String name, Map<String, Object> yaml) {
    Channel channel = policy.channels.computeIfAbsent(name, unknown -> new Channel());
    channel.onPage = text(yaml, "kind", channel.onPage ? "ON_PAGE" : "ONE_WAY").equals("ON_PAGE");
    channel.cost = cost(map(yaml.get("cost")));
    channel.granted = text(yaml, "consentDefault", "GRANTED").equals("GRANTED");
    if (yaml.containsKey("positions")) {
      channel.positions = texts(yaml.get("positions"));
    }
  }

  private static Cap cap(Map<String, Object> yaml) {
    Cap cap = new Cap();
    cap.scope = text(yaml, "scope", null);
    cap.channel = text(yaml, "channel", null);
    cap.max = whole(yaml, "max", 0);
    cap.marketingOnly = text(yaml, "counts", "ALL").equals("MARKETING");
    Map<String, Object> window = map(yaml.get("window"));
    cap.calendar = text(window, "calendar", null);
    cap.rolling = duration(window.get("rolling"));
    return cap;
  }

  static Campaign campaign(Map<String, Object> yaml) {
    Campaign campaign = new Campaign();
    campaign.id = text(yaml, "id", null);
    campaign.service = text(yaml, "purpose", "MARKETING").equals("SERVICE");
    campaign.exclusive = text(yaml, "exclusive", null);
    campaign.priority = whole(yaml, "priority", 50);
    campaign.paused = Boolean.TRUE.equals(yaml.get("paused"));
    Map<String, Object> active = map(yaml.get("active"));
    campaign.from = instant(active.get("from"), Long.MIN_VALUE);
    campaign.to = instant(active.get("to"), NONE);
    Map<String, Object> trigger = map(yaml.get("trigger"));
    campaign.kind = text(trigger, "anomaly", campaign.id);
    campaign.stage = text(trigger, "stage", null);
    campaign.cron = trigger.containsKey("every");
    campaign.pushes = campaign.cron || trigger.containsKey("schedule");
    campaign.audience = text(yaml, "audience", "true");
    campaign.delay = duration(yaml.get("delay"));
    campaign.cancelOn = Set.copyOf(texts(yaml.get("cancelOn")));
    campaign.bestHour = "BEST_HOUR".equals(yaml.get("slots"));
    campaign.slots =
        campaign.bestHour
            ? List.of()
            : list(yaml.get("slots")).stream().map(each -> slot(map(each))).toList();
    campaign.drop = text(yaml, "outsideSlot", "DEFER").equals("DROP");
    campaign.channels = texts(yaml.get("channels"));
    campaign.stop = text(yaml, "onFailed", "NEXT_CHANNEL").equals("STOP");
    campaign.reentry = duration(yaml.get("reentry"));
    if (yaml.containsKey("resource")) {
      campaign.resource = resource(map(yaml.get("resource")));
    }
    Map<String, Object> budget = map(yaml.get("budget"));
    campaign.budget = budget.containsKey("total") ? units(budget.get("total")) * MILLI : NONE;
    campaign.budgetPerDay =
        budget.containsKey("perDay") ? units(budget.get("perDay")) * MILLI : NONE;
    if (yaml.containsKey("variants")) {
      campaign.variants = variants(list(yaml.get("variants")));
    }
    campaign.control = basisPoints(yaml.get("control"), 0);
    Map<String, Object> experiment = map(yaml.get("experiment"));
    campaign.explore =
        experiment.isEmpty() ? null : Long.valueOf(basisPoints(experiment.get("explore"), 0));
    campaign.decideAfter = duration(experiment.get("decideAfter"));
    Map<String, Object> conversion = map(yaml.get("conversion"));
    campaign.goal = text(conversion, "goal", "Order Paid");
    if (conversion.containsKey("windows")) {
      campaign.window = duration(list(conversion.get("windows")).get(0));
    }
    campaign.cost = cost(map(yaml.get("cost")));
    campaign.salt = text(yaml, "salt", "");
    Map<String, Object> recommend = map(yaml.get("recommend"));
    campaign.recommended = whole(recommend, "products", 0);
    campaign.ownViewsOnly = texts(recommend.get("by")).equals(List.of("OWN_VIEWS"));
    return campaign;
  }

  private static Slot slot(Map<String, Object> yaml) {
    Slot slot = new Slot();
    slot.from = yaml.containsKey("from") ? minute(yaml.get("from")) : 0;
    slot.to = yaml.containsKey("to") ? minute(yaml.get("to")) : 1440;
    if (yaml.containsKey("days")) {
      slot.days = EnumSet.noneOf(DayOfWeek.class);
      for (String part : String.join(",", texts(yaml.get("days"))).split(",", -1)) {
        List<String> ends = List.of(part.strip().split("-", -1));
        int last = WEEK.indexOf(ends.get(ends.size() - 1));
        for (int day = WEEK.indexOf(ends.get(0)); ; day = (day + 1) % 7) {
          slot.days.add(DayOfWeek.of(day + 1));
          if (day == last) {
            break;
          }
        }
      }
    }
    return slot;
  }

  private static Resource resource(Map<String, Object> yaml) {
    Resource resource = new Resource();
    resource.kind = text(yaml, "kind", null);
    resource.type = text(yaml, "type", null);
    if (yaml.get("amount") instanceof Map<?, ?> amount) {
      Map<String, Object> random = map(map(amount).get("random"));
      resource.minUnits = units(random.get("min"));
      resource.maxUnits = units(random.get("max"));
    } else if (yaml.containsKey("amount")) {
      resource.minUnits = units(yaml.get("amount"));
      resource.maxUnits = resource.minUnits;
    }
    resource.total = whole(yaml, "total", NONE);
    resource.perCustomer = whole(yaml, "perCustomer", NONE);
    resource.perDay = whole(yaml, "perCustomerPerDay", NONE);
    if (yaml.get("claim") instanceof Map<?, ?> any) {
      Map<String, Object> claim = map(any);
      resource.mustBeClaimed = true;
      resource.claimFrom = instant(claim.get("from"), Long.MIN_VALUE);
      resource.claimTo = instant(claim.get("to"), NONE);
      resource.claimWithin = duration(claim.get("within"));
    }
    resource.validFor = duration(yaml.get("validFor"));
    resource.validUntil = instant(yaml.get("validUntil"), NONE);
    if (yaml.containsKey("diminishing")) {
      Map<String, Object> diminishing = map(yaml.get("diminishing"));
      resource.ratios = list(diminishing.get("ratios")).stream().map(Facts::units).toList();
      resource.thenUnits = units(diminishing.get("then"));
    }
    return resource;
  }

  private static List<Variant> variants(List<Object> yaml) {
    List<Variant> variants = new ArrayList<>();
    for (Object each : yaml) {
      Map<String, Object> fields = map(each);
      Variant variant = new Variant();
      variant.id = text(fields, "id", null);
      variant.basisPoints = basisPoints(fields.get("weight"), yaml.size() == 1 ? 10_000 : 0);
      variant.content = new LinkedHashMap<>();
      map(fields.get("content"))
          .forEach((name, value) -> variant.content.put(name, String.valueOf(value)));
      variants.add(variant);
    }
    return variants;
  }

  /** What one touch is expected to cost: CPM at a thousandth, CPS and FLAT nothing. */
  private static long cost(Map<String, Object> yaml) {
    long price = yaml.containsKey("price") ? units(yaml.get("price")) : 0;
    return switch (text(yaml, "model", "PER_SEND")) {
      case "PER_SEND", "CPC", "CPA" -> price * MILLI;
      case "CPM" -> price;
      default -> 0;
    };
  }

  /** Ten-thousandths of an amount. */
  static long units(Object amount) {
    return new BigDecimal(amount.toString())
        .multiply(BigDecimal.valueOf(UNITS))
        .setScale(0, RoundingMode.UNNECESSARY)
        .longValueExact();
  }

  private static long basisPoints(Object percent, long absent) {
    return percent == null
        ? absent
        : new BigDecimal(percent.toString()).multiply(BigDecimal.valueOf(100)).longValueExact();
  }

  static long duration(Object text) {
    if (text == null || text.toString().equals("0")) {
      return 0;
    }
    String all = text.toString();
    int split = 0;
    while (Character.isDigit(all.charAt(split))) {
      split++;
    }
    long number = Long.parseLong(all.substring(0, split));
    return number
        * switch (all.substring(split).strip()) {
          case "ms" -> 1L;
          case "s" -> 1_000L;
          case "min" -> 60_000L;
          case "h" -> 3_600_000L;
          case "day", "days" -> DAY;
          default -> throw new IllegalArgumentException("no duration: " + all);
        };
  }

  private static long instant(Object text, long absent) {
    return text == null
        ? absent
        : text.toString().endsWith("Z")
            ? Instant.parse(text.toString()).toEpochMilli()
            : OffsetDateTime.parse(text.toString()).toInstant().toEpochMilli();
  }

  private static int minute(Object clock) {
    String text = clock.toString();
    return Integer.parseInt(text.substring(0, 2)) * 60 + Integer.parseInt(text.substring(3));
  }

  private static long whole(Map<String, Object> yaml, String name, long absent) {
    Object value = yaml.get(name);
    return value == null ? absent : Long.parseLong(value.toString());
  }

  private static String text(Map<String, Object> yaml, String name, String absent) {
    Object value = yaml.get(name);
    return value == null ? absent : value.toString();
  }

  private static List<String> texts(Object yaml) {
    return list(yaml).stream().map(String::valueOf).toList();
  }

  private static List<Object> list(Object yaml) {
    if (yaml == null) {
      return List.of();
    }
    return yaml instanceof List<?> many ? Collections.unmodifiableList(many) : List.of(yaml);
  }

  private static Map<String, Object> map(Object yaml) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (yaml instanceof Map<?, ?> any) {
      any.forEach((name, value) -> fields.put(String.valueOf(name), value));
    }
    return fields;
  }
}
