package dev.nudge.definition;

import dev.nudge.event.LifecycleStage;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Suggestion;
import dev.nudge.pattern.Trigger;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Reads the keys of one {@code campaign}, and holds them against each other. */
final class CampaignReader {
  private static final int MAX_CHANNELS = 20;
  private static final int MAX_WINDOWS = 10;
  private static final int MAX_ATTRIBUTES = 10;
  private static final int MAX_PRODUCTS = 20;
  private static final int MAX_SIMILAR = 10_000;
  private static final long EAST_TO_WEST = 26 * 3_600_000L;

  private final Names names;
  private final Map<String, PropertyType> schema;
  private final Policy policy;
  private final Set<String> channels;
  private final Set<String> anomalies;

  /** The names of a pattern's steps; null until one was read. */
  private Set<String> steps;

  /** A reader that knows all that is around a campaign, for its author. */
  CampaignReader(Policy policy, Set<String> channels, Set<String> anomalies) {
    this(policy.schema(), policy, channels, anomalies);
  }

  /**
   * A reader for what was published before: which channels and anomalies there are may have changed
   * since.
   */
  CampaignReader(Map<String, PropertyType> schema) {
    this(schema, null, null, null);
  }

  private CampaignReader(
      Map<String, PropertyType> schema,
      Policy policy,
      Set<String> channels,
      Set<String> anomalies) {
    this.schema = schema;
    Map<String, PropertyType> withOwn = new HashMap<>(schema);
    withOwn.put("heldCoupons", PropertyType.INTEGER);
    this.names = Names.of(withOwn).withoutEvent();
    this.policy = policy;
    this.channels = channels;
    this.anomalies = anomalies;
  }

  /** Reads a campaign; what is wrong is noted, and stands as its default in what is returned. */
  Campaign read(Fields fields, String tenant) {
    String id = fields.required("id").id(null);
    Purpose purpose = fields.field("purpose").choice(Purpose.class, Purpose.MARKETING);
    String exclusive = fields.field("exclusive").id(null);
    int priority = fields.field("priority").integer(0, 100, 50);
    boolean paused = fields.field("paused").bool(false);
    Span active = fields.field("active").nested(this::span, Span.ALWAYS);
    Phases phases = fields.field("phases").nested(part -> phases(part, active), null);
    Targets targets = fields.field("targets").nested(this::targets, Targets.NONE);
    Field triggerField = fields.required("trigger");
    CampaignTrigger trigger = triggerField.nested(this::trigger, null);
    Field audienceField = fields.field("audience");
    Expression audience =
        audienceField.isPresent() ? audienceField.expression(names, Expression.Type.BOOL) : null;
    Field delayField = fields.field("delay");
    long delay = delayField.durationMillis(0, Field.MAX_DURATION, 0);
    checkEnd(active, trigger, triggerField, delay, delayField);
    Field cancelOn = fields.field("cancelOn");
    Set<String> cancels = cancelOn.isPresent() ? cancelOn.events() : Set.of();
    Field slotsField = fields.field("slots");
    List<Slot> slots = new ArrayList<>();
    boolean bestHour =
        slotsField.isPresent()
            && slotsField.either(
                Node.Kind.LIST,
                list -> {
                  slots.addAll(SlotReader.slots(list));
                  return false;
                },
                other -> other.word(List.of("BEST_HOUR"), null) != null);
    OutsideSlot outside = fields.field("outsideSlot").choice(OutsideSlot.class, OutsideSlot.DEFER);
    List<String> ways = channels(fields.required("channels"));
    SlotReader.checkSlots(slots, slotsField, active, policy, ways);
    SlotReader.checkPush(trigger, triggerField, delay, slots, outside);
    OnFailed onFailed = fields.field("onFailed").choice(OnFailed.class, OnFailed.NEXT_CHANNEL);
    long reentry = fields.field("reentry").durationMillis(0, Field.MAX_DURATION, 0);
    Field resourceField = fields.field("resource");
    Resource resource = resourceField.nested(ResourceReader::resource, null);
    Budget budget = fields.field("budget").nested(this::budget, Budget.UNLIMITED);
    List<Variant> variants =
        new VariantReader(names, trigger, steps, resourceField.isPresent())
            .variants(fields.field("variants"));
    int control = fields.field("control").basisPoints(0, Campaign.ALL_BASIS_POINTS, 0);
    Field experimentField = fields.field("experiment");
    Experiment experiment = experimentField.nested(this::experiment, null);
    if (experiment != null && variants.size() < 2) {
      experimentField.refuse("one variant", "two or more, to find the best one of");
    }
    Conversion conversion = fields.field("conversion").nested(this::conversion, Conversion.DEFAULT);
    Field costField = fields.field("cost");
    Cost cost = costField.nested(SendingCodec::readCost, Cost.FREE);
    if (cost.model() == CostModel.FLAT && !active.hasTo()) {
      costField.refuse("FLAT", "active.to beside it, for it is spread over that time");
    }
    return new Campaign(
        tenant,
        id,
        purpose,
        exclusive,
        priority,
        paused,
        active,
        phases,
        targets,
        trigger,
        audience,
        delay,
        cancels,
        slots,
        bestHour,
        outside,
        ways,
        onFailed,
        reentry,
        resource,
        budget,
        variants,
        control,
        experiment,
        conversion,
        cost,
        SendingCodec.texts(fields.field("products"), SendingCodec.MAX_NAMES),
        fields.field("recommend").nested(part -> recommend(part, fields.has("similar")), null),
        fields.field("similar").nested(this::similar, null),
        SendingCodec.salt(fields));
  }

