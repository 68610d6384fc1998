package dev.nudge.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.DeferReason;
import dev.nudge.event.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the report computes of a few decisions of acme, in a week from Monday on. */
class DecisionReportTest {
  private static final Instant MONDAY = Decided.MONDAY;

  private static final String POLICY =
      """
      kind: policy
      zone: Asia/Shanghai
      currency: CNY
      channels:
        SMS: {kind: ONE_WAY, cost: {model: PER_SEND, price: 0.05}}
        ON_PAGE: {kind: ON_PAGE, cost: {model: CPM, price: 2}}
      """;

  private static final String WIN_BACK =
      """
      kind: campaign
      id: win-back
      trigger: {stage: DORMANT}
      audience: "customer.orderCount > 3 && customer.daysToBirthday == 0"
      channels: [SMS, ON_PAGE]
      resource: {kind: COUPON, type: C50, amount: 50, total: 10}
      budget: {total: 1000, perDay: 120}
      cost: {model: PER_SEND, price: 0.01}
      """;

  @TempDir Path folder;

  private final Decided decided = new Decided();

  @Test
  void candidateCountsOnceHoweverOftenItWasPutOff() throws Exception {
    Map<String, Value> night = Map.of("zone", Value.string("Asia/Shanghai"));
    decided.row(
        "win-back", "Anna", MONDAY, DecisionCode.DEFERRED, night, DeferReason.QUIET_HOURS, null);
    decided.row(
        "win-back",
        "Anna",
        MONDAY.plus(Duration.ofHours(9)),
        DecisionCode.DEFERRED,
        night,
        DeferReason.OUTSIDE_SLOT,
        null);
    decided.sent("win-back", "Anna", MONDAY.plus(Duration.ofHours(23)), "A", "SMS", 500_000L);
    decided.row("win-back", "Bert", MONDAY.plus(Duration.ofHours(23)), DecisionCode.CONTROL);

    JsonNode campaign = campaigns().path(0);

    assertThat(campaign.path("id").asText()).isEqualTo("win-back");
    assertThat(campaign.path("candidates").asInt()).isEqualTo(2);
    assertThat(sum(campaign.path("counts").path("DEFERRED"))).isEqualTo(2);
    assertThat(sum(campaign.path("counts").path("SENT"))).isEqualTo(1);
    assertThat(sum(campaign.path("counts").path("CONTROL"))).isEqualTo(1);
    assertThat(details(campaign))
        .containsExactly(
            "DEFERRED {\"reason\":\"OUTSIDE_SLOT\"} 1", "DEFERRED {\"reason\":\"QUIET_HOURS\"} 1");
  }

  @Test
  void sendsAreCountedInTheHourOfTheirDecision() throws Exception {
    decided.sent("win-back", "Anna", MONDAY, "A", "SMS", null);
    decided.sent("win-back", "Bert", MONDAY.plus(Duration.ofMinutes(59)), "A", "SMS", null);
    decided.sent("win-back", "Cleo", MONDAY.plus(Duration.ofMinutes(60)), "A", "SMS", null);

    JsonNode decisions = decisions();

    // A week has too many hours to be drawn, so a bucket is a day.
    assertThat(decisions.path("bucketMillis").asLong()).isEqualTo(86_400_000);
    assertThat(decisions.path("firstMillis").asLong())
        .isEqualTo(Instant.parse("2026-01-05T00:00:00Z").toEpochMilli());
    assertThat(decisions.path("buckets").asInt()).isEqualTo(8);
    assertThat(decisions.path("campaigns").path(0).path("counts").path("SENT"))
        .hasToString("[3,0,0,0,0,0,0,0]");
  }

