package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.LifecycleStage;
import dev.nudge.pattern.AfterTrigger;
import dev.nudge.pattern.PatternTrigger;
import dev.nudge.pattern.Rule;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A campaign's keys: what each says, what holds without it, and how it is refused. */
class CampaignReaderTest {
  private static final long DAY = 86_400_000L;
  private static final Campaign LEAST = read("");

  @Test
  void everyKeyButFourMayBeLeftOut() {
    assertThat(LEAST.id()).isEqualTo("c");
    assertThat(LEAST.trigger()).isEqualTo(new CampaignTrigger.OfStage(LifecycleStage.NEW));
    assertThat(LEAST.channels()).containsExactly("PUSH");
    assertThat(LEAST)
        .isEqualTo(
            new Campaign(
                null,
                "c",
                Purpose.MARKETING,
                null,
                50,
                false,
                Span.ALWAYS,
                null,
                Targets.NONE,
                new CampaignTrigger.OfStage(LifecycleStage.NEW),
                null,
                0,
                Set.of(),
                List.of(),
                false,
                OutsideSlot.DEFER,
                List.of("PUSH"),
                OnFailed.NEXT_CHANNEL,
                0,
                null,
                Budget.UNLIMITED,
                List.of(Variant.ONLY),
                0,
                null,
                new Conversion("Order Paid", List.of(3 * DAY)),
                Cost.FREE,
                List.of(),
                null,
                null,
                ""));
    assertThatThrownBy(() -> campaign("kind: campaign"))
        .hasMessage(
            """
            c:1:1: id: found nothing, expected 1 to 256 characters, none of them | or a control character
            c:1:1: trigger: found nothing, expected a map
            c:1:1: channels: found nothing, expected a list of at most 20""");
  }

  @Test
  void whoAndWhenIsRead() {
    assertThat(read("purpose: SERVICE").purpose()).isEqualTo(Purpose.SERVICE);
    assertThat(read("exclusive: retention").exclusive()).isEqualTo("retention");
    assertThat(read("priority: 0").priority()).isZero();
    assertThat(read("priority: 100").priority()).isEqualTo(100);
    assertThat(read("paused: true").paused()).isTrue();
    assertThat(read("salt: new").salt()).isEqualTo("new");
    assertThat(read("active: {}").active()).isEqualTo(Span.ALWAYS);
    assertThat(read("active: {from: 2026-11-01T00:00:00+08:00}").active())
        .isEqualTo(new Span(millis("2026-10-31T16:00:00Z"), Long.MAX_VALUE));
    assertThat(
            read("active: {from: 2026-11-01T00:00:00+08:00, to: 2026-11-12T00:00:00+08:00}")
                .active())
        .isEqualTo(new Span(millis("2026-10-31T16:00:00Z"), millis("2026-11-11T16:00:00Z")));
    assertThat(read("delay: 10 min").delayMillis()).isEqualTo(600_000);
    assertThat(read("delay: 0").delayMillis()).isZero();
    assertThat(read("reentry: 7 days").reentryMillis()).isEqualTo(7 * DAY);
    assertThat(read("cancelOn: [Order Paid, Nudge Clicked]").cancelOn())
        .containsExactly("Order Paid", "Nudge Clicked");
    assertThat(read("cancelOn: Order Paid").cancelOn()).containsExactly("Order Paid");
    assertThat(read("targets: {paid: 500, revenue: 20000}").targets())
        .isEqualTo(new Targets(500, 200_000_000));
    assertThat(
            read("""
                    phases:
                      warmUp: {from: 2026-11-01T00:00:00Z, to: 2026-11-11T00:00:00Z, goals: [Product Added]}
                      main: {from: 2026-11-11T00:00:00Z, to: 2026-11-12T00:00:00Z}
                      after: 7 days
                    """)
                .phases())
        .isEqualTo(
            new Phases(
                new Phase(
                    new Span(millis("2026-11-01T00:00:00Z"), millis("2026-11-11T00:00:00Z")),
                    List.of("Product Added")),
                new Phase(
                    new Span(millis("2026-11-11T00:00:00Z"), millis("2026-11-12T00:00:00Z")),
                    List.of()),
                7 * DAY));
  }

  @Test
  void everyTriggerIsRead() {
    assertThat(read("trigger: {stage: DORMANT}").trigger())
        .isEqualTo(new CampaignTrigger.OfStage(LifecycleStage.DORMANT));
    assertThat(read("trigger: {anomaly: SPEND_SPIKE}").trigger())
        .isEqualTo(new CampaignTrigger.OfAnomaly("SPEND_SPIKE"));
    assertThat(read("trigger: {schedule: \"2026-11-11T10:00\"}").trigger())
        .isEqualTo(time(new Timetable.OnceLocal(LocalDateTime.parse("2026-11-11T10:00"))));
    assertThat(read("trigger: {schedule: \"2026-11-11T10:00+08:00\"}").trigger())
        .isEqualTo(time(new Timetable.Once(millis("2026-11-11T02:00:00Z"))));
    assertThat(read("trigger: {every: \"0 10 * * MON\"}").trigger())
        .isEqualTo(time(new Timetable.Every(new Cron("0 10 * * MON"))));
    for (String without : List.of("stage: NEW", "anomaly: OVERDUE", "every: '0 1 * * *'")) {
      assertThat(read("trigger: {" + without + "}").rule()).isNull();
    }
  }

  @Test
  void patternAndTimerBecomeARuleOfTheCampaignsName() {
    Rule pattern =
        read("trigger: {pattern: {steps: [{look: {event: Product Viewed, times: 3}}], within: 1 h}}")
            .rule();
    assertThat(pattern.kind()).isEqualTo(Rule.Kind.CAMPAIGN);
    assertThat(pattern.id()).isEqualTo("c");
    assertThat(((PatternTrigger) pattern.trigger()).withinMillis()).isEqualTo(3_600_000);
    Rule after = read("trigger: {after: {last: Order Paid, wait: 45 days}}").rule();
    assertThat(((AfterTrigger) after.trigger()).last()).containsExactly("Order Paid");
    Rule flip =
        read("trigger: {pattern: {name: p, type: COMPOSITE, nodes: [{name: a, type: ATOMIC,"
                + " quantifier: {consumingStrategy: SKIP_TILL_NEXT, properties: [SINGLE],"
                + " times: null, untilCondition: null}, condition: {type: AVIATOR, expression:"
                + " \"event == 'X'\"}}], edges: [], window: null, afterMatchSkipStrategy:"
                + " {type: NO_SKIP, patternName: null}}}")
            .rule();
    assertThat(flip.trigger()).isInstanceOf(PatternTrigger.class);
  }