  private Span span(Fields fields) {
    return SendingCodec.span(fields.field("from"), fields.field("to"));
  }

  private Phases phases(Fields fields, Span active) {
    Field warmUpField = fields.field("warmUp");
    Field mainField = fields.field("main");
    Phase warmUp = warmUpField.nested(this::phase, null);
    Phase main = mainField.nested(this::phase, null);
    Field afterField = fields.field("after");
    long after = afterField.durationMillis(0, Field.MAX_DURATION, 0);
    if (!warmUpField.isPresent() && !mainField.isPresent()) {
      fields.self().refuse("neither of them", "warmUp, main or both");
    }
    checkWithin(warmUp, warmUpField, active);
    checkWithin(main, mainField, active);
    if (warmUp != null && main != null && main.span().fromMillis() < warmUp.span().toMillis()) {
      mainField.refuse("main before the end of warmUp", "one after the other");
    }
    return new Phases(warmUp, main, after);
  }

  private static void checkWithin(Phase phase, Field field, Span active) {
    if (phase != null
        && (phase.span().fromMillis() < active.fromMillis()
            || phase.span().toMillis() > active.toMillis())) {
      field.refuse("a time outside of active", "one within it");
    }
  }

  private Phase phase(Fields fields) {
    Span span = SendingCodec.span(fields.required("from"), fields.required("to"));
    return new Phase(span, SendingCodec.texts(fields.field("goals"), Field.MAX_EVENTS));
  }

  private Targets targets(Fields fields) {
    return new Targets(
        fields.field("paid").whole(0, Field.MAX_COUNT, 0),
        fields.field("revenue").moneyUnits(0, Field.MAX_MONEY, 0));
  }

  private CampaignTrigger trigger(Fields fields) {
    Map<String, Function<Field, CampaignTrigger>> readers = new LinkedHashMap<>();
    readers.put("pattern", this::pattern);
    readers.put("after", this::after);
    readers.put("stage", this::stage);
    readers.put("anomaly", this::anomaly);
    readers.put("schedule", this::schedule);
    readers.put("every", this::every);
    if (fields.has("segment")) {
      fields.field("segment").refuse("a segment", "another trigger, for this comes with segments");
      fields.ignoreRest();
      return null;
    }
    return fields.choose(readers);
  }

