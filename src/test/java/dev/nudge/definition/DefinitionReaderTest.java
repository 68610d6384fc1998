package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.Units;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The notation: what every kind of definition has in common. */
class DefinitionReaderTest {
  private static final String DAY = "a duration from 1 min to 7 days, such as 30 min";
  private static final String MONEY =
      "an amount from 0.00 to 100.00 with at most four decimal places";
  private static final String INSTANT =
      "an instant with its offset such as 2026-11-01T00:00:00+08:00";
  private static final String QUOTES =
      " (text that looks like a number, true or false needs quotes)";

  private static final String KINDS = "one of policy, anomaly, stage, campaign";

  enum Colour {
    RED,
    GREEN
  }

  static Stream<Arguments> refusedTexts() {
    String what = "expected a definition in YAML 1.2 or JSON";
    return Stream.of(
        arguments("", "f:1:1: found an empty text, " + what),
        arguments("# only a remark\n", "f:1:1: found an empty text, " + what),
        arguments("---\n---\nkind: policy\n", "f:2:1: found nothing, expected a map"),
        arguments("- kind: policy\n", "f:1:1: found a list, expected a map"),
        arguments("policy\n", "f:1:1: found \"policy\", expected a map"),
        arguments("zone: UTC\n", "f:1:1: kind: found nothing, expected " + KINDS),
        arguments(
            "kind: polcy\nzonk: 1\n",
            "f:1:7: kind: found \"polcy\", expected " + KINDS + "; did you mean policy?"),
        arguments("kind: segment\n", "f:1:7: kind: found \"segment\", expected " + KINDS),
        arguments(
            "kind: policy\nlifecycle:\n\tlostDays: 90\n",
            "f:3:1: found a tab, expected spaces, for YAML is not indented by tabs"),
        arguments(
            "kind: policy: UTC\n",
            "f:1:13: found a mistake in the notation (mapping values are not allowed here), "
                + what),
        arguments(
            "{\"kind\": \"policy\"",
            "f:1:18: found a mistake in the notation (expected ',' or '}', but got <stream end>), "
                + what),
        arguments(
            "{\"kind\": \"policy\"} x",
            "f:1:20: found a mistake in the notation"
                + " (expected '<document start>', but found '<scalar>'), "
                + what),
        arguments(
            "kind: policy\nzone: 'UTC\n",
            "f:3:1: found a mistake in the notation (found unexpected end of stream), " + what),
        arguments(
            "kind: policy\nzone: UTC\nzone: UTC\n",
            "f:3:1: found the key \"zone\" again, first in line 2, expected each key once"),
        arguments(
            "{\"kind\": \"policy\",\n \"kind\": \"policy\"}",
            "f:2:2: found the key \"kind\" again, first in line 1, expected each key once"),
        arguments(
            "kind: policy\nzone: &z UTC\n", "f:2:7: found the anchor &z, expected no anchors"),
        arguments(
            "kind: policy\nzone: *z\n", "f:2:7: found the alias *z, expected the value itself"),
        arguments(
            "kind: policy\nzone: !!str UTC\n",
            "f:2:7: found the tag tag:yaml.org,2002:str, expected no tags"),
        arguments(
            "kind: policy\n? [a, b]\n: 1\n", "f:2:3: found a key that is a list, expected a name"),
        arguments(
            "kind: policy\n<<: {zone: UTC}\n",
            "f:2:1: <<: found an unknown key, expected one of kind, tenant, zone, currency,"
                + " lifecycle, anomalies, schema, paused, channels, quietHours, caps, heldCoupons,"
                + " globalControl, salt"),
        arguments(
            "kind: policy\nzone: \u0007\n",
            "f:2:7: found the control character U+0007, expected printable text"),
        arguments(
            "kind: policy\ntenant: \"\\ud83d\"\n",
            "f:2:9: found half a surrogate pair, expected whole characters"),
        arguments(
            "%YAML 2.0\n---\nkind: policy\n",
            "f:1:1: found a mistake in the notation (Version{major=2, minor=0}), " + what));
  }