  @Test
  void audienceIsACondition() {
    assertThat(read("audience: \"customer.stage == 'NEW'\"").audience().text())
        .isEqualTo("customer.stage == 'NEW'");
    assertThat(read("audience: true").audience().test(name -> null)).isTrue();
    assertThat(
            read("audience: customer.heldCoupons == 0")
                .audience()
                .test(Map.of("customer.heldCoupons", 0L)::get))
        .isTrue();
    assertThat(read("audience: customer.memberLevel == 'GOLD' && now > 5").audience().reads())
        .containsExactlyInAnyOrder("customer.memberLevel", "now");
  }

  @Test
  void slotsAreDaysAndTimes() {
    Set<DayOfWeek> all = EnumSet.allOf(DayOfWeek.class);
    assertThat(read("slots: [{}]").slots()).containsExactly(new Slot(all, 0, 1440));
    assertThat(read("slots: [{days: MON-FRI, from: '09:00', to: '21:00'}]").slots())
        .containsExactly(new Slot(EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), 540, 1260));
    assertThat(read("slots: [{days: [SAT, SUN], to: 24:00}]").slots())
        .containsExactly(new Slot(EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), 0, 1440));
    assertThat(read("slots: [{days: 'FRI-MON, WED'}, {from: 10:30}]").slots())
        .containsExactly(
            new Slot(
                EnumSet.complementOf(EnumSet.of(DayOfWeek.TUESDAY, DayOfWeek.THURSDAY)), 0, 1440),
            new Slot(all, 630, 1440));
    Campaign best = read("slots: BEST_HOUR\noutsideSlot: DROP");
    assertThat(best.bestHour()).isTrue();
    assertThat(best.slots()).isEmpty();
    assertThat(best.outsideSlot()).isEqualTo(OutsideSlot.DROP);
  }

  @Test
  void slotIsOpenFromItsBeginningUpToItsEnd() {
    Slot slot = new Slot(EnumSet.of(DayOfWeek.MONDAY), 540, 1260);
    assertThat(slot.isOpen(LocalDateTime.parse("2026-01-05T09:00"))).isTrue();
    assertThat(slot.isOpen(LocalDateTime.parse("2026-01-05T20:59:59.999"))).isTrue();
    assertThat(slot.isOpen(LocalDateTime.parse("2026-01-05T21:00"))).isFalse();
    assertThat(slot.isOpen(LocalDateTime.parse("2026-01-05T08:59:59.999"))).isFalse();
    assertThat(slot.isOpen(LocalDateTime.parse("2026-01-06T09:00"))).isFalse();
  }

  @Test
  void waysAreInOrderOfPreference() {
    assertThat(read("channels: [SMS, ON_PAGE, PUSH]").channels())
        .containsExactly("SMS", "ON_PAGE", "PUSH");
    assertThat(read("onFailed: STOP").onFailed()).isEqualTo(OnFailed.STOP);
  }

  @Test
  void resourceIsReadWithItsLimits() {
    assertThat(read("resource: {kind: POINTS}").resource())
        .isEqualTo(
            new Resource(
                Resource.Kind.POINTS,
                null,
                0,
                0,
                Campaign.UNLIMITED,
                Campaign.UNLIMITED,
                Campaign.UNLIMITED,
                null,
                0,
                Long.MAX_VALUE,
                null,
                null));
    Resource all =
        read("""
                resource:
                  kind: COUPON
                  type: C50
                  amount: 50
                  total: 10000
                  perCustomer: 3
                  perCustomerPerDay: 1
                  claim: {within: 2 days}
                  validFor: 7 days
                  threshold: {amount: 200, categories: [a], products: [p1, p2], stores: [s], cities: [x]}
                  diminishing: {ratios: [1.0, 0.6], then: 5.00}
                """)
            .resource();
    assertThat(all)
        .isEqualTo(
            new Resource(
                Resource.Kind.COUPON,
                "C50",
                500_000,
                500_000,
                10_000,
                3,
                1,
                new Claim(null, 2 * DAY),
                7 * DAY,
                Long.MAX_VALUE,
                new Threshold(
                    2_000_000, List.of("a"), List.of("p1", "p2"), List.of("s"), List.of("x")),
                new Diminishing(List.of(10_000L, 6_000L), 50_000)));
    assertThat(all.isRandom()).isFalse();
    assertThat(all.claim().lapsesAtMillis(5)).isEqualTo(2 * DAY + 5);
    Resource other =
        read("resource: {kind: RED_PACKET, amount: {random: {min: 0.5, max: 5}}, validUntil:"
                + " 2026-11-12T00:00:00Z, claim: {from: 2026-11-01T00:00:00Z, to:"
                + " 2026-11-11T00:00:00Z}}")
            .resource();
    assertThat(other.isRandom()).isTrue();
    assertThat(other.amountMinUnits()).isEqualTo(5_000);
    assertThat(other.amountMaxUnits()).isEqualTo(50_000);
    assertThat(other.validUntilMillis()).isEqualTo(millis("2026-11-12T00:00:00Z"));
    assertThat(other.claim().lapsesAtMillis(5)).isEqualTo(millis("2026-11-11T00:00:00Z"));
    assertThat(read("resource: {kind: GIFT, claim: none}").resource().claim()).isNull();
    assertThat(read("resource: {kind: GIFT, total: 0}").resource().total()).isZero();
  }

  @Test
  void moneyAndChanceAreRead() {
    assertThat(read("budget: {total: 10000, perDay: 2000.5}").budget())
        .isEqualTo(new Budget(100_000_000, 20_005_000));
    assertThat(read("budget: {perDay: 1}").budget())
        .isEqualTo(new Budget(Campaign.UNLIMITED, 10_000));
    assertThat(read("cost: {model: CPM, price: 0.05}").cost())
        .isEqualTo(new Cost(CostModel.CPM, 500));
    assertThat(read("active: {to: 2026-11-12T00:00:00Z}\ncost: {model: FLAT, price: 900}").cost())
        .isEqualTo(new Cost(CostModel.FLAT, 9_000_000));
    assertThat(read("control: 10").controlBasisPoints()).isEqualTo(1_000);
    assertThat(read("control: 0.25").controlBasisPoints()).isEqualTo(25);
    assertThat(read("control: 100").controlBasisPoints()).isEqualTo(10_000);
    Campaign two =
        read(
            """
            variants: [{id: A, weight: 33.33, content: {title: Hi, count: 5}}, {id: B, weight: 66.67}]
            experiment: {explore: 5, decideAfter: 2 h}
            """);
    assertThat(two.variants())
        .containsExactly(
            new Variant(
                "A", 3_333, Map.of("title", new Template("Hi"), "count", new Template("5"))),
            new Variant("B", 6_667, Map.of()));
    assertThat(two.experiment())
        .isEqualTo(
            new Experiment(500, 7_200_000, Experiment.Metric.PAID_RATE, Experiment.Then.WINNER));
    assertThat(
            read("variants: [{id: A, weight: 50}, {id: B, weight: 50}]\nexperiment: {explore:"
                    + " 0.01, decideAfter: 1 days, metric: roi, then: STOP}")
                .experiment())
        .isEqualTo(new Experiment(1, DAY, Experiment.Metric.ROI, Experiment.Then.STOP));
    assertThat(read("variants: [{id: ONE}]").variants())
        .containsExactly(new Variant("ONE", 10_000, Map.of()));
  }

  @Test
  void successAndProductsAreRead() {
    assertThat(read("conversion: {windows: [3 days, 30 days, 90 days]}").conversion())
        .isEqualTo(new Conversion("Order Paid", List.of(3 * DAY, 30 * DAY, 90 * DAY)));
    assertThat(read("conversion: {goal: Product Added}").conversion())
        .isEqualTo(new Conversion("Product Added", List.of(3 * DAY)));
    assertThat(read("products: [p1, coffee]").products()).containsExactly("p1", "coffee");
    assertThat(
            read("recommend: {products: 4, by: [OWN_VIEWS, SIMILAR_PEOPLE]}\n"
                    + "similar: {by: [region], limit: 10}")
                .recommend())
        .isEqualTo(new Recommend(4, List.of(Recommend.By.OWN_VIEWS, Recommend.By.SIMILAR_PEOPLE)));
    assertThat(read("similar: {by: [ageBand, region], limit: 1000}").similar())
        .isEqualTo(new Similar(List.of("ageBand", "region"), 1000));
  }

  @Test
  void theDearestPriceIsExpectedExactly() {
    assertThat(read("cost: {model: CPC, price: 100000000000}").cost().expectedMilliUnits())
        .isEqualTo(1_000_000_000_000_000_000L);
  }

  @ParameterizedTest
  @MethodSource({"refusedFromTheTop", "refusedFurtherDown"})
  void campaignIsRefusedWithItsPlace(String keys, String message) {
    assertThatThrownBy(() -> campaign(text(keys)))
        .isInstanceOf(DefinitionException.class)
        .hasMessage(message);
  }

  static Stream<Arguments> refusedFromTheTop() {
    return Stream.of(
        arguments(
            "purpose: SELL", "c:5:10: purpose: found \"SELL\", expected one of MARKETING, SERVICE"),
        arguments(
            "exclusive: ''",
            "c:5:12: exclusive: found \"\", expected 1 to 256 characters, none of them | or "
                + "a control character"),
        arguments(
            "priority: 101", "c:5:11: priority: found 101, expected a whole number from 0 to 100"),
        arguments(
            "priority: -1", "c:5:11: priority: found -1, expected a whole number from 0 to 100"),
        arguments(
            "priority: 50.5",
            "c:5:11: priority: found 50.5, expected a whole number from 0 to 100"),
        arguments("paused: maybe", "c:5:9: paused: found \"maybe\", expected true or false"),
        arguments(
            "active: {from: 2026-11-02T00:00:00Z, to: 2026-11-01T00:00:00Z}",
            "c:5:42: active.to: found \"2026-11-01T00:00:00Z\", expected an instant after "
                + "from"),
        arguments(
            "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-01T00:00:00Z}",
            "c:5:42: active.to: found \"2026-11-01T00:00:00Z\", expected an instant after "
                + "from"),
        arguments(
            "active: {from: 2026-11-01}",
            "c:5:16: active.from: found \"2026-11-01\", expected an instant with its offset "
                + "such as 2026-11-01T00:00:00+08:00"),
        arguments("active: now", "c:5:9: active: found \"now\", expected a map"),
        arguments(
            "phases: {}", "c:5:9: phases: found neither of them, expected warmUp, main or both"),
        arguments(
            "phases: {after: 7 days}",
            "c:5:9: phases: found neither of them, expected warmUp, main or both"),
        arguments(
            "phases: {warmUp: {from: 2026-11-01T00:00:00Z}}",
            "c:5:18: phases.warmUp.to: found nothing, expected an instant with its offset "
                + "such as 2026-11-01T00:00:00+08:00"),
        arguments(
            "phases: {warmUp: {from: 2026-11-01T00:00:00Z, to: 2026-11-11T00:00:00Z}, "
                + "main: {from: 2026-11-10T00:00:00Z, to: 2026-11-12T00:00:00Z}}",
            "c:5:80: phases.main: found main before the end of warmUp, expected one after "
                + "the other"),
        arguments(
            "active: {to: 2026-11-05T00:00:00Z}\nphases: {warmUp: {from: "
                + "2026-11-01T00:00:00Z, to: 2026-11-11T00:00:00Z}}",
            "c:6:18: phases.warmUp: found a time outside of active, expected one within it"),
        arguments(
            "targets: {paid: -1}",
            "c:5:17: targets.paid: found -1, expected a whole number from 0 to " + "1000000000000"),
        arguments(
            "targets: {revenue: much}",
            "c:5:20: targets.revenue: found \"much\", expected an amount from 0.00 to "
                + "1000000000000.00 with at most four decimal places"),
        arguments(
            "targets: {orders: 5}",
            "c:5:11: targets.orders: found an unknown key, expected one of paid, revenue"),
        arguments(
            "trigger: {}",
            "c:4:10: trigger: found none of them, expected one of pattern, after, stage, "
                + "anomaly, schedule, every"),
        arguments(
            "trigger: {stage: NEW, anomaly: SLEEP_LINE}",
            "c:4:10: trigger: found stage and anomaly, expected one of pattern, after, "
                + "stage, anomaly, schedule, every"),
        arguments(
            "trigger: {segment: vip, on: ENTER}",
            "c:4:20: trigger.segment: found a segment, expected another trigger, for this "
                + "comes with segments"),
        arguments(
            "trigger: {stage: OLD}",
            "c:4:18: trigger.stage: found \"OLD\", expected one of PROSPECT, NEW, GROWING, "
                + "STABLE, DECLINING, DORMANT, LOST"),
        arguments(
            "trigger: {anomaly: SLEEPLINE}",
            "c:4:20: trigger.anomaly: found the anomaly SLEEPLINE, expected one of "
                + "BROWSE_BURST, CART_ABANDONED, ORDER_BURST, ORDER_UNPAID, OVERDUE, REFILL_DUE, "
                + "RETURNED, SLEEP_LINE, SLOWING, SPEND_DROP, SPEND_SPIKE; did you mean "
                + "SLEEP_LINE?"),
        arguments(
            "trigger: {schedule: tomorrow}",
            "c:4:21: trigger.schedule: found \"tomorrow\", expected a time such as "
                + "2026-11-11T10:00, by each customer's clock, or with an offset, "
                + "2026-11-11T10:00+08:00"),
        arguments(
            "trigger: {schedule: 2026-11-11}",
            "c:4:21: trigger.schedule: found \"2026-11-11\", expected a time such as "
                + "2026-11-11T10:00, by each customer's clock, or with an offset, "
                + "2026-11-11T10:00+08:00"),
        arguments(
            "trigger: {every: \"0 10 * *\"}",
            "c:4:18: trigger.every: found \"0 10 * *\", expected five fields of cron, "
                + "minute, hour, day of the month, month and day of the week, such as 0 10 * * "
                + "MON"),
        arguments(
            "trigger: {every: \"0 0 30 2 *\"}",
            "c:4:18: trigger.every: found \"0 0 30 2 *\", which never comes, expected five "
                + "fields of cron, minute, hour, day of the month, month and day of the week, "
                + "such as 0 10 * * MON"),
        arguments(
            "trigger: {every: 5}",
            "c:4:18: trigger.every: found 5, expected five fields of cron, minute, hour, "
                + "day of the month, month and day of the week, such as 0 10 * * MON (text that "
                + "looks like a number, true or false needs quotes)"),
        arguments(
            "trigger: {pattern: {steps: []}}",
            "c:4:28: trigger.pattern.steps: found an empty list, expected one step or more"),
        arguments(
            "trigger: {pattern: {steps: [{a: {event: X}}, {b: {not: Y}}]}}",
            "c:4:20: trigger.pattern.within: found nothing, expected a window, for an "
                + "absence at the end needs one"),
        arguments(
            "trigger: {after: {wait: 3 days}}",
            "c:4:18: trigger.after.last: found nothing, expected 1 to 256 characters, none "
                + "of them | or a control character"),
        arguments(
            "trigger: {pattern: {steps: [{a: {event: X, where: \"event.price > 'x'\"}}]}}",
            "c:4:64: trigger.pattern.steps[0].a.where: found double > string, expected "
                + "double > double, or string > string, or double > int, or double > uint"),
        arguments(
            "trigger: {java: refills}",
            "c:4:10: trigger: found none of them, expected one of pattern, after, stage, "
                + "anomaly, schedule, every\nc:4:11: trigger.java: found an unknown key, expected "
                + "one of pattern, after, stage, anomaly, schedule, every"),
        arguments("trigger: soon", "c:4:10: trigger: found \"soon\", expected a map"),
        arguments(
            "audience: \"customer.stage = 'NEW'\"",
            "c:5:27: audience: found a mistake in the notation (token recognition error "
                + "at: '= '), expected an expression in CEL"),
        arguments(
            "audience: \"customer.orderCount\"", "c:5:12: audience: found an int, expected a bool"),
        arguments(
            "audience: \"event.price > 1.0\"",
            "c:5:12: audience: found event, expected what is known without an event: "
                + "customer, now, policy"),
        arguments(
            "audience: \"customer.odrerCount > 1\"",
            "c:5:12: audience: found customer.odrerCount, expected a feature, or an "
                + "attribute that the schema names; did you mean customer.orderCount?"),
        arguments(
            "audience: \"customer.heldCoupons == 'x'\"",
            "c:5:33: audience: found int == string, expected what == takes"),
        arguments(
            "delay: 10",
            "c:5:8: delay: found 10, expected a duration from 0 ms to 3650 days, such as "
                + "30 min (text that looks like a number, true or false needs quotes)"),
        arguments(
            "delay: 3651 days",
            "c:5:8: delay: found \"3651 days\", expected a duration from 0 ms to 3650 days, "
                + "such as 30 min"),
        arguments(
            "delay: -1 min",
            "c:5:8: delay: found \"-1 min\", expected a duration from 0 ms to 3650 days, "
                + "such as 30 min"),
        arguments(
            "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-02T00:00:00Z}\ndelay: 1 days",
            "c:6:8: delay: found \"1 days\", expected less, for then the campaign is over, "
                + "active.to"),
        arguments(
            "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-03T00:00:00Z}\ntrigger: "
                + "{schedule: 2026-11-02T23:00Z}\ndelay: 1 h",
            "c:6:8: delay: found \"1 h\", expected less, for then the campaign is over, "
                + "active.to"),
        arguments(
            "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-03T00:00:00Z}\ntrigger: "
                + "{schedule: 2026-11-04T10:00}",
            "c:5:10: trigger: found a time at which it does not run, expected one within "
                + "active"),
        arguments(
            "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-03T00:00:00Z}\ntrigger: "
                + "{schedule: 2026-10-31T10:00}",
            "c:5:10: trigger: found a time at which it does not run, expected one within "
                + "active"),
        arguments(
            "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-03T00:00:00Z}\ntrigger: "
                + "{schedule: 2026-10-31T23:59:59Z}",
            "c:5:10: trigger: found a time at which it does not run, expected one within "
                + "active"),
        arguments(
            "active: {from: 2026-11-03T00:00:00Z, to: 2026-11-05T00:00:00Z}\ntrigger: "
                + "{every: \"0 10 * * SUN\"}",
            "c:5:10: trigger: found a time at which it does not run, expected one within "
                + "active"),
        arguments(
            "active: {to: 2026-11-05T00:00:00Z}\ntrigger: {schedule: 2026-11-05T00:00Z}",
            "c:5:10: trigger: found a time at which it does not run, expected one within "
                + "active"),
        arguments(
            "cancelOn: []", "c:5:11: cancelOn: found an empty list, expected names of events"),
        arguments(
            "cancelOn: {}",
            "c:5:11: cancelOn: found a map, expected 1 to 256 characters, none of them | "
                + "or a control character"),
        arguments("slots: []", "c:5:8: slots: found an empty list, expected one slot or more"),
        arguments("slots: BEST", "c:5:8: slots: found \"BEST\", expected BEST_HOUR"),
        arguments(
            "slots: [{from: \"21:00\", to: \"09:00\"}]",
            "c:5:29: slots[0].to: found a slot that never opens, from 21:00 to 09:00, "
                + "expected an end after its beginning; what goes over midnight is two slots"),
        arguments(
            "slots: [{from: \"09:00\", to: \"09:00\"}]",
            "c:5:29: slots[0].to: found a slot that never opens, from 09:00 to 09:00, "
                + "expected an end after its beginning; what goes over midnight is two slots"),
        arguments(
            "slots: [{from: \"24:00\"}]",
            "c:5:16: slots[0].from: found a slot that never opens, from 24:00 to 24:00, "
                + "expected an end after its beginning; what goes over midnight is two slots"),
        arguments(
            "slots: [{to: \"00:00\"}]",
            "c:5:14: slots[0].to: found a slot that never opens, from 00:00 to 00:00, "
                + "expected an end after its beginning; what goes over midnight is two slots"),
        arguments(
            "slots: [{days: MONDAY}]",
            "c:5:16: slots[0].days: found \"MONDAY\", expected days of the week such as "
                + "MON-FRI or SAT, SUN"),
        arguments(
            "slots: [{days: []}]",
            "c:5:16: slots[0].days: found an empty list, expected one day or more"),
        arguments(
            "slots: [{days: FRI-MON, from: \"9:00\"}]",
            "c:5:31: slots[0].from: found \"9:00\", expected a time of the day from 00:00 to "
                + "24:00, such as 09:00"),
        arguments(
            "slots: [{hours: 9}]",
            "c:5:10: slots[0].hours: found an unknown key, expected one of days, from, to"),
        arguments(
            "active: {from: 2026-11-02T12:00:00Z, to: 2026-11-03T12:00:00Z}\nslots: "
                + "[{days: SAT}]",
            "c:6:8: slots: found slots that never open, expected one that opens while the "
                + "campaign runs, active"),
        arguments(
            "trigger: {schedule: 2026-11-02T10:00}\nslots: [{days: TUE}]\noutsideSlot: DROP",
            "c:4:10: trigger: found a push at 2026-11-02T10:00, when no slot is open, "
                + "expected a slot then, for outsideSlot is DROP"),
        arguments(
            "outsideSlot: WAIT",
            "c:5:14: outsideSlot: found \"WAIT\", expected one of DEFER, DROP"),
        arguments(
            "channels: []", "c:4:11: channels: found an empty list, expected one channel or more"),
        arguments(
            "channels: PUSH", "c:4:11: channels: found \"PUSH\", expected a list of at most 20"),
        arguments(
            "channels: [FAX]",
            "c:4:12: channels[0]: found the channel FAX, expected one of EMAIL, INBOX, "
                + "ON_PAGE, PUSH, SMS, WECHAT, WEIBO"),
        arguments(
            "channels: [PUSHH]",
            "c:4:12: channels[0]: found the channel PUSHH, expected one of EMAIL, INBOX, "
                + "ON_PAGE, PUSH, SMS, WECHAT, WEIBO; did you mean PUSH?"));
  }

  static Stream<Arguments> refusedFurtherDown() {
    return Stream.of(
        arguments(
            "channels: [SMS, SMS]", "c:4:17: channels[1]: found \"SMS\" again, expected each once"),
        arguments(
            "onFailed: RETRY",
            "c:5:11: onFailed: found \"RETRY\", expected one of NEXT_CHANNEL, STOP"),
        arguments(
            "reentry: 7",
            "c:5:10: reentry: found 7, expected a duration from 0 ms to 3650 days, such as "
                + "30 min (text that looks like a number, true or false needs quotes)"),
        arguments(
            "resource: {}",
            "c:5:11: resource.kind: found nothing, expected one of COUPON, RED_PACKET, "
                + "POINTS, GIFT\nc:5:11: resource.type: found nothing, expected 1 to 256 "
                + "characters, none of them | or a control character"),
        arguments(
            "resource: {kind: COUPON}",
            "c:5:11: resource.type: found nothing, expected 1 to 256 characters, none of "
                + "them | or a control character"),
        arguments(
            "resource: {kind: COUPON, type: C, pool: p}",
            "c:5:41: resource.pool: found a pool, expected no such key, for this comes "
                + "with pools"),
        arguments(
            "resource: {kind: POINTS, amount: -1}",
            "c:5:34: resource.amount: found -1, expected an amount from 0.00 to "
                + "1000000000000.00 with at most four decimal places"),
        arguments(
            "resource: {kind: POINTS, amount: 1.00001}",
            "c:5:34: resource.amount: found 1.00001, expected an amount from 0.00 to "
                + "1000000000000.00 with at most four decimal places"),
        arguments(
            "resource: {kind: POINTS, amount: {random: {min: 2, max: 1}}}",
            "c:5:57: resource.amount.random.max: found 1.00, expected at least min, 2.00"),
        arguments(
            "resource: {kind: POINTS, amount: {random: {min: 2}}}",
            "c:5:43: resource.amount.random.max: found nothing, expected an amount from "
                + "0.00 to 1000000000000.00 with at most four decimal places"),
        arguments(
            "resource: {kind: POINTS, total: 1.5}",
            "c:5:33: resource.total: found 1.5, expected a whole number from 0 to "
                + "1000000000000"),
        arguments(
            "resource: {kind: POINTS, perCustomer: -1}",
            "c:5:39: resource.perCustomer: found -1, expected a whole number from 0 to "
                + "1000000000000"),
        arguments(
            "resource: {kind: POINTS, claim: later}",
            "c:5:33: resource.claim: found \"later\", expected none"),
        arguments(
            "resource: {kind: POINTS, claim: {}}",
            "c:5:33: resource.claim: found no end, expected within, or from and to"),
        arguments(
            "resource: {kind: POINTS, claim: {within: 2 days, to: 2026-11-01T00:00:00Z}}",
            "c:5:42: resource.claim.within: found within beside from and to, expected one "
                + "of them"),
        arguments(
            "resource: {kind: POINTS, claim: {from: 2026-11-02T00:00:00Z, to: "
                + "2026-11-01T00:00:00Z}}",
            "c:5:66: resource.claim.to: found \"2026-11-01T00:00:00Z\", expected an instant "
                + "after from"),
        arguments(
            "resource: {kind: POINTS, validFor: 7 days, validUntil: 2026-11-01T00:00:00Z}",
            "c:5:56: resource.validUntil: found validUntil beside validFor, expected one "
                + "of them"),
        arguments(
            "resource: {kind: POINTS, claim: {from: 2026-11-02T00:00:00Z, to: "
                + "2026-11-03T00:00:00Z}, validUntil: 2026-11-01T00:00:00Z}",
            "c:5:101: resource.validUntil: found \"2026-11-01T00:00:00Z\", expected an "
                + "instant after claim.from"),
        arguments(
            "resource: {kind: POINTS, threshold: {amount: x, categories: [a, a]}}",
            "c:5:46: resource.threshold.amount: found \"x\", expected an amount from 0.00 to "
                + "1000000000000.00 with at most four decimal places\nc:5:65: "
                + "resource.threshold.categories[1]: found \"a\" again, expected each once"),
        arguments(
            "resource: {kind: POINTS, diminishing: {ratios: []}}",
            "c:5:39: resource.diminishing.then: found nothing, expected an amount from "
                + "0.00 to 1000000000000.00 with at most four decimal places\nc:5:48: "
                + "resource.diminishing.ratios: found an empty list, expected one ratio or more"),
        arguments(
            "resource: {kind: POINTS, diminishing: {ratios: [0.5, 1.0], then: 1}}",
            "c:5:48: resource.diminishing.ratios: found a ratio greater than the one "
                + "before, expected ratios that shrink"),
        arguments(
            "resource: {kind: POINTS, diminishing: {ratios: [1.5], then: 1}}",
            "c:5:49: resource.diminishing.ratios[0]: found 1.5, expected an amount from "
                + "0.00 to 1.00 with at most four decimal places"),
        arguments(
            "budget: {}", "c:5:9: budget: found neither of them, expected total, perDay or both"),
        arguments(
            "budget: {total: -5}",
            "c:5:17: budget.total: found -5, expected an amount from 0.00 to "
                + "1000000000000.00 with at most four decimal places"),
        arguments("budget: 5", "c:5:9: budget: found 5, expected a map"),
        arguments(
            "variants: []", "c:5:11: variants: found an empty list, expected one variant or more"),
        arguments(
            "variants: {compose: {}}",
            "c:5:11: variants: found a map, expected a list, for composed variants are "
                + "still to come"),
        arguments(
            "variants: [{id: A, weight: 50}, {id: B, weight: 49.99}]",
            "c:5:11: variants: found weights that add up to 99.99, expected weights that "
                + "add up to 100"),
        arguments(
            "variants: [{id: A, weight: 99}]",
            "c:5:11: variants: found weights that add up to 99, expected weights that add "
                + "up to 100"),
        arguments(
            "variants: [{id: A, weight: 50}, {id: A, weight: 50}]",
            "c:5:38: variants[1].id: found a second A, expected each once"),
        arguments(
            "variants: [{id: A, weight: 50}, {id: SENT, weight: 50}]",
            "c:5:38: variants[1].id: found SENT, expected another name: measures have an arm "
                + "SENT"),
        arguments(
            "variants: [{id: CONTROL}]",
            "c:5:17: variants[0].id: found CONTROL, expected another name: measures have an "
                + "arm CONTROL"),
        arguments(
            "variants: [{id: A, weight: 33.333}, {id: B, weight: 66.667}]",
            "c:5:11: variants: found weights that add up to 0, expected weights that add "
                + "up to 100\nc:5:28: variants[0].weight: found 33.333, expected per cent from 0 "
                + "to 100 with at most two decimal places\nc:5:53: variants[1].weight: found "
                + "66.667, expected per cent from 0 to 100 with at most two decimal places"),
        arguments(
            "variants: [{weight: 100}]",
            "c:5:12: variants[0].id: found nothing, expected 1 to 256 characters, none of "
                + "them | or a control character"),
        arguments(
            "variants: [{id: A, content: {title: [x]}}]",
            "c:5:37: variants[0].content.title: found a list, expected a text, a number, "
                + "true or false"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${customer.stgae}\"}}]",
            "c:5:44: variants[0].content.title: found customer.stgae, expected a feature, "
                + "or an attribute that the schema names; did you mean customer.stage?"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${customer.lastBoughtProducts}\"}}]",
            "c:5:44: variants[0].content.title: found a list, expected a string, a number "
                + "or a bool"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${moment.event.storeId}\"}}]",
            "c:5:44: variants[0].content.title: found the substitution "
                + "${moment.event.storeId}, expected one of customer.…, moment.kind, moment.at, "
                + "moment.from, moment.to, moment.life, moment.orderCount"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${moment.form}\"}}]",
            "c:5:44: variants[0].content.title: found the substitution ${moment.form}, "
                + "expected one of customer.…, moment.kind, moment.at, moment.from, moment.to, "
                + "moment.life, moment.orderCount; did you mean moment.from?"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${resource.amount}\"}}]",
            "c:5:44: variants[0].content.title: found the substitution ${resource.amount}, "
                + "expected one of customer.…, moment.kind, moment.at, moment.from, moment.to, "
                + "moment.life, moment.orderCount"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${name}\"}}]",
            "c:5:44: variants[0].content.title: found the substitution ${name}, expected "
                + "one of customer.…, moment.kind, moment.at, moment.from, moment.to, "
                + "moment.life, moment.orderCount"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${}\"}}]",
            "c:5:44: variants[0].content.title: found the substitution ${}, expected one "
                + "of customer.…, moment.kind, moment.at, moment.from, moment.to, moment.life, "
                + "moment.orderCount"),
        arguments(
            "variants: [{id: A, content: {title: \"for ${customer.city\"}}]",
            "c:5:42: variants[0].content.title: found ${ without its end, expected ${name}"),
        arguments(
            "trigger: {anomaly: SPEND_SPIKE}\nvariants: [{id: A, content: {title: "
                + "\"${moment.orderId} ${moment.evidence.orders} ${moment.event.x} "
                + "${moment.steps.order.x}\"}}]",
            "c:5:102: variants[0].content.title: found the substitution "
                + "${moment.steps.order.x}, expected one of customer.…, moment.kind, moment.at, "
                + "moment.event.…, moment.orderId, moment.value, moment.baseline, "
                + "moment.evidence.…"),
        arguments(
            "trigger: {pattern: {steps: [{look: {event: X}}]}}\nvariants: [{id: A, "
                + "content: {title: \"${moment.event.x} ${moment.steps.look.x} "
                + "${moment.steps.lok.x}\"}}]",
            "c:5:81: variants[0].content.title: found the substitution "
                + "${moment.steps.lok.x}, expected one of customer.…, moment.kind, moment.at, "
                + "moment.event.…, moment.steps.look.…; did you mean moment.steps.look.…?"),
        arguments(
            "control: 101",
            "c:5:10: control: found 101, expected per cent from 0 to 100 with at most two "
                + "decimal places"),
        arguments(
            "control: -1",
            "c:5:10: control: found -1, expected per cent from 0 to 100 with at most two "
                + "decimal places"),
        arguments(
            "control: 10.001",
            "c:5:10: control: found 10.001, expected per cent from 0 to 100 with at most "
                + "two decimal places"),
        arguments(
            "control: \"10\"",
            "c:5:10: control: found \"10\", expected per cent from 0 to 100 with at most two "
                + "decimal places, without quotes"),
        arguments(
            "experiment: {explore: 5, decideAfter: 2 h}",
            "c:5:13: experiment: found one variant, expected two or more, to find the best "
                + "one of"),
        arguments(
            "variants: [{id: A, weight: 50}, {id: B, weight: 50}]\nexperiment: {explore: "
                + "0, decideAfter: 2 h, metric: clicks, then: MAYBE}",
            "c:6:23: experiment.explore: found 0, expected per cent from 0.01 to 100 with "
                + "at most two decimal places\nc:6:52: experiment.metric: found \"clicks\", "
                + "expected one of paidRate, revenuePerCustomer, roi\nc:6:66: experiment.then: "
                + "found \"MAYBE\", expected one of WINNER, BEST, STOP"),
        arguments(
            "variants: [{id: A, weight: 50}, {id: B, weight: 50}]\nexperiment: {}",
            "c:6:13: experiment.explore: found nothing, expected per cent from 0.01 to 100 "
                + "with at most two decimal places\nc:6:13: experiment.decideAfter: found "
                + "nothing, expected a duration from 1 ms to 3650 days, such as 30 min"),
        arguments(
            "conversion: {goal: '', windows: []}",
            "c:5:20: conversion.goal: found \"\", expected 1 to 256 characters, none of them "
                + "| or a control character\nc:5:33: conversion.windows: found an empty list, "
                + "expected one window or more"),
        arguments(
            "conversion: {windows: [3 days, 3 days]}",
            "c:5:32: conversion.windows[1]: found \"3 days\" again, expected each once"),
        arguments(
            "conversion: {windows: [400 days]}",
            "c:5:24: conversion.windows[0]: found \"400 days\", expected a duration from 1 "
                + "ms to 366 days, such as 30 min"),
        arguments(
            "cost: {}",
            "c:5:7: cost.model: found nothing, expected one of CPM, CPC, CPA, CPS, "
                + "PER_SEND, FLAT\nc:5:7: cost.price: found nothing, expected an amount from 0.00 "
                + "to 100000000000.00 with at most four decimal places"),
        arguments(
            "cost: {model: CPX, price: 1}",
            "c:5:15: cost.model: found \"CPX\", expected one of CPM, CPC, CPA, CPS, "
                + "PER_SEND, FLAT; did you mean CPM?"),
        arguments(
            "cost: {model: CPS, price: 1.5}",
            "c:5:27: cost.price: found 1.50, expected at most 1, for it is a share of the "
                + "revenue"),
        arguments(
            "cost: {model: FLAT, price: 1}",
            "c:5:7: cost: found FLAT, expected active.to beside it, for it is spread over "
                + "that time"),
        arguments(
            "cost: {model: CPM, price: -1}",
            "c:5:27: cost.price: found -1, expected an amount from 0.00 to "
                + "100000000000.00 with at most four decimal places"),
        arguments(
            "cost: {model: PER_SEND, price: 100000000000.0001}",
            "c:5:32: cost.price: found 100000000000.0001, expected an amount from 0.00 to "
                + "100000000000.00 with at most four decimal places"),
        arguments("products: [a, a]", "c:5:15: products[1]: found \"a\" again, expected each once"),
        arguments("products: a", "c:5:11: products: found \"a\", expected a list of at most 1000"),
        arguments(
            "recommend: {products: 21, by: []}",
            "c:5:23: recommend.products: found 21, expected a whole number from 1 to "
                + "20\nc:5:31: recommend.by: found an empty list, expected one source or more"),
        arguments(
            "recommend: {products: 4, by: [OWN_VIEWS, OWN_VIEWS]}",
            "c:5:42: recommend.by[1]: found OWN_VIEWS again, expected each once"),
        arguments(
            "recommend: {products: 4, by: [OWN_VIEWS, SIMILAR_PEOPLE]}",
            "c:5:42: recommend.by[1]: found SIMILAR_PEOPLE without similar, expected similar "
                + "beside recommend: who is alike"),
        arguments(
            "recommend: {}",
            "c:5:12: recommend.products: found nothing, expected a whole number from 1 to "
                + "20\nc:5:12: recommend.by: found nothing, expected a list of at most 3"),
        arguments(
            "similar: {by: [], limit: 0}",
            "c:5:15: similar.by: found an empty list, expected one attribute or "
                + "more\nc:5:26: similar.limit: found 0, expected a whole number from 1 to 10000"),
        arguments(
            "similar: {}",
            "c:5:10: similar.by: found nothing, expected a list of at most 10\nc:5:10: "
                + "similar.limit: found nothing, expected a whole number from 1 to 10000"),
        arguments(
            "salt: 5",
            "c:5:7: salt: found 5, expected text of at most 256 characters (text that "
                + "looks like a number, true or false needs quotes)"),
        arguments(
            "content: {}",
            "c:5:1: content: found an unknown key, expected one of kind, tenant, onChange, "
                + "id, purpose, exclusive, priority, paused, active, phases, targets, trigger, "
                + "audience, delay, cancelOn, slots, outsideSlot, channels, onFailed, reentry, "
                + "resource, budget, variants, control, experiment, conversion, cost, products, "
                + "recommend, similar, salt"));
  }

  @Test
  void jsonSaysTheSameAsYaml() throws DefinitionException {
    String yaml =
        text(
            """
            delay: 10 min
            cancelOn: [Order Paid]
            slots: [{days: MON-FRI, from: "09:00"}]
            resource: {kind: COUPON, type: C, amount: 1.5}
            variants: [{id: A, content: {title: "${resource.amount} off"}}]
            """);
    String json =
        """
        {"kind": "campaign", "id": "c", "trigger": {"stage": "NEW"}, "channels": ["PUSH"],
         "delay": "10 min", "cancelOn": ["Order Paid"],
         "slots": [{"days": "MON-FRI", "from": "09:00"}],
         "resource": {"kind": "COUPON", "type": "C", "amount": "1.5"},
         "variants": [{"id": "A", "content": {"title": "${resource.amount} off"}}]}
        """;
    assertThat(campaign(json)).isEqualTo(campaign(yaml));
  }

  @Test
  void timesWithinActiveAreTakenWhereverTheCustomerIs() throws DefinitionException {
    String active = "active: {from: 2026-11-01T00:00:00Z, to: 2026-11-03T00:00:00Z}\n";
    for (String schedule :
        List.of(
            "2026-11-01T00:00Z",
            "2026-11-02T23:59:59Z",
            "2026-10-31T12:00", // 2026-11-01T00:00Z in the far west
            "2026-11-03T13:59")) { // 2026-11-02T23:59Z in the far east
      campaign(text(active + "trigger: {schedule: \"" + schedule + "\"}"));
    }
    campaign(text(active + "trigger: {schedule: \"2026-11-02T23:00Z\"}\ndelay: 59 min"));
    campaign(text(active + "trigger: {schedule: \"2026-10-31T23:00Z\"}\ndelay: 1 h"));
    campaign(text(active + "delay: 47 h"));
    for (String schedule : List.of("2026-10-31T11:59", "2026-11-03T14:00")) {
      assertThatThrownBy(() -> campaign(text(active + "trigger: {schedule: \"" + schedule + "\"}")))
          .hasMessage(
              "c:5:10: trigger: found a time at which it does not run, expected one within active");
    }
  }

  @Test
  void channelsAndQuietHoursOfThePolicyAreKnown() throws DefinitionException {
    String policy =
        """
        kind: policy
        channels: {FAX: {}, HALL: {kind: ON_PAGE}}
        quietHours: {from: "21:00", to: "09:00"}
        ---
        """;
    assertThat(campaign(policy + text("channels: [FAX]")).channels()).containsExactly("FAX");
    String night = "slots: [{from: \"22:00\"}, {to: \"08:00\"}]";
    campaign(policy + text(night + "\nchannels: [FAX, HALL]"));
    campaign(policy + text(night.replace("08:00", "09:01")));
    assertThatThrownBy(() -> campaign(policy + text(night)))
        .hasMessage(
            "c:9:8: slots: found slots that never open, expected one that opens outside of the"
                + " tenant's quiet hours");
  }

  @Test
  void anomalyOfTheTenantIsKnownWhereverItStandsInTheFiles() throws DefinitionException {
    String own = "\n---\nkind: anomaly\nid: BIG\npattern: {steps: [{a: {event: Order Paid}}]}\n";
    assertThat(campaign(text("trigger: {anomaly: BIG}") + own).trigger())
        .isEqualTo(new CampaignTrigger.OfAnomaly("BIG"));
    assertThatThrownBy(
            () ->
                campaign(
                    text("tenant: acme\ntrigger: {anomaly: BIG}")
                        + own.replace("id: BIG", "id: BIG\ntenant: zeta")))
        .hasMessageContaining("trigger.anomaly: found the anomaly BIG, expected one of");
  }

  @Test
  void campaignsOfOneExclusiveThatNothingTellsApartAreRefused() throws DefinitionException {
    String one = "exclusive: x\npriority: 5\naudience: \"customer.orderCount  > 1\"\n";
    String other = one.replace("  >", " >");
    assertThatThrownBy(() -> both(one, other))
        .hasMessage(
            "c:10:5: id: found the exclusive x, priority 5 and audience of c at the same time, c:2,"
                + " expected another priority, audience, active or exclusive");
    assertThat(both(one, other.replace("priority: 5", "priority: 6"))).hasSize(1);
    assertThat(both(one, other.replace("exclusive: x", "exclusive: y"))).isEmpty();
    assertThat(both(one, other.replace("> 1", "> 2"))).hasSize(1);
    assertThat(both(one + "tenant: a\n", other + "tenant: b\n")).isEmpty();
    assertThat(
            both(
                one + "active: {to: 2026-11-01T00:00:00Z}\n",
                other + "active: {from: 2026-11-01T00:00:00Z}\n"))
        .isEmpty();
    assertThatThrownBy(
            () ->
                both(
                    one + "active: {to: 2026-11-01T00:00:00.001Z}\n",
                    other + "active: {from: 2026-11-01T00:00:00Z}\n"))
        .isInstanceOf(DefinitionException.class);
    assertThatThrownBy(() -> both("exclusive: x\n", "exclusive: x\naudience: true\n"))
        .isInstanceOf(DefinitionException.class);
  }

  @Test
  void overlappingAudiencesAreToldWithACustomerOfBoth() throws DefinitionException {
    String loyal = "exclusive: x\npriority: 6\naudience: \"customer.stage == 'DORMANT'\"\n";
    assertThat(
            both(
                loyal,
                "exclusive: x\naudience: \"customer.stage in ['NEW', 'DORMANT'] && customer.city =="
                    + " 'Shanghai'\"\n"))
        .containsExactly(
            "c:10: warning: d and c are both for customer.city = Shanghai, customer.stage ="
                + " DORMANT; d goes first");
    assertThat(both(loyal, "exclusive: x\naudience: \"customer.stage == 'NEW'\"\n")).isEmpty();
    assertThat(
            both(
                "exclusive: x\naudience: \"customer.orderCount >= 5\"\n",
                "exclusive: x\naudience: \"customer.orderCount < 5\"\n"))
        .isEmpty();
    assertThat(
            both(
                "exclusive: x\naudience: \"customer.orderSum >= 5.5\"\n",
                "exclusive: x\naudience: \"customer.orderSum <= 5.5\"\n"))
        .containsExactly(
            "c:9: warning: d and c are both for customer.orderSum = 5.5; as their priorities are"
                + " equal, their names say which goes first");
    assertThat(both(loyal, "exclusive: x\n")).hasSize(1);
  }

  @Test
  void pausedCampaignSaysAllElseAsBefore() throws DefinitionException {
    RuleSource source = source(text("control: 5\naudience: \"customer.city == 'x'\""));
    RuleSource paused = CampaignCodec.withPaused(source, true);
    assertThat(CampaignCodec.compile(source, Map.of()).paused()).isFalse();
    assertThat(CampaignCodec.compile(paused, Map.of()).paused()).isTrue();
    assertThat(paused.json()).isEqualTo(source.json().replaceFirst("}$", ",\"paused\":true}"));
    assertThat(CampaignCodec.withPaused(paused, true)).isSameAs(paused);
    assertThat(CampaignCodec.withPaused(paused, false)).isEqualTo(source);
    RuleSource declared = source(text("paused: true\ncontrol: 5"));
    assertThat(CampaignCodec.withPaused(declared, true)).isSameAs(declared);
    assertThat(CampaignCodec.compile(CampaignCodec.withPaused(declared, false), Map.of()).paused())
        .isFalse();
  }

  @Test
  void campaignIsTheSameAfterItsJourney() throws DefinitionException {
    String text =
        text(
            """
            tenant: acme
            onChange: DRAIN
            active: {from: 2026-11-01T00:00:00+08:00}
            trigger: {every: "0 10 * * MON"}
            resource: {kind: COUPON, type: C, amount: 1.50, total: 5}
            variants: [{id: A, weight: 100, content: {title: "é ${customer.city}"}}]
            """);
    RuleSource source = source(text);
    RuleVersion version =
        new RuleVersion(
            "acme", Rule.Kind.CAMPAIGN, "c", 3, 1_000, OnChange.DRAIN, source.json(), false);
    DefinitionVersion read =
        DefinitionCodec.read(
                "acme|campaign|c".getBytes(StandardCharsets.UTF_8), DefinitionCodec.value(version))
            .orElseThrow();
    assertThat(read).isEqualTo(DefinitionVersion.of(version));
    assertThat(CampaignCodec.compile(read.rule().source(), Map.of())).isEqualTo(campaign(text));
  }

  @Test
  void publishedCampaignIsReadThoughItsChannelAndItsAnomalyAreGone() throws DefinitionException {
    String json =
        "{\"kind\":\"campaign\",\"id\":\"c\",\"trigger\":{\"anomaly\":\"GONE\"},"
            + "\"channels\":[\"GONE\"]}";
    RuleSource source = new RuleSource("acme", Rule.Kind.CAMPAIGN, "c", OnChange.DROP, json);
    assertThat(CampaignCodec.compile(source, Map.of()).channels()).containsExactly("GONE");
    assertThatThrownBy(
            () ->
                CampaignCodec.compile(
                    new RuleSource("acme", Rule.Kind.CAMPAIGN, "other", OnChange.DROP, json),
                    Map.of()))
        .hasMessage("acme|campaign|other:1:25: id: found \"c\", expected other");
  }

  private static List<String> both(String one, String other) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    String second = text(other).replace("id: c", "id: d");
    reader.read("c", utf8(text(one) + "---\n" + second));
    assertThat(reader.campaigns()).hasSize(2);
    return reader.warnings();
  }

  private static RuleSource source(String text) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("c", utf8(text));
    return reader.campaigns().keySet().iterator().next();
  }

  private static Campaign read(String keys) {
    try {
      return campaign(text(keys));
    } catch (DefinitionException refused) {
      throw new AssertionError(refused);
    }
  }

  private static Campaign campaign(String text) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("c", utf8(text));
    return reader.campaigns().values().iterator().next();
  }

  /** The least that a campaign says, and more. */
  private static String text(String keys) {
    return "kind: campaign\nid: c\n"
        + (keys.contains("trigger:") ? "" : "trigger: {stage: NEW}\n")
        + (keys.startsWith("channels:") || keys.contains("\nchannels:") ? "" : "channels: [PUSH]\n")
        + keys
        + (keys.endsWith("\n") ? "" : "\n");
  }

  private static CampaignTrigger time(Timetable times) {
    return new CampaignTrigger.OfTime(times);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long millis(String iso) {
    return Instant.parse(iso).toEpochMilli();
  }
}