  private CampaignTrigger pattern(Field field) {
    RuleReader reader = new RuleReader(schema);
    Trigger rule = reader.pattern(field);
    steps = reader.stepNames();
    return rule == null ? null : new CampaignTrigger.OfRule(rule);
  }

  private CampaignTrigger after(Field field) {
    Trigger rule = new RuleReader(schema).after(field);
    return rule == null ? null : new CampaignTrigger.OfRule(rule);
  }

  private CampaignTrigger stage(Field field) {
    LifecycleStage stage = field.choice(LifecycleStage.class, null);
    return stage == null ? null : new CampaignTrigger.OfStage(stage);
  }

  private CampaignTrigger anomaly(Field field) {
    String kind = field.id(null);
    if (kind != null && anomalies != null && !anomalies.contains(kind)) {
      List<String> known = anomalies.stream().sorted().toList();
      field.refuse(
          "the anomaly " + Node.clipped(kind),
          "one of " + String.join(", ", known) + Suggestion.of(kind, known));
    }
    return kind == null ? null : new CampaignTrigger.OfAnomaly(kind);
  }

  private CampaignTrigger schedule(Field field) {
    String expected =
        "a time such as 2026-11-11T10:00, by each customer's clock, or with an offset,"
            + " 2026-11-11T10:00+08:00";
    String text = field.text(each -> scheduled(each) != null, expected, null);
    return text == null ? null : new CampaignTrigger.OfTime(scheduled(text));
  }

  /** The time that a text says; null if it says none. */
  private static Timetable scheduled(String text) {
    try {
      return new Timetable.Once(OffsetDateTime.parse(text).toInstant().toEpochMilli());
    } catch (DateTimeException | ArithmeticException withoutOffset) {
      try {
        LocalDateTime at = LocalDateTime.parse(text);
        return at.getYear() >= 1970 && at.getYear() <= 9999 ? new Timetable.OnceLocal(at) : null;
      } catch (DateTimeException wrong) {
        return null;
      }
    }
  }

  private CampaignTrigger every(Field field) {
    String expected =
        "five fields of cron, minute, hour, day of the month, month and day of the week, such as"
            + " 0 10 * * MON";
    String text = field.text(each -> true, expected, null);
    if (text == null) {
      return null;
    }
    try {
      Cron cron = new Cron(text);
      if (cron.nextAfter(LocalDateTime.of(1970, 1, 1, 0, 0)) == null) {
        field.refuse('"' + Node.clipped(text) + "\", which never comes", expected);
        return null;
      }
      return new CampaignTrigger.OfTime(new Timetable.Every(cron));
    } catch (IllegalArgumentException wrong) {
      field.refuse('"' + Node.clipped(text) + '"', expected);
      return null;
    }
  }

  /** Refuses what is never due while the campaign runs. */
  private static void checkEnd(
      Span active, CampaignTrigger trigger, Field triggerField, long delay, Field delayField) {
    if (active.hasFrom() && active.hasTo() && delay >= active.toMillis() - active.fromMillis()) {
      delayField.refuse(
          '"' + delayField.shown() + '"', "less, for then the campaign is over, active.to");
      return;
    }
    if (!(trigger instanceof CampaignTrigger.OfTime push)) {
      return;
    }
    // Somewhere on earth a clock shows the time this early, and elsewhere this late.
    long before = active.hasFrom() ? Math.max(active.fromMillis() - delay, 0) : 0;
    long first = push.times().nextAfter(before - 1 - EAST_TO_WEST, Timetable.EAST);
    if (push.times() instanceof Timetable.OnceLocal local) {
      long last = local.at().toInstant(Timetable.WEST).toEpochMilli();
      if (active.hasFrom() && last + delay < active.fromMillis()) {
        first = Timetable.NEVER;
      }
    } else if (push.times() instanceof Timetable.Once once
        && active.hasFrom()
        && once.atMillis() + delay < active.fromMillis()) {
      first = Timetable.NEVER;
    }
    if (first == Timetable.NEVER || (active.hasTo() && first >= active.toMillis())) {
      triggerField.refuse("a time at which it does not run", "one within active");
    } else if (active.hasTo() && first + delay >= active.toMillis()) {
      delayField.refuse(
          '"' + delayField.shown() + '"', "less, for then the campaign is over, active.to");
    }
  }