  @Test
  void costIsTheResourceTheChannelAndTheCampaign() throws Exception {
    decided.sent("win-back", "Anna", MONDAY, "A", "SMS", 500_000L);
    decided.sent("win-back", "Bert", MONDAY, "B", "ON_PAGE", 125_000L);
    decided.sent("win-back", "Cleo", MONDAY.plus(Duration.ofDays(2)), "B", "ON_PAGE", null);

    JsonNode campaign = campaigns().path(0);

    assertThat(campaign.path("amount").asText()).isEqualTo("62.50");
    // 50 + 0.05 + 0.01, 12.50 + 2 / 1000 + 0.01, 2 / 1000 + 0.01
    assertThat(campaign.path("cost").asText()).isEqualTo("62.584");
    assertThat(campaign.path("costs")).hasToString("[62.572,0.0,0.012,0.0,0.0,0.0,0.0,0.0]");
    assertThat(campaign.path("granted")).hasToString("[2,0,0,0,0,0,0,0]");
    assertThat(campaign.path("channels"))
        .hasToString("[{\"name\":\"ON_PAGE\",\"count\":2},{\"name\":\"SMS\",\"count\":1}]");
    assertThat(campaign.path("variants"))
        .hasToString("[{\"name\":\"A\",\"count\":1},{\"name\":\"B\",\"count\":2}]");
  }

  @Test
  void busiestDayIsOfThePolicysZone() throws Exception {
    // In Shanghai both are sent on Tuesday, in UTC one is on Monday.
    decided.sent("win-back", "Anna", Instant.parse("2026-01-05T16:30:00Z"), "A", "SMS", 400_000L);
    decided.sent("win-back", "Bert", Instant.parse("2026-01-06T01:00:00Z"), "A", "SMS", 300_000L);
    decided.sent("win-back", "Cleo", Instant.parse("2026-01-06T16:00:00Z"), "A", "SMS", 600_000L);
    decided.row(
        "win-back", "Dora", Instant.parse("2026-01-07T01:00:00Z"), DecisionCode.BUDGET_EXHAUSTED);
    decided.row(
        "win-back", "Emil", Instant.parse("2026-01-08T01:00:00Z"), DecisionCode.BUDGET_EXHAUSTED);

    JsonNode campaign = campaigns().path(0);

    assertThat(campaign.path("busiestDay").asText()).isEqualTo("2026-01-06");
    assertThat(campaign.path("busiestDayCost").asText()).isEqualTo("70.12");
    assertThat(campaign.path("exhaustedAt").asText()).isEqualTo("2026-01-07T01:00:00Z");
  }

  @Test
  void reasonsNameTheWinnerTheCapAndWhatIsMissing() throws Exception {
    Value cap =
        new Value(
            Value.Type.JSON,
            "{\"scope\":\"CHANNEL\",\"channel\":\"SMS\",\"window\":\"PT168H\",\"max\":2,\"sent\":2}");
    Value caps = new Value(Value.Type.JSON, "[" + cap.text() + "]");
    decided.row(
        "win-back", "Anna", MONDAY, DecisionCode.LOWER_PRIORITY, Map.of(), null, "birthday");
    decided.row(
        "win-back",
        "Bert",
        MONDAY,
        DecisionCode.FREQUENCY_CAP,
        Map.of("cap", cap, "caps", caps),
        null,
        null);
    decided.row(
        "win-back",
        "Cleo",
        MONDAY,
        DecisionCode.GROUP_BUSY,
        Map.of(
            "exclusive", Value.string("retention"),
            "heldBy", Value.string("sleep-line"),
            "heldUntil", Value.string("2026-02-05T09:00:00Z")),
        null,
        null);
    decided.row(
        "win-back",
        "Dora",
        MONDAY,
        DecisionCode.MISSING_VALUE,
        Map.of("missing", Value.string("customer.name"), "caps", caps),
        null,
        null);

    assertThat(details(campaigns().path(0)))
        .containsExactly(
            "GROUP_BUSY {\"exclusive\":\"retention\",\"heldBy\":\"sleep-line\"} 1",
            "LOWER_PRIORITY {\"winner\":\"birthday\"} 1",
            "FREQUENCY_CAP {\"channel\":\"SMS\",\"max\":\"2\",\"scope\":\"CHANNEL\",\"window\":\"PT168H\"} 1",
            "MISSING_VALUE {\"missing\":\"customer.name\"} 1");
  }

