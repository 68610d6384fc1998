package dev.nudge.definition;

import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import dev.nudge.pattern.Expression;
import dev.nudge.pattern.ExpressionException;
import dev.nudge.pattern.Names;
import dev.nudge.pattern.PropertyType;
import dev.nudge.pattern.Suggestion;
import dev.nudge.pattern.Trigger;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the keys of one {@code campaign}, and holds them against each other. */
final class CampaignReader {
  private static final int MAX_CHANNELS = 20;
  private static final int MAX_SLOTS = 50;
  private static final int MAX_VARIANTS = 50;
  private static final int MAX_CONTENT = 50;
  private static final int MAX_WINDOWS = 10;
  private static final int MAX_NAMES = 1_000;
  private static final int MAX_RATIOS = 100;
  private static final int MAX_ATTRIBUTES = 10;
  private static final int MAX_PRODUCTS = 20;
  private static final int MAX_SIMILAR = 10_000;
  private static final long MAX_COUNT = 1_000_000_000_000L;
  private static final long EAST_TO_WEST = 26 * 3_600_000L;
  private static final long MAX_MONEY = Units.of(Units.MAX);

  /** The clocks of the world are at most this far ahead of UTC, and behind it. */
  private static final ZoneOffset EAST = ZoneOffset.ofHours(14);

  private static final ZoneOffset WEST = ZoneOffset.ofHours(-12);

  private static final List<String> WEEK = List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

  /**
   * What a place in a text is filled with: a name of letters, digits and {@code _}, dots between.
   */
  private static final Pattern CUSTOMER = Pattern.compile("customer\\.[A-Za-z_][A-Za-z0-9_]*");

  private static final Pattern STEP = Pattern.compile("moment\\.steps\\.([^.]+)\\.([^.]+)");
  private static final Pattern EVENT = Pattern.compile("moment\\.event\\.[^.]+");
  private static final Pattern EVIDENCE = Pattern.compile("moment\\.evidence\\.[^.]+");