  private List<String> channels(Field field) {
    List<String> ways = new ArrayList<>();
    List<String> all =
        field.list(
            MAX_CHANNELS,
            item -> {
              String name = SendingCodec.channel(item, channels);
              if (name != null && ways.contains(name)) {
                item.refuse('"' + Node.clipped(name) + "\" again", "each once");
              } else if (name != null) {
                ways.add(name);
              }
              return name;
            });
    if (field.isList() && all.isEmpty()) {
      field.refuse("an empty list", "one channel or more");
    }
    return ways;
  }

  private Budget budget(Fields fields) {
    Field total = fields.field("total");
    Field perDay = fields.field("perDay");
    if (!total.isPresent() && !perDay.isPresent()) {
      fields.self().refuse("neither of them", "total, perDay or both");
    }
    return new Budget(
        total.moneyUnits(0, Field.MAX_MONEY, Campaign.UNLIMITED),
        perDay.moneyUnits(0, Field.MAX_MONEY, Campaign.UNLIMITED));
  }

  private Experiment experiment(Fields fields) {
    List<String> metrics =
        Arrays.stream(Experiment.Metric.values()).map(Experiment.Metric::word).toList();
    int explore = fields.required("explore").basisPoints(1, Campaign.ALL_BASIS_POINTS, 1);
    long after = fields.required("decideAfter").durationMillis(1, Field.MAX_DURATION, 1);
    String metric = fields.field("metric").word(metrics, Experiment.Metric.PAID_RATE.word());
    Experiment.Then then =
        fields.field("then").choice(Experiment.Then.class, Experiment.Then.WINNER);
    return new Experiment(explore, after, Experiment.Metric.of(metric), then);
  }

  private Conversion conversion(Fields fields) {
    String goal = fields.field("goal").id(Conversion.DEFAULT.goal());
    Field field = fields.field("windows");
    List<Long> windows = new ArrayList<>();
    List<Long> all =
        field.list(
            MAX_WINDOWS,
            item -> {
              long window = item.durationMillis(1, SendingCodec.MAX_WINDOW, 0);
              if (windows.contains(window)) {
                item.refuse('"' + item.shown() + "\" again", "each once");
              } else if (window > 0) {
                windows.add(window);
              }
              return window;
            });
    if (field.isList() && all.isEmpty()) {
      field.refuse("an empty list", "one window or more");
    }
    return new Conversion(goal, windows.isEmpty() ? Conversion.DEFAULT.windowsMillis() : windows);
  }

  private Recommend recommend(Fields fields, boolean hasSimilar) {
    int products = fields.required("products").integer(1, MAX_PRODUCTS, 1);
    Field field = fields.required("by");
    List<Recommend.By> by = new ArrayList<>();
    field.list(
        Recommend.By.values().length,
        item -> {
          Recommend.By each = item.choice(Recommend.By.class, null);
          if (by.contains(each)) {
            item.refuse(each + " again", "each once");
          } else if (each == Recommend.By.SIMILAR_PEOPLE && !hasSimilar) {
            item.refuse(each + " without similar", "similar beside recommend: who is alike");
          } else if (each != null) {
            by.add(each);
          }
          return null;
        });
    if (field.isList() && by.isEmpty()) {
      field.refuse("an empty list", "one source or more");
    }
    return new Recommend(products, by);
  }

  private Similar similar(Fields fields) {
    Field field = fields.required("by");
    List<String> by = SendingCodec.texts(field, MAX_ATTRIBUTES);
    if (field.isList() && by.isEmpty()) {
      field.refuse("an empty list", "one attribute or more");
    }
    return new Similar(by, fields.required("limit").integer(1, MAX_SIMILAR, 1));
  }
}
