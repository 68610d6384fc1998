package dev.nudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a marketer types and sees of campaigns, on a deployment whose clock says 09:00. */
class CampaignsCommandTest {
  private static final String RESCUE =
      """
      kind: campaign
      tenant: acme
      id: rescue
      exclusive: retention
      trigger: {anomaly: CART_ABANDONED}
      channels: [PUSH, SMS]
      """;
  private static final String FROM = ", holds from 2026-01-05T09:00:03Z";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final InMemoryDeployment deployment = new InMemoryDeployment("2026-01-05T09:00:00Z");

  @Test
  void goodCampaignsAreValidatedWithoutADeployment() throws IOException {
    String all = RESCUE.replace("tenant: acme\n", "").replace("id: rescue", "id: all");
    assertThat(run("validate", file("a.yaml", RESCUE), file("b.yaml", all))).isEqualTo(2);
    assertThat(err.toString()).contains("b.yaml:2:5: id: found the exclusive retention");
    assertThat(run("validate", file("b.yaml", all.replace("exclusive: retention\n", "")))).isZero();
    assertThat(said())
        .containsExactly("every tenant's all: good for a rehearsal; to apply it, name a tenant");
    assertThat(run("validate", file("a.yaml", RESCUE))).isZero();
    assertThat(said()).containsExactly("acme rescue: good");
  }

  @Test
  void theFirstCampaignOfADeploymentIsGood() {
    assertThat(run("validate", "flink-conf/hello.yaml")).isZero();
    assertThat(said()).containsExactly("hello hello: good");
  }

  @Test
  void ofAScheduledCampaignAudienceAndReachAreTold() throws IOException {
    String push =
        """
        kind: policy
        tenant: acme
        channels: {SMS: {cost: {model: PER_SEND, price: 0.05}}}
        ---
        kind: campaign
        tenant: acme
        id: news
        trigger: {every: "0 10 * * MON"}
        audience: customer.orders90d > 0
        channels: [SMS, PUSH]
        budget: {total: 500}
        """;
    assertThat(run("validate", file("a.yaml", push))).isZero();
    assertThat(said())
        .containsExactly(
            "acme news: good",
            "  audience: customer.orders90d > 0 (how many they are, a rehearsal tells)",
            "  reach by SMS: at most 10,000, at 0.05 a touch",
            "  reach by PUSH: all of them, at 0.00 a touch");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void overlappingAudiencesAreAWarningAndNoRefusal() throws IOException {
    String other = RESCUE.replace("id: rescue", "id: other\naudience: customer.orderCount > 3");
    assertThat(run("validate", file("a.yaml", RESCUE + "---\n" + other))).isZero();
    assertThat(err.toString())
        .contains("warning: other and rescue are both for customer.orderCount = 4;");
    assertThat(said()).containsExactly("acme rescue: good", "acme other: good");
  }

  @Test
  void campaignIsAppliedListedShownPausedResumedAndDeleted() throws IOException {
    String file = file("a.yaml", RESCUE);
    assertThat(kafka("apply", file)).isZero();
    assertThat(kafka("apply", file)).isZero();
    assertThat(said())
        .containsExactly(
            "acme rescue: version 1" + FROM, "acme rescue: version 1" + FROM + ", unchanged");
    assertThat(kafka("pause", "--tenant", "acme", "--id", "rescue")).isZero();
    assertThat(kafka("pause", "--tenant", "acme", "--id", "rescue")).isZero();
    assertThat(kafka("list")).isZero();
    assertThat(said())
        .containsExactly(
            "acme rescue: version 2" + FROM + ", paused",
            "acme rescue: version 2" + FROM + ", paused, unchanged",
            "acme rescue: version 2" + FROM + ", paused");
    assertThat(kafka("show", "--tenant", "acme", "--id", "rescue")).isZero();
    assertThat(said())
        .contains("# acme rescue: version 2" + FROM + ", paused", "  \"paused\" : true");
    assertThat(kafka("resume", "--tenant", "acme", "--id", "rescue")).isZero();
    assertThat(kafka("list", "--tenant", "zeta")).isZero();
    assertThat(said()).containsExactly("acme rescue: version 3" + FROM);
    assertThat(kafka("delete", "--tenant", "acme", "--id", "rescue")).isZero();
    assertThat(kafka("delete", "--tenant", "acme", "--id", "rescue")).isZero();
    assertThat(said()).containsExactly("acme rescue: deleted", "acme: has no campaign rescue");
    assertThat(err.toString()).isEmpty();
    assertThat(kafka("pause", "--tenant", "acme", "--id", "rescue")).isEqualTo(1);
    assertThat(kafka("show", "--tenant", "acme", "--id", "rescue")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "acme: has no readable campaign rescue\nacme: has no readable campaign rescue\n");
  }

  @Test
  void exampleWithoutTenantIsAppliedForOne() throws IOException {
    String example = "src/main/resources/examples/campaigns/cart-rescue.yaml";
    assertThat(kafka("apply", example)).isEqualTo(2);
    assertThat(err.toString()).contains("cart-rescue.yaml:3:1: tenant: found nothing");
    assertThat(kafka("apply", example, "--tenant", "acme")).isZero();
    assertThat(said()).containsExactly("acme cart-rescue: version 1" + FROM);
  }

  @Test
  void otherKindsInTheFilesAreReadAndNotPublished() throws IOException {
    String more = "---\nkind: policy\ntenant: acme\n";
    assertThat(kafka("apply", file("a.yaml", RESCUE + more))).isZero();
    assertThat(said()).containsExactly("acme rescue: version 1" + FROM);
    assertThat(err.toString()).contains("acme: policy is not published by this command");
    assertThat(deployment.definitions().list().policies()).isEmpty();
  }

  @Test
  void campaignLikeAPublishedOneIsRefusedAndNothingIsWritten() throws IOException {
    kafka("apply", file("a.yaml", RESCUE));
    said();
    String same = file("b.yaml", RESCUE.replace("id: rescue", "id: other"));
    assertThat(kafka("apply", same)).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "acme|campaign|other:1:1: id: found the exclusive retention, priority 50 and audience"
                + " of rescue at the same time, expected another priority");
    assertThat(deployment.rules().appended()).isEqualTo(1);
    assertThat(kafka("apply", same, "--force")).isZero();
    assertThat(deployment.rules().appended()).isEqualTo(2);
  }