  private final Names names;
  private final Map<String, PropertyType> schema;
  private final Policy policy;
  private final Set<String> channels;
  private final Set<String> anomalies;
  private Set<String> steps = Set.of();
  private boolean isPattern;

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
                  slots.addAll(slots(list));
                  return false;
                },
                other -> other.word(List.of("BEST_HOUR"), null) != null);
    OutsideSlot outside = fields.field("outsideSlot").choice(OutsideSlot.class, OutsideSlot.DEFER);
    List<String> ways = channels(fields.required("channels"));
    checkSlots(slots, slotsField, active, ways);
    checkPush(trigger, triggerField, delay, slots, outside);
    OnFailed onFailed = fields.field("onFailed").choice(OnFailed.class, OnFailed.NEXT_CHANNEL);
    long reentry = fields.field("reentry").durationMillis(0, Field.MAX_DURATION, 0);
    Field resourceField = fields.field("resource");
    Resource resource = resourceField.nested(this::resource, null);
    Budget budget = fields.field("budget").nested(this::budget, Budget.UNLIMITED);
    List<Variant> variants = variants(fields.field("variants"), trigger, resourceField.isPresent());
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
        SendingCodec.texts(fields.field("products"), MAX_NAMES),
        fields.field("recommend").nested(part -> recommend(part, fields.has("similar")), null),
        fields.field("similar").nested(this::similar, null),
        SendingCodec.salt(fields));
  }

  private Span span(Fields fields) {
    return span(fields.field("from"), fields.field("to"));
  }

  private static Span span(Field fromField, Field toField) {
    long from = fromField.instantMillis(Span.ALWAYS.fromMillis());
    long to = toField.instantMillis(Span.ALWAYS.toMillis());
    if (from >= to) {
      toField.refuse('"' + toField.shown() + '"', "an instant after from");
      return Span.ALWAYS;
    }
    return new Span(from, to);
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
    Span span = span(fields.required("from"), fields.required("to"));
    return new Phase(span, SendingCodec.texts(fields.field("goals"), Field.MAX_EVENTS));
  }

  private Targets targets(Fields fields) {
    return new Targets(
        fields.field("paid").whole(0, MAX_COUNT, 0),
        fields.field("revenue").moneyUnits(0, MAX_MONEY, 0));
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
    isPattern = true;
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
    long first = push.times().nextAfter(before - 1 - EAST_TO_WEST, EAST);
    if (push.times() instanceof Timetable.OnceLocal local) {
      long last = local.at().toInstant(WEST).toEpochMilli();
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

  private List<Slot> slots(Field field) {
    List<Slot> slots = field.list(MAX_SLOTS, item -> item.nested(this::slot, null));
    if (field.isList() && slots.isEmpty()) {
      field.refuse("an empty list", "one slot or more");
    }
    slots.removeIf(Objects::isNull);
    return slots;
  }

  private Slot slot(Fields fields) {
    Field daysField = fields.field("days");
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    if (daysField.isPresent()) {
      daysField.either(
          Node.Kind.LIST,
          list -> list.list(WEEK.size(), item -> days.addAll(days(item))),
          one -> {
            days.addAll(days(one));
            return List.of();
          });
      if (daysField.isList() && days.isEmpty()) {
        daysField.refuse("an empty list", "one day or more");
      }
    } else {
      days.addAll(EnumSet.allOf(DayOfWeek.class));
    }
    int from = fields.field("from").minuteOfDay(0);
    Field toField = fields.field("to");
    int to = toField.minuteOfDay(Slot.DAY_MINUTES);
    if (from >= to) {
      (toField.isPresent() ? toField : fields.field("from"))
          .refuse(
              "a slot that never opens, from %s to %s".formatted(clock(from), clock(to)),
              "an end after its beginning; what goes over midnight is two slots");
      return null;
    }
    return days.isEmpty() ? null : new Slot(days, from, to);
  }

  private static String clock(int minute) {
    return "%02d:%02d".formatted(minute / 60, minute % 60);
  }

  /** Days of the week, {@code MON}, {@code MON-FRI} or {@code MON-WED, SAT}. */
  private static Set<DayOfWeek> days(Field field) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    String text =
        field.text(each -> !each.isBlank(), "days of the week such as MON-FRI or SAT, SUN", null);
    if (text == null) {
      return days;
    }
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      int first = WEEK.indexOf(ends[0].strip());
      int last = WEEK.indexOf(ends[ends.length - 1].strip());
      if (ends.length > 2 || first < 0 || last < 0) {
        field.refuse(
            '"' + Node.clipped(text) + '"', "days of the week such as MON-FRI or SAT, SUN");
        return days;
      }
      for (int day = first; ; day = (day + 1) % WEEK.size()) {
        days.add(DayOfWeek.of(day + 1));
        if (day == last) {
          break;
        }
      }
    }
    return days;
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

  /** Refuses slots that never open: while the campaign runs, or for the tenant's quiet hours. */
  private void checkSlots(List<Slot> slots, Field field, Span active, List<String> ways) {
    if (slots.isEmpty()) {
      return;
    }
    if (active.hasFrom() && active.hasTo() && slots.stream().noneMatch(s -> opens(s, active))) {
      field.refuse("slots that never open", "one that opens while the campaign runs, active");
    }
    QuietHours quiet = policy == null ? null : policy.sending().quietHours();
    boolean disturbs =
        !ways.isEmpty()
            && ways.stream()
                .map(name -> policy == null ? null : policy.sending().channel(name))
                .noneMatch(c -> c == null || c.kind() == Channel.Kind.ON_PAGE);
    if (quiet != null && disturbs && slots.stream().allMatch(slot -> isQuiet(slot, quiet))) {
      field.refuse("slots that never open", "one that opens outside of the tenant's quiet hours");
    }
  }

  private static boolean isQuiet(Slot slot, QuietHours quiet) {
    for (int minute = slot.fromMinute(); minute < slot.toMinute(); minute++) {
      if (!quiet.contains(LocalTime.ofSecondOfDay(minute * 60L))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a slot opens for somebody, wherever on earth, while a campaign runs. */
  private static boolean opens(Slot slot, Span active) {
    LocalDateTime first = at(active.fromMillis(), WEST);
    LocalDateTime last = at(active.toMillis(), EAST);
    if (!first.plusDays(WEEK.size() + 1L).isAfter(last)) {
      return true;
    }
    for (LocalDate day = first.toLocalDate();
        !day.isAfter(last.toLocalDate());
        day = day.plusDays(1)) {
      LocalDateTime opening = day.atStartOfDay().plusMinutes(slot.fromMinute());
      LocalDateTime closing = day.atStartOfDay().plusMinutes(slot.toMinute());
      if (slot.days().contains(day.getDayOfWeek())
          && opening.isBefore(last)
          && closing.isAfter(first)) {
        return true;
      }
    }
    return false;
  }

  private static LocalDateTime at(long millis, ZoneOffset offset) {
    return LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), offset);
  }

  /** Refuses a push by the customer's clock that always comes when its slots are closed. */
  private static void checkPush(
      CampaignTrigger trigger, Field field, long delay, List<Slot> slots, OutsideSlot outside) {
    if (outside == OutsideSlot.DROP
        && !slots.isEmpty()
        && trigger instanceof CampaignTrigger.OfTime push
        && push.times() instanceof Timetable.OnceLocal local) {
      LocalDateTime due = local.at().plus(Duration.ofMillis(delay));
      if (slots.stream().noneMatch(slot -> slot.isOpen(due))) {
        field.refuse(
            "a push at " + due + ", when no slot is open", "a slot then, for outsideSlot is DROP");
      }
    }
  }

  private Resource resource(Fields fields) {
    Resource.Kind kind = fields.required("kind").choice(Resource.Kind.class, Resource.Kind.COUPON);
    Field typeField = kind == Resource.Kind.COUPON ? fields.required("type") : fields.field("type");
    String type = typeField.id(null);
    if (fields.has("pool")) {
      fields.field("pool").refuse("a pool", "no such key, for this comes with pools");
    }
    long[] amount = {0, 0};
    Field amountField = fields.field("amount");
    if (amountField.isPresent()) {
      amountField.either(
          Node.Kind.MAP,
          map -> map.nested(part -> random(part, amount), null),
          one -> {
            amount[0] = one.moneyUnits(0, MAX_MONEY, 0);
            amount[1] = amount[0];
            return null;
          });
    }
    long total = count(fields.field("total"));
    Field perCustomerField = fields.field("perCustomer");
    long perCustomer = count(perCustomerField);
    long perDay = count(fields.field("perCustomerPerDay"));
    Field claimField = fields.field("claim");
    Claim claim =
        claimField.isPresent()
            ? claimField.either(
                Node.Kind.MAP,
                map -> map.nested(this::claim, null),
                none -> {
                  none.word(List.of("none"), null);
                  return null;
                })
            : null;
    Field forField = fields.field("validFor");
    long validFor = forField.durationMillis(1, Field.MAX_DURATION, 0);
    Field untilField = fields.field("validUntil");
    long validUntil = untilField.instantMillis(Long.MAX_VALUE);
    if (forField.isPresent() && untilField.isPresent()) {
      untilField.refuse("validUntil beside validFor", "one of them");
    }
    if (claim != null && claim.span() != null && claim.span().fromMillis() >= validUntil) {
      untilField.refuse('"' + untilField.shown() + '"', "an instant after claim.from");
    }
    return new Resource(
        kind,
        type,
        amount[0],
        amount[1],
        total,
        perCustomer,
        perDay,
        claim,
        validFor,
        validUntil,
        fields.field("threshold").nested(this::threshold, null),
        fields.field("diminishing").nested(this::diminishing, null));
  }

  private Void random(Fields fields, long[] amount) {
    fields
        .required("random")
        .nested(
            bounds -> {
              amount[0] = bounds.required("min").moneyUnits(0, MAX_MONEY, 0);
              Field maxField = bounds.required("max");
              amount[1] = maxField.moneyUnits(0, MAX_MONEY, MAX_MONEY);
              if (amount[1] < amount[0]) {
                maxField.refuse(
                    Units.format(amount[1]), "at least min, " + Units.format(amount[0]));
              }
              return null;
            },
            null);
    return null;
  }

  private static long count(Field field) {
    return field.whole(0, MAX_COUNT, Campaign.UNLIMITED);
  }

  private Claim claim(Fields fields) {
    Field within = fields.field("within");
    Field from = fields.field("from");
    Field to = fields.field("to");
    long withinMillis = within.durationMillis(1, Field.MAX_DURATION, 0);
    Span span = span(from, to);
    if (within.isPresent() && (from.isPresent() || to.isPresent())) {
      within.refuse("within beside from and to", "one of them");
    } else if (!within.isPresent() && !to.isPresent()) {
      fields.self().refuse("no end", "within, or from and to");
    }
    return within.isPresent() ? new Claim(null, withinMillis) : new Claim(span, 0);
  }

  private Threshold threshold(Fields fields) {
    return new Threshold(
        fields.field("amount").moneyUnits(0, MAX_MONEY, 0),
        SendingCodec.texts(fields.field("categories"), MAX_NAMES),
        SendingCodec.texts(fields.field("products"), MAX_NAMES),
        SendingCodec.texts(fields.field("stores"), MAX_NAMES),
        SendingCodec.texts(fields.field("cities"), MAX_NAMES));
  }

  private Diminishing diminishing(Fields fields) {
    Field field = fields.required("ratios");
    List<Long> ratios =
        new ArrayList<>(field.list(MAX_RATIOS, item -> item.moneyUnits(0, Units.ONE, 0)));
    if (field.isList() && ratios.isEmpty()) {
      field.refuse("an empty list", "one ratio or more");
    }
    for (int i = 1; i < ratios.size(); i++) {
      if (ratios.get(i) > ratios.get(i - 1)) {
        field.refuse("a ratio greater than the one before", "ratios that shrink");
        break;
      }
    }
    return new Diminishing(ratios, fields.required("then").moneyUnits(0, MAX_MONEY, 0));
  }

  private Budget budget(Fields fields) {
    Field total = fields.field("total");
    Field perDay = fields.field("perDay");
    if (!total.isPresent() && !perDay.isPresent()) {
      fields.self().refuse("neither of them", "total, perDay or both");
    }
    return new Budget(
        total.moneyUnits(0, MAX_MONEY, Campaign.UNLIMITED),
        perDay.moneyUnits(0, MAX_MONEY, Campaign.UNLIMITED));
  }

  private List<Variant> variants(Field field, CampaignTrigger trigger, boolean hasResource) {
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
                      Variant variant = variant(part, trigger, hasResource);
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

  private Variant variant(Fields fields, CampaignTrigger trigger, boolean hasResource) {
    String id = fields.required("id").id(null);
    int weight = fields.field("weight").basisPoints(0, Campaign.ALL_BASIS_POINTS, 0);
    Map<String, Template> content =
        fields
            .field("content")
            .named(MAX_CONTENT, (name, value) -> template(value, trigger, hasResource));
    content.values().removeIf(Objects::isNull);
    return new Variant(id, weight, content);
  }

  private Template template(Field field, CampaignTrigger trigger, boolean hasResource) {
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
      } else if (!isKnown(name, trigger, hasResource)) {
        List<String> known = known(trigger, hasResource);
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

  private boolean isKnown(String name, CampaignTrigger trigger, boolean hasResource) {
    if (trigger == null) {
      return true; // Which moment it is can't be said, and the trigger is refused already.
    }
    Matcher step = STEP.matcher(name);
    if (step.matches()) {
      return isPattern && steps.contains(step.group(1));
    }
    boolean hasEvent =
        trigger instanceof CampaignTrigger.OfRule || trigger instanceof CampaignTrigger.OfAnomaly;
    return (hasEvent && EVENT.matcher(name).matches())
        || (trigger instanceof CampaignTrigger.OfAnomaly && EVIDENCE.matcher(name).matches())
        || known(trigger, hasResource).contains(name);
  }

  /** What a text can show; {@code …} stands for any name. */
  private List<String> known(CampaignTrigger trigger, boolean hasResource) {
    List<String> known = new ArrayList<>(List.of("customer.…", "moment.kind", "moment.at"));
    if (trigger instanceof CampaignTrigger.OfRule || trigger instanceof CampaignTrigger.OfAnomaly) {
      known.add("moment.event.…");
    }
    if (isPattern) {
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
