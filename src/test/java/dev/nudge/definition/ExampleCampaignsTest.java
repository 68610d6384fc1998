package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The campaigns that Nudge comes with, to copy from. */
class ExampleCampaignsTest {
  private static final Path EXAMPLES = Path.of("src/main/resources/examples");
  private static final Path POLICY = EXAMPLES.resolve("policy.yaml");

  static List<Path> campaigns() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES.resolve("campaigns"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("campaigns")
  void exampleIsGoodAloneAndWithThePolicyAndNamesNeitherTenantNorTime(Path file)
      throws IOException, DefinitionException {
    DefinitionReader alone = DefinitionReader.forRehearsal();
    alone.read(file);
    assertThat(alone.campaigns()).hasSize(1);
    Campaign campaign = alone.campaigns().values().iterator().next();
    assertThat(file.getFileName()).hasToString(campaign.id() + ".yaml");
    assertThat(campaign.tenant()).isNull();
    assertThat(campaign.active()).isEqualTo(Span.ALWAYS);
    assertThat(Files.readString(file)).startsWith("# ");

    DefinitionReader with = DefinitionReader.forRehearsal();
    with.read(POLICY);
    with.read(file);
    assertThat(with.campaigns()).hasSize(1);
  }

  @Test
  void allExamplesAreGoodTogetherAndCoverWhatShopsDo() throws IOException, DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read(POLICY);
    for (Path file : campaigns()) {
      reader.read(file);
    }
    assertThat(reader.campaigns().values())
        .extracting(Campaign::id)
        .containsExactlyInAnyOrder(
            "cart-rescue",
            "order-unpaid",
            "first-order-gift",
            "second-order",
            "birthday",
            "member-exclusive",
            "win-back-loyal",
            "win-back-occasional",
            "sleep-line",
            "spend-spike-vip",
            "replenishment",
            "browse-no-buy",
            "store-a-queue",
            "double-eleven-warm-up",
            "double-eleven-main",
            "sms-three-months",
            "not-clicked-then-sms");
    // The two that win back are for nobody both.
    assertThat(reader.warnings())
        .isNotEmpty()
        .noneMatch(
            w ->
                w.contains("win-back-loyal and win-back-occ")
                    || w.contains("win-back-occasional and win-back-loyal"));
    assertThat(reader.policies()).hasSize(1);
  }

  @Test
  void allExamplesAreAppliedForATenantAndAgainChangeNothing()
      throws IOException, DefinitionException {
    DefinitionPublisher publisher =
        new DefinitionPublisher(new InMemoryDefinitionLog(), new InMemoryDefinitionLog());
    for (boolean isFirst : new boolean[] {true, false}) {
      DefinitionReader reader = DefinitionReader.forPublishing("acme");
      reader.read(POLICY);
      for (Path file : campaigns()) {
        reader.read(file);
      }
      List<DefinitionPublisher.Applied> applied =
          publisher.apply(
              reader.policies(), reader.rules(), Instant.parse("2026-01-05T09:00:03Z"), false);
      assertThat(applied)
          .hasSize(campaigns().size() + 1)
          .allMatch(each -> each.changed() == isFirst && each.version().version() == 1)
          .allMatch(each -> each.version().tenant().equals("acme"));
    }
    DefinitionPublisher.Published published = publisher.list();
    assertThat(published.unreadable()).isEmpty();
    for (RuleSource rule : published.rules()) {
      Campaign campaign = CampaignCodec.compile(rule, publisher.list().policies().get(0).schema());
      assertThat(campaign.tenant()).isEqualTo("acme");
    }
  }

  @ParameterizedTest
  @MethodSource("campaigns")
  void exampleFitsTheSchemaForEditors(Path file) throws IOException {
    assertThat(problems(CampaignCodec.schema(), Files.readString(file))).isEmpty();
  }

  @Test
  void examplePolicyFitsTheSchemaForEditors() throws IOException {
    assertThat(problems(PolicyCodec.schema(), Files.readString(POLICY))).isEmpty();
    assertThat(problems(PolicyCodec.schema(), "kind: policy")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "priority: 101",
        "priority: high",
        "purpose: SELLING",
        "prioriti: 1",
        "delay: soon",
        "slots: NEVER",
        "slots: [{from: 9am}]",
        "active: {from: 2026}",
        "active: {since: 2026-11-01T00:00:00Z}",
        "resource: {type: C50}",
        "resource: {kind: COUPON, type: C50, amount: {min: 1}}",
        "control: 100.5",
        "variants: [{weight: 100}]",
        "cost: {model: PER_SEND}",
        "recommend: {products: 4, by: [CHANCE]}",
        "conversion: {windows: 3 days}"
      })
  void schemaRefusesWhatTheReaderRefuses(String keys) {
    String text = "kind: campaign\nid: c\ntrigger: {stage: NEW}\nchannels: [PUSH]\n" + keys;
    assertThat(problems(CampaignCodec.schema(), text)).isNotEmpty();
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", text.getBytes(StandardCharsets.UTF_8));
    assertThat(catchProblems(reader)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kind: campaign\nid: c\ntrigger: {stage: NEW}",
        "kind: campaign\nid: c\nchannels: [PUSH]",
        "kind: campaign\nid: c\nchannels: [PUSH]\ntrigger: {}",
        "kind: campaign\nid: c\nchannels: [PUSH]\ntrigger: {stage: NEW, anomaly: SLEEP_LINE}",
        "kind: campaign\nid: c\nchannels: PUSH\ntrigger: {stage: NEW}",
        "kind: policy\nid: c\nchannels: [PUSH]\ntrigger: {stage: NEW}",
        "[]"
      })
  void schemaRefusesWhatIsNoCampaign(String text) {
    assertThat(problems(CampaignCodec.schema(), text)).isNotEmpty();
  }

  @Test
  void schemaKnowsEveryKeyThatTheReaderKnows() throws IOException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", "{kind: campaign, nothing: 1}".getBytes(StandardCharsets.UTF_8));
    String unknown =
        catchProblems(reader).stream()
            .filter(problem -> problem.path().equals("nothing"))
            .findFirst()
            .orElseThrow()
            .expected();
    List<String> keys = new ArrayList<>();
    new ObjectMapper()
        .readTree(CampaignCodec.schema())
        .get("properties")
        .fieldNames()
        .forEachRemaining(keys::add);
    assertThat(unknown).isEqualTo("one of " + String.join(", ", keys));
  }

  private static List<Problem> catchProblems(DefinitionReader reader) {
    try {
      reader.campaigns();
      return List.of();
    } catch (DefinitionException refused) {
      return refused.problems();
    }
  }

  private static List<String> problems(String schema, String yaml) {
    JsonSchema compiled =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    Node document =
        NodeReader.read("f", yaml.getBytes(StandardCharsets.UTF_8), new Problems()).get(0);
    try {
      return compiled.validate(new ObjectMapper().readTree(RuleCodec.text(document))).stream()
          .map(Object::toString)
          .toList();
    } catch (IOException impossible) {
      throw new java.io.UncheckedIOException(impossible);
    }
  }
}