  @Test
  void campaignMayUseTheChannelsAndAnomaliesThatArePublished() throws IOException {
    String own =
        """
        kind: policy
        tenant: acme
        channels: {FAX: {}}
        ---
        kind: anomaly
        tenant: acme
        id: BIG
        pattern: {steps: [{big: {event: Order Paid}}]}
        """;
    String fax = RESCUE.replace("[PUSH, SMS]", "[FAX]").replace("CART_ABANDONED", "BIG");
    assertThat(kafka("apply", file("a.yaml", fax))).isEqualTo(2);
    assertThat(err.toString())
        .contains("trigger.anomaly: found the anomaly BIG", "channels[0]: found the channel FAX");
    assertThat(definitions("apply", file("b.yaml", own), "--kafka", "localhost:1")).isZero();
    assertThat(kafka("apply", file("a.yaml", fax))).isZero();
    assertThat(said()).last().isEqualTo("acme rescue: version 1" + FROM);

    // A policy without the channel would leave the campaign without a way.
    String none = file("c.yaml", "kind: policy\ntenant: acme\n");
    assertThat(definitions("apply", none, "--kafka", "localhost:1")).isEqualTo(2);
    assertThat(err.toString())
        .contains("acme|campaign|rescue:1:1: channels: found the channel FAX, expected one of");
    assertThat(definitions("apply", none, "--kafka", "localhost:1", "--force")).isZero();
    assertThat(kafka("list")).isEqualTo(1);
  }

  @Test
  void schemaIsPrinted() {
    assertThat(run("schema")).isZero();
    assertThat(out.toString()).contains("\"title\" : \"Nudge campaign\"", "\"reentry\"");
  }

  @Test
  void verbIsAskedFor() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .contains("Say what to do: validate, apply, list, show, pause, resume, delete or schema.");
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private int kafka(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--kafka", "localhost:1"));
    return run(all.toArray(new String[0]));
  }

  private int run(String... arguments) {
    return execute(new CampaignsCommand(kafka -> deployment), arguments);
  }

  private int definitions(String... arguments) {
    return execute(new DefinitionsCommand(kafka -> deployment), arguments);
  }

  private int execute(Object command, String... arguments) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private List<String> said() {
    List<String> lines = out.toString().lines().toList();
    out.getBuffer().setLength(0);
    return lines;
  }
}