  @Test
  void audienceNamesWhatNobodyKnew() throws Exception {
    decided.row(
        "win-back",
        "Anna",
        MONDAY,
        DecisionCode.AUDIENCE,
        Map.of("customer.orderCount", Value.number("2")),
        null,
        null);
    decided.row(
        "win-back",
        "Bert",
        MONDAY,
        DecisionCode.AUDIENCE,
        Map.of(
            "customer.orderCount", Value.number("9"), "customer.daysToBirthday", Value.number("4")),
        null,
        null);

    JsonNode campaign = campaigns().path(0);

    assertThat(sum(campaign.path("counts").path("AUDIENCE"))).isEqualTo(2);
    assertThat(details(campaign))
        .containsExactly("AUDIENCE {\"unknown\":\"customer.daysToBirthday\"} 1");
  }

  @Test
  void detailsBeyondTheLimitAreCountedAsOne() throws Exception {
    for (int i = 0; i < CampaignHistory.MAX_DETAILS + 3; i++) {
      decided.row(
          "win-back", "c" + i, MONDAY, DecisionCode.LOWER_PRIORITY, Map.of(), null, "other" + i);
    }

    List<String> details = details(campaigns().path(0));

    assertThat(details).hasSize(CampaignHistory.MAX_DETAILS + 1);
    assertThat(details.get(0)).isEqualTo("LOWER_PRIORITY {} 3");
  }

  @Test
  void largestSendsAreTheEarliestOfThatAmountAndLatestComeFirst() throws Exception {
    for (int i = 0; i < 20; i++) {
      long units = i % 5 * 10_000L;
      Instant at = MONDAY.plus(Duration.ofHours(i));
      decided.sent("win-back", "c" + i, at, "A", "SMS", i == 19 ? null : (Long) units);
    }

    JsonNode sends = decisions().path("sends");

    assertThat(customers(sends.path("largest")))
        .startsWith("c4", "c9", "c14", "c3", "c8", "c13", "c18", "c2")
        .hasSize(DecisionHistory.MAX_SENDS);
    assertThat(customers(sends.path("latest")))
        .startsWith("c19", "c18", "c17")
        .hasSize(DecisionHistory.MAX_SENDS);
    assertThat(sends.path("latest").path(0).path("amount").isNull()).isTrue();
  }

  @Test
  void campaignWithoutCandidatesIsListedBehindTheOthers() throws Exception {
    decided.sent("stray", "Anna", MONDAY, "A", "PUSH", null);

    JsonNode campaigns = campaigns();

    assertThat(campaigns.path(0).path("id").asText()).isEqualTo("stray");
    assertThat(campaigns.path(0).path("definition").isNull()).isTrue();
    assertThat(campaigns.path(1).path("id").asText()).isEqualTo("win-back");
    assertThat(campaigns.path(1).path("candidates").asInt()).isZero();
    JsonNode definition = campaigns.path(1).path("definition");
    assertThat(definition.path("trigger")).hasToString("{\"kind\":\"STAGE\",\"of\":\"DORMANT\"}");
    assertThat(definition.path("resource").path("total").asInt()).isEqualTo(10);
    assertThat(definition.path("budgetPerDay").asText()).isEqualTo("120.00");
  }

  @Test
  void ordersInCurrenciesThatDoNotCountAreTold() throws Exception {
    decided.write(
        folder, Decided.given(Map.of("acme", Map.of("CNY", 5L, "GBP", 7L)), POLICY, WIN_BACK));

    assertThat(Decided.read(folder.resolve("report.html")).path("otherCurrencies"))
        .hasToString("[{\"currency\":\"GBP\",\"orders\":7}]");
  }

  private JsonNode decisions() throws Exception {
    decided.write(folder, Decided.given(Map.of(), POLICY, WIN_BACK));
    return Decided.read(folder.resolve("report.html"));
  }

  private JsonNode campaigns() throws Exception {
    return decisions().path("campaigns");
  }

  private static int sum(JsonNode counts) {
    return StreamSupport.stream(counts.spliterator(), false).mapToInt(JsonNode::asInt).sum();
  }

  private static List<String> details(JsonNode campaign) {
    List<String> details = new ArrayList<>();
    campaign
        .path("details")
        .forEach(
            detail ->
                details.add(
                    detail.path("code").asText()
                        + " "
                        + detail.path("of")
                        + " "
                        + detail.path("count")));
    return details;
  }

  private static List<String> customers(JsonNode sends) {
    return StreamSupport.stream(sends.spliterator(), false)
        .map(send -> send.path("customerId").asText())
        .toList();
  }
}