  @ParameterizedTest
  @MethodSource("refusedTexts")
  void textIsRefusedWithItsPlace(String text, String message) {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", utf8(text));
    assertThatThrownBy(reader::policies)
        .isInstanceOf(DefinitionException.class)
        .hasMessage(message);
  }

  @Test
  void bytesThatAreNotUtf8AreRefusedWithTheirPlace() {
    byte[] latin = "kind: policy\ntenant: Caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", latin);
    assertThatThrownBy(reader::policies)
        .hasMessage("f:2:12: found a byte that is not UTF-8, expected UTF-8");
  }

  @Test
  void textOfOneMebibyteIsReadAndOneByteMoreIsRefused() throws DefinitionException {
    String definition = "kind: policy\n#";
    byte[] largest = utf8(definition + " ".repeat((1 << 20) - definition.length()));
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", largest);
    assertThat(reader.policies()).containsExactly(Policy.DEFAULT);

    reader.read("g", utf8(new String(largest, StandardCharsets.UTF_8) + " "));
    assertThatThrownBy(reader::policies)
        .hasMessage("g:1:1: found more than 1 MiB, expected at most 1 MiB");
  }

  @Test
  void nestingIsBounded() {
    assertThat(problemsOf("a: " + "[".repeat(31) + "]".repeat(31), f -> null))
        .containsExactly("f:1:1: a: found an unknown key, expected one of ");
    assertThat(problemsOf("a: " + "[".repeat(1_000_000), f -> null))
        .containsExactly(
            "f:1:35: found a mistake in the notation (lists and maps nested deeper than 32),"
                + " expected a definition in YAML 1.2 or JSON");
  }

  @Test
  void documentsAreBounded() {
    assertThat(problemsOf("--- {}\n".repeat(1_000), f -> null)).isEmpty();
    assertThat(problemsOf("--- {}\n".repeat(1_001), f -> null))
        .containsExactly(
            "f:1001:5: found a mistake in the notation (more than 1000 documents),"
                + " expected a definition in YAML 1.2 or JSON");
  }

  @Test
  void allProblemsOfAllFilesAreToldInTheOrderOfTheText() {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read(
        "b.yaml", utf8("kind: policy\nzon: UTC\nlifecycle:\n  dormantDays: abc\ncurrency: eur\n"));
    reader.read("a.yaml", utf8("kind: policy\ntenant: acme\n---\nkind: policy\ntenant: acme\n"));
    DefinitionException refused = catchThrowableOfType(DefinitionException.class, reader::policies);
    assertThat(refused)
        .hasMessage(
            """
            b.yaml:1:1: tenant: found nothing, expected 1 to 256 characters, none of them | or a \
            control character
            b.yaml:2:1: zon: found an unknown key, expected one of kind, tenant, zone, currency, \
            lifecycle, anomalies, schema, paused, channels, quietHours, caps, heldCoupons, \
            globalControl, salt; did you mean zone?
            b.yaml:4:16: lifecycle.dormantDays: found "abc", expected a whole number from 1 to 3650
            b.yaml:5:11: currency: found "eur", expected three capital letters such as CNY
            a.yaml:5:9: tenant: found a second policy of acme, after a.yaml:2, expected one""");
    assertThat(refused.problems().get(2))
        .isEqualTo(
            new Problem(
                "b.yaml",
                4,
                16,
                "lifecycle.dormantDays",
                "\"abc\"",
                "a whole number from 1 to 3650"));
  }

  @Test
  void theDocumentsBeforeAMistakeInTheNotationAreCheckedToo() {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", utf8("kind: policy\ncurrency: eur\n---\nkind: @\n"));
    DefinitionException refused = catchThrowableOfType(DefinitionException.class, reader::policies);
    assertThat(refused.problems()).extracting(Problem::line).containsExactly(2, 4);
  }

  @Test
  void hundredProblemsAreToldAndTheRestIsCounted() {
    String text =
        "kind: policy\n"
            + IntStream.range(0, 120)
                .mapToObj(i -> "k" + i + ": 1\n")
                .collect(Collectors.joining());
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("f", utf8(text));
    DefinitionException refused = catchThrowableOfType(DefinitionException.class, reader::policies);
    assertThat(refused.problems()).hasSize(100);
    assertThat(refused).hasMessageEndingWith("\n… and 20 more");
  }

  @Test
  void fileIsReadByItsName(@TempDir Path folder) throws IOException, DefinitionException {
    Path file = Files.writeString(folder.resolve("policy.yaml"), "kind: policy\ntenant: acme\n");
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read(file);
    assertThat(reader.policies()).extracting(Policy::tenant).containsExactly("acme");

    reader.read(file);
    assertThatThrownBy(reader::policies)
        .hasMessage(
            "%s:2:9: tenant: found a second policy of acme, after %s:2, expected one"
                .formatted(file, file));
  }

  static Stream<Arguments> readValues() {
    return Stream.of(
        value("a: ''", f -> f.text("x"), ""),
        value("a: 双十一 \uD83C\uDF81", f -> f.text("x"), "双十一 \uD83C\uDF81"),
        value("a: \"\\ud83c\\udf81\\/\"", f -> f.text("x"), "\uD83C\uDF81/"),
        value("{\"a\":\t\t\"\\\"\t\t\"}", f -> f.text("x"), "\"\t\t"),
        value("b: 1", f -> f.text("x"), "x"),
        value("a: 7", f -> f.integer(0, 10, 3), 7),
        value("a: -7", f -> f.integer(-7, 10, 3), -7),
        value("b: 1", f -> f.integer(0, 10, 3), 3),
        value("a: true", f -> f.bool(false), true),
        value("a: false", f -> f.bool(true), false),
        value("a: RED", f -> f.choice(Colour.class, Colour.GREEN), Colour.RED),
        value("b: 1", f -> f.choice(Colour.class, Colour.GREEN), Colour.GREEN),
        value("a: 30 min", f -> f.durationMillis(0, 604_800_000, 1), 1_800_000L),
        value("a: 7 days", f -> f.durationMillis(0, 604_800_000, 1), 604_800_000L),
        value("a: 1 day", f -> f.durationMillis(0, 604_800_000, 1), 86_400_000L),
        value("a: 2 h", f -> f.durationMillis(0, 604_800_000, 1), 7_200_000L),
        value("a: 90s", f -> f.durationMillis(0, 604_800_000, 1), 90_000L),
        value("a: 250 ms", f -> f.durationMillis(0, 604_800_000, 1), 250L),
        value("a: 0", f -> f.durationMillis(0, 604_800_000, 1), 0L),
        value("a: 0.05", f -> f.moneyUnits(0, Units.of(Units.MAX), 0), 500L),
        value("a: '139.12'", f -> f.moneyUnits(0, Units.of(Units.MAX), 0), 1_391_200L),
        value("a: 2000", f -> f.moneyUnits(0, Units.of(Units.MAX), 0), 20_000_000L),
        value("a: 1970-01-02T00:00:00+08:00", f -> f.instantMillis(0), 57_600_000L),
        value("a: 2026-11-01T00:00:00Z", f -> f.instantMillis(0), 1_793_491_200_000L),
        value("a: Asia/Shanghai", f -> f.zone("UTC"), "Asia/Shanghai"),
        value("a: [1, 2]", f -> f.list(2, i -> i.integer(0, 9, 0)), List.of(1, 2)),
        value("b: 1", f -> f.list(2, i -> i.integer(0, 9, 0)), List.of()),
        value("a: {x: 1, y: 2}", f -> f.map(2, i -> i.integer(0, 9, 0)), Map.of("x", 1, "y", 2)),
        value("a: {x: 1}", f -> f.nested(n -> n.field("x").integer(0, 9, 0), 5), 1),
        value("b: 1", f -> f.nested(n -> n.field("x").integer(0, 9, 0), 5), 5));
  }

  @ParameterizedTest
  @MethodSource("readValues")
  void valueIsRead(String text, Function<Field, Object> reader, Object value) {
    Problems problems = new Problems();
    Node document = NodeReader.read("f", utf8(text), problems).get(0);
    Object read =
        Fields.document(
            document,
            problems,
            fields -> {
              fields.ignoreRest();
              return reader.apply(fields.field("a"));
            });
    assertThat(read).isEqualTo(value);
    assertThat(messages(problems)).isEmpty();
  }

  static Stream<Arguments> refusedValues() {
    return Stream.of(
        wrong("a: 7", f -> f.text("x"), "7, expected text" + QUOTES),
        wrong("a: true", f -> f.text("x"), "true, expected text" + QUOTES),
        wrong("a: [x]", f -> f.text("x"), "a list, expected text"),
        wrong("a:", f -> f.text("x"), "nothing, expected text"),
        wrong("a: null", f -> f.integer(0, 9, 1), "nothing, expected a whole number from 0 to 9"),
        wrong(
            "a: '7'",
            f -> f.integer(0, 9, 1),
            "\"7\", expected a whole number from 0 to 9, without quotes"),
        wrong("a: 10", f -> f.integer(0, 9, 1), "10, expected a whole number from 0 to 9"),
        wrong("a: 7.0", f -> f.integer(0, 9, 1), "7.0, expected a whole number from 0 to 9"),
        wrong("a: 0x7", f -> f.integer(0, 9, 1), "0x7, expected a whole number from 0 to 9"),
        wrong("a: 007", f -> f.integer(0, 9, 1), "007, expected a whole number from 0 to 9"),
        wrong("a: 1e0", f -> f.integer(0, 9, 1), "1e0, expected a whole number from 0 to 9"),
        wrong(
            "a: 99999999999999999999",
            f -> f.integer(0, 9, 1),
            "99999999999999999999, expected a whole number from 0 to 9"),
        wrong("a: yes", f -> f.bool(true), "\"yes\", expected true or false"),
        wrong("a: 'true'", f -> f.bool(true), "\"true\", expected true or false, without quotes"),
        wrong(
            "a: green",
            f -> f.choice(Colour.class, null),
            "\"green\", expected one of RED, GREEN; did you mean GREEN?"),
        wrong("a: BLUE", f -> f.choice(Colour.class, null), "\"BLUE\", expected one of RED, GREEN"),
        wrong(
            "a: 30", f -> f.durationMillis(60_000, 604_800_000, 1), "30, expected " + DAY + QUOTES),
        wrong("a: 0", f -> f.durationMillis(60_000, 604_800_000, 1), "0, expected " + DAY),
        wrong(
            "a: 8 days",
            f -> f.durationMillis(60_000, 604_800_000, 1),
            "\"8 days\", expected " + DAY),
        wrong(
            "a: 1 week",
            f -> f.durationMillis(60_000, 604_800_000, 1),
            "\"1 week\", expected " + DAY),
        wrong(
            "a: -1 min",
            f -> f.durationMillis(60_000, 604_800_000, 1),
            "\"-1 min\", expected " + DAY),
        wrong(
            "a: 999999999999 days",
            f -> f.durationMillis(60_000, 604_800_000, 1),
            "\"999999999999 days\", expected " + DAY),
        wrong("a: 0.00001", f -> f.moneyUnits(0, 1_000_000, 1), "0.00001, expected " + MONEY),
        wrong("a: -1", f -> f.moneyUnits(0, 1_000_000, 1), "-1, expected " + MONEY),
        wrong("a: 100.01", f -> f.moneyUnits(0, 1_000_000, 1), "100.01, expected " + MONEY),
        wrong("a: 5 EUR", f -> f.moneyUnits(0, 1_000_000, 1), "\"5 EUR\", expected " + MONEY),
        wrong("a: .inf", f -> f.moneyUnits(0, 1_000_000, 1), ".inf, expected " + MONEY),
        wrong(
            "a: 1e999999999", f -> f.moneyUnits(0, 1_000_000, 1), "1e999999999, expected " + MONEY),
        wrong("a: 2026-11-01", f -> f.instantMillis(0), "\"2026-11-01\", expected " + INSTANT),
        wrong(
            "a: 2026-11-01T00:00:00",
            f -> f.instantMillis(0),
            "\"2026-11-01T00:00:00\", expected " + INSTANT),
        wrong(
            "a: '+999999999-01-01T00:00:00Z'",
            f -> f.instantMillis(0),
            "\"+999999999-01-01T00:00:00Z\", expected " + INSTANT),
        wrong(
            "a: [1, 2, 3]",
            f -> f.list(2, i -> i.integer(0, 9, 0)),
            "a list of 3, expected a list of at most 2"),
        wrong("a: 1", f -> f.list(2, i -> 0), "1, expected a list of at most 2"),
        wrong("a: 1", f -> f.map(2, i -> 0), "1, expected a map of at most 2"),
        wrong("a: 1", f -> f.nested(n -> 0, 0), "1, expected a map"));
  }

  @ParameterizedTest
  @MethodSource("refusedValues")
  void valueIsRefusedWithItsPlace(String text, Function<Field, Object> reader, String message) {
    int column = text.equals("a:") ? 3 : 4;
    assertThat(problemsOf(text, fields -> reader.apply(fields.field("a"))))
        .containsExactly("f:1:" + column + ": a: found " + message);
  }

  @Test
  void pathLeadsThroughListsAndMaps() {
    String text = "caps:\n  - max: 4\n  - max: x\nchannels:\n  SMS: {price: -1}\n  PUSH:\n";
    assertThat(
            problemsOf(
                text,
                fields -> {
                  fields
                      .field("caps")
                      .list(9, cap -> cap.nested(c -> c.field("max").integer(1, 9, 1), 0));
                  return fields
                      .field("channels")
                      .map(9, c -> c.nested(n -> n.field("price").moneyUnits(0, 10_000, 0), 0L));
                }))
        .containsExactly(
            "f:3:10: caps[1].max: found \"x\", expected a whole number from 1 to 9",
            "f:5:16: channels.SMS.price: found -1, expected an amount from 0.00 to 1.00 with at most"
                + " four decimal places",
            "f:6:8: channels.PUSH: found nothing, expected a map");
  }

  @Test
  void requiredKeyAndUnknownKeyBelowAnotherAreToldAtTheirMap() {
    assertThat(
            problemsOf(
                "cost: {modle: CPM}",
                fields -> fields.field("cost").nested(c -> c.required("model").text(null), null)))
        .containsExactly(
            "f:1:7: cost.model: found nothing, expected text",
            "f:1:8: cost.modle: found an unknown key, expected one of model; did you mean model?");
  }

  @Test
  void exactlyOneOfSeveralKeysIsAsked() {
    assertThat(problemsOf("after: 1", f -> f.oneOf("pattern", "after"))).isEmpty();
    assertThat(problemsOf("{}", f -> f.oneOf("pattern", "after")))
        .containsExactly("f:1:1: found none of them, expected one of pattern, after");
    assertThat(problemsOf("{pattern: 1, after: 1}", f -> f.oneOf("pattern", "after")))
        .containsExactly("f:1:1: found pattern and after, expected one of pattern, after");
  }

  @Test
  void messageShowsNoMoreThanSixtyCharactersOnOneLine() {
    assertThat(problemsOf("a: \"" + "x".repeat(59) + "\\ny\"", f -> f.field("a").bool(true)))
        .containsExactly("f:1:4: a: found \"" + "x".repeat(59) + " …\", expected true or false");
  }

  private static Arguments value(String text, Function<Field, Object> reader, Object value) {
    return arguments(text, reader, value);
  }

  private static Arguments wrong(String text, Function<Field, Object> reader, String message) {
    return arguments(text, reader, message);
  }

  private static List<String> problemsOf(String text, Function<Fields, Object> reader) {
    Problems problems = new Problems();
    for (Node document : NodeReader.read("f", utf8(text), problems)) {
      Fields.document(document, problems, reader);
    }
    return messages(problems);
  }

  private static List<String> messages(Problems problems) {
    try {
      problems.throwIfAny();
      return List.of();
    } catch (DefinitionException refused) {
      return refused.problems().stream().map(Problem::toString).toList();
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
