package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.clickhouse.Migrations;
import dev.nudge.console.WhyCast;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What an operator types and sees, over a real ClickHouse. */
class WhyCommandIT {
  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    clickHouse =
        EmbeddedClickHouse.start(
            ChdbLibrary.locate(Path.of("unused")), directory.resolve("clickhouse"), 0);
    Migrations.apply(clickHouse.config(), Duration.ZERO);
    WhyCast.insert(clickHouse.config());
  }

  @AfterAll
  static void stop() {
    clickHouse.close();
  }

  private int why(String tenant, String customer, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("--clickhouse", clickHouse.url(), "--tenant", tenant, "--customer", customer));
    args.addAll(List.of(more));
    return run(args);
  }

  private int run(List<String> args) {
    return new CommandLine(new WhyCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args.toArray(String[]::new));
  }

  @Test
  void whatBecameOfEachCandidateIsSaidTheNewestFirst() {
    assertThat(why("acme", "anna")).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            acme anna: DORMANT since 2026-02-04 09:00:00, life 1, paid orders in it by then: 1
            Times are event times in UTC.

            birthday: AUDIENCE 40
            experiment: DEFERRED 1
            win-back: LOWER_PRIORITY 1
            vip-thanks: FREQUENCY_CAP 1
            cart-rescue: SENT 1

            Messages in a calendar week: 4 of 10 used, 6 left, as of 2026-01-06 09:00:02 (cart-rescue)
            PUSH in a calendar day: 1 of 3 used, 2 left, as of 2026-01-06 09:00:02 (cart-rescue)
            SMS within 7 days: 2 of 2 used, 0 left, as of 2026-01-07 09:00:02 (vip-thanks)
            Unused coupons: 2, as of 2026-01-06 09:00:02 (cart-rescue)

            2026-02-13 09:00:00  birthday version 1 AUDIENCE: Not one of those for whom the campaign \
            is: customer.daysToBirthday = 61, customer.orderCount = 1.
                read: customer.daysToBirthday = 61; customer.orderCount = 1
                moment: the campaign's own pattern or time, morning-39
                refused 39 times before: --campaign birthday tells when

            2026-02-05 09:00:00  experiment version 1 DEFERRED: Waits for the experiment's best \
            variant, due again at 2026-02-05 11:00:00 UTC.
                read: due again = 2026-02-05 11:00:00 UTC
                moment: the campaign's own pattern or time, plan-1

            2026-02-04 09:00:02  win-back version 1 LOWER_PRIORITY: The campaign sleep-line went first.
                moment: entered DORMANT at 2026-02-04 09:00:00

            2026-01-07 09:00:02  vip-thanks version 1 FREQUENCY_CAP: The cap is reached: 2 of 2 SMS \
            within 7 days.
                read: cap = 2 of 2 SMS within 7 days
                moment: SPEND_SPIKE at 2026-01-07 09:00:00

            2026-01-06 09:00:02  cart-rescue version 1 SENT: Sent by SMS, with 50.00, variant A.
                read: caps = 1 of 2 SMS within 7 days, 1 of 3 PUSH in a calendar day, 3 of 10 messages \
            in a calendar week; customer.orderCount = 1; unused coupons = 1
                moment: the campaign's own pattern or time, cart-1
                before: 2026-01-06 08:00:00  DEFERRED: Waits for the campaign's slot (Asia/Shanghai), \
            due again at 2026-01-06 09:00:00 UTC.
                before: 2026-01-05 22:00:00  DEFERRED: Waits for the end of quiet hours \
            (Asia/Shanghai), due again at 2026-01-06 08:00:00 UTC.
            """);
  }

  @Test
  void oneCampaignCanBeAskedFor() {
    assertThat(why("acme", "anna", "--campaign", "birthday", "--limit", "2")).isZero();
    assertThat(out.toString())
        .contains("birthday: AUDIENCE 40")
        .contains("campaign's own pattern or time, morning-39")
        .contains("campaign's own pattern or time, morning-38")
        .doesNotContain("morning-37")
        .doesNotContain("refused")
        .contains("There are older ones");
  }

  @Test
  void sinceLeavesOutWhatIsOlder() {
    assertThat(why("acme", "anna", "--since", "2026-02-05T00:00:00+08:00")).isZero();
    assertThat(out.toString()).contains("experiment").doesNotContain("cart-rescue version");
    assertThat(why("acme", "anna", "--campaign", "win-back", "--since", "2026-03-01T00:00:00Z"))
        .isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "acme anna: no candidate of the campaign win-back since 2026-03-01T00:00:00Z\n");
  }

  @Test
  void ofWhomNothingIsKnownIsSaidSo() {
    assertThat(why("acme", "nobody")).isEqualTo(1);
    assertThat(why("zeta", "cody")).isEqualTo(1);
    assertThat(why("acme", "cody", "--campaign", "cart-rescue")).isEqualTo(1);
    assertThat(why("acme", "anna", "--campaign", "zeta-only")).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            acme: nothing is known of a customer nobody
            zeta: nothing is known of a customer cody
            acme cody: no candidate of the campaign cart-rescue; no moment of this customer \
            triggered it, but of others did
            acme anna: no candidate of the campaign zeta-only, and none of any other customer
            """);
  }

  @Test
  void customerWhomNoCampaignConsideredIsKnownAllTheSame() {
    assertThat(why("acme", "annabel")).isZero();
    assertThat(out.toString())
        .contains("acme annabel: NEW since 2026-01-05 09:00:00")
        .contains("No moment of this customer triggered a campaign.");
  }

  @Test
  void machinesGetOneObject() throws Exception {
    assertThat(why("acme", "anna", "--json", "--limit", "3")).isZero();
    JsonNode story = new ObjectMapper().readTree(out.toString());
    assertThat(story.path("customerId").asText()).isEqualTo("anna");
    assertThat(story.path("candidates")).hasSize(3);
    assertThat(story.path("candidates").path(0).path("rows").path(0).path("values").toString())
        .isEqualTo("{\"customer.daysToBirthday\":61,\"customer.orderCount\":1}");
  }

  @Test
  void namesMoveNoCursor() {
    assertThat(why("acme", WhyCast.HOSTILE)).isZero();
    assertThat(out.toString())
        .contains("\\u001b[31m")
        .doesNotContain("\u001b")
        .contains(WhyCast.HOSTILE_CAMPAIGN);
    assertThat(why("acme", "x\u001b[2J\u202e")).isEqualTo(1);
    assertThat(err.toString()).contains("customer x\\u001b[2J\\u202e").doesNotContain("\u001b");
  }

  @Test
  void whatCannotBeUsedIsRefused() {
    assertThat(why("acme", "anna", "--limit", "501")).isEqualTo(2);
    assertThat(why("acme", "anna", "--limit", "0")).isEqualTo(2);
    assertThat(why("acme", "anna", "--since", "yesterday")).isEqualTo(2);
    assertThat(run(List.of("--clickhouse", clickHouse.url(), "--tenant", "acme"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("--limit: found 501, expected 1 to 500")
        .contains("--limit: found 0, expected 1 to 500")
        .contains("found 'yesterday', expected an instant with its offset")
        .contains("Missing required option: '--customer=ID'");
  }

  @Test
  void databaseThatIsAwayIsAFailure() {
    assertThat(
            run(
                List.of(
                    "--clickhouse",
                    "http://127.0.0.1:1",
                    "--tenant",
                    "acme",
                    "--customer",
                    "anna")))
        .isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).isNotBlank().doesNotContain("\tat ");
  }
}
