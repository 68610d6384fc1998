package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A marketer tries definitions on files, before anybody is nudged. */
class RehearseCommandIT {
  private static final String OF_EVERY_TENANT =
      """
      kind: anomaly
      id: BIG
      pattern: {steps: [{big: {event: Order Paid, where: "event.amount > 100.0"}}]}
      baseline: "100.0"
      """;
  private static final String OF_ZETA =
      """
      kind: anomaly
      tenant: zeta
      id: BIG
      pattern: {steps: [{big: {event: Order Paid, where: "event.amount > 900.0"}}]}
      baseline: "900.0"
      """;
  private static final String OF_ACME_BY_SCHEMA =
      """
      kind: policy
      tenant: acme
      schema: {size: INTEGER}
      ---
      kind: anomaly
      tenant: acme
      id: LARGE_SIZE
      pattern: {steps: [{large: {event: Size Chosen, where: "event.size > 40"}}]}
      """;

  @TempDir private Path folder;

  @Test
  void definitionsOfAFolderHoldForTheTenantTheyNameOrForEveryone() throws Exception {
    Path campaigns = Files.createDirectory(folder.resolve("campaigns"));
    Files.writeString(campaigns.resolve("1.yaml"), OF_EVERY_TENANT + "---\n" + OF_ZETA);
    Files.writeString(campaigns.resolve("2.yml"), OF_ACME_BY_SCHEMA);
    Path orders =
        Files.write(
            folder.resolve("orders.jsonl"),
            List.of(
                order("acme", "anna", "150.00"),
                order("acme", "bert", "100.00"),
                order("other", "otto", "150.00"),
                order("zeta", "zoe", "150.00"),
                order("zeta", "zack", "950.00")));
    Path clicks =
        Files.write(
            folder.resolve("clicks.jsonl"),
            List.of(
                click("acme", "anna", 41), click("acme", "bert", 40), click("zeta", "zoe", 41)));

    assertThat(
            run(
                "--orders", orders.toString(),
                "--clickstream", clicks.toString(),
                "--campaigns", campaigns.toString(),
                "--out", folder.resolve("out").toString()))
        .isZero();
    assertThat(Files.readAllLines(folder.resolve("out/anomalies.jsonl")))
        .containsExactly(
            anomaly("acme", "anna", "BIG", ",\"baseline\":100.0"),
            anomaly("acme", "anna", "LARGE_SIZE", ""),
            anomaly("other", "otto", "BIG", ",\"baseline\":100.0"),
            anomaly("zeta", "zack", "BIG", ",\"baseline\":900.0"));
  }

  private static String order(String tenant, String customer, String amount) {
    return """
        {"messageId":"%s","tenant":"%s","customerId":"%s","orderId":"o","status":"PAID",\
        "timestamp":"2026-01-05T09:00:00Z","currency":"EUR","amount":"%s"}"""
        .formatted(customer, tenant, customer, amount);
  }

  private static String click(String tenant, String customer, int size) {
    return """
        {"messageId":"%s","tenant":"%s","customerId":"%s","event":"Size Chosen",\
        "timestamp":"2026-01-05T09:00:00Z","properties":{"size":%d}}"""
        .formatted(customer, tenant, customer, size);
  }

  private static String anomaly(String tenant, String customer, String kind, String rest) {
    return """
        {"tenant":"%s","customerId":"%s","kind":"%s","at":"2026-01-05T09:00:00Z"%s,"evidence":{}}"""
        .formatted(tenant, customer, kind, rest);
  }

  private static int run(String... arguments) {
    StringWriter said = new StringWriter();
    return new CommandLine(new RehearseCommand())
        .setErr(new PrintWriter(said, true))
        .setOut(new PrintWriter(said, true))
        .execute(arguments);
  }
}
