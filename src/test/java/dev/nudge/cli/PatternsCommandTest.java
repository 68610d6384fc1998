package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the author of a pattern sees. */
class PatternsCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void patternIsDrawn() throws IOException {
    Path file =
        file(
            "cart.yaml",
            """
            kind: anomaly
            id: cart-rescue
            tenant: acme
            pattern:
              steps:
                - cart:
                    event: Product Added
                    where: "event.price *
                      event.quantity > 100.0"
                    times: 1+
                    greedy: true
                    until: event.price > 1000.0
                - seen: {event: [Product Viewed, Product Shared], then: ANY, times: 2-3, combinations: true}
                - pair:
                    times: 2
                    optional: true
                    steps:
                      - one: {event: A, within: 90 s}
                      - two: {event: "*", then: NEXT, times: 3, consecutive: true, distinct: sku}
                - queue: {event: Store Queue Joined}
                - no pay: {not: Order Paid}
              within: 30 min inclusive
              skip: {toLast: cart}
              by: cartId
            orderId: steps.cart.orderId
            evidence: {items: steps.cart.count}
            """);
    assertThat(run("check", file.toString())).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            cart-rescue, an anomaly of acme
              [cart]  Product Added where event.price * event.quantity > 100.0
                 1 or more times, greedy
                 until any event where event.price > 1000.0
                 *  followed by any
              [seen]  Product Shared | Product Viewed
                 2 to 3 times, combinations
                 :  followed by
              [group]
                  [one]  A
                     within 90 s of the event before
                     |  next
                  [two]  any event, distinct sku
                     3 times, consecutive
                 2 times, optional
                 :  followed by
              [queue]  Store Queue Joined
                 X  not followed by
              (no pay)  Order Paid
              within 30 min inclusive, skip to the last cart
              for each cartId apart
              orderId = steps.cart.orderId
              items = steps.cart.count

            """);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void timerIsDrawn() throws IOException {
    Path file =
        file(
            "sleep.yaml",
            """
            kind: anomaly
            id: SLEEP
            after: {last: Order Paid, wait: 45 days, every: 15 days, max: 3, when: now > 1, once: now}
            ---
            kind: stage
            id: dormant
            stage: DORMANT
            after: {last: [Order Paid, Order Placed], wait: days(policy.lifecycle.dormantDays)}
            """);
    assertThat(run("check", file.toString())).isZero();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            SLEEP, an anomaly of every tenant
              [last]  Order Paid
                 :  wait millis(3888000000)
                 :  then every millis(1296000000)
              (timer)  3 in all
                 when now > 1
                 once for each now

            dormant, the step to DORMANT of every tenant
              [last]  Order Paid | Order Placed
                 :  wait days(policy.lifecycle.dormantDays)
              (timer)

            """);
  }

  @Test
  void flinksJsonIsDrawnToo() throws IOException {
    Path file =
        file(
            "rule.json",
            "{\"name\": \"rule\", \"type\": \"COMPOSITE\", \"nodes\": [{\"name\": \"a\", \"type\":"
                + " \"ATOMIC\", \"quantifier\": null, \"condition\": {\"type\": \"AVIATOR\","
                + " \"expression\": \"n == 1\"}}], \"edges\": []}");
    assertThat(run("check", file.toString())).isZero();
    assertThat(out.toString())
        .startsWith("rule, an anomaly of every tenant\n  [a]  any event where")
        .contains("no window, no skip");
  }

  @Test
  void everyProblemStandsOnItsLineAndNothingIsDrawn() throws IOException {
    Path good = file("good.yaml", "{kind: anomaly, id: X, pattern: {steps: [{a: {event: A}}]}}");
    Path wrong =
        file(
            "wrong.yaml",
            """
            kind: anomaly
            id: Y
            pattern:
              steps:
                - a: {event: A, where: event.price}
                - b: {not: B}
            value: foo
            """);
    Path missing = folder.resolve("none.yaml");
    assertThat(run("check", good.toString(), wrong.toString(), missing.toString())).isEqualTo(1);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            missing
                + ": no such file\n"
                + wrong
                + ":5:28: pattern.steps[0].a.where: found a double, expected a bool\n"
                + wrong
                + ":7:8: value: found the name foo, expected one of event, customer, steps, now,"
                + " params, policy\n");
  }

  @Test
  void schemaOfAPolicyBesideItTypesTheRule() throws IOException {
    Path policy = file("policy.yaml", "{kind: policy, schema: {size: INTEGER}}");
    Path rule =
        file(
            "rule.yaml",
            "{kind: anomaly, id: X, pattern: {steps: [{a: {event: A, where: event.size % 2 == 0}}]}}");
    assertThat(run("check", rule.toString(), policy.toString())).isZero();
  }

  @Test
  void argumentsAreRefusedWithWhatIsExpected() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Say what to do: check.");
    assertThat(run("check")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required parameter: 'FILE'");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private int run(String... arguments) {
    return new CommandLine(new PatternsCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
