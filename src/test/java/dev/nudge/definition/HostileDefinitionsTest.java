package dev.nudge.definition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Definitions that want to cost memory, time or somebody else's data: each is refused, at once. */
@Timeout(20)
class HostileDefinitionsTest {
  /** What a refusal says at most, however much is wrong. */
  private static final int MAX_MESSAGE = 100_000;

  private static final String RULE = "kind: anomaly\ntenant: acme\nid: X\n";
  private static final String CAMPAIGN =
      "kind: campaign\ntenant: acme\nid: x\nchannels: [SMS]\ntrigger: {anomaly: CART_ABANDONED}\n";

  static Stream<Arguments> notations() {
    String laughs =
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + IntStream.range(1, 9)
                .mapToObj(i -> "%c: &%c [%s]\n".formatted('a' + i, 'a' + i, alias('a' + i - 1)))
                .collect(Collectors.joining());
    return Stream.of(
        arguments("a billion laughs", laughs, "f:1:4: found the anchor &a, expected no anchors"),
        arguments("a list in itself", "a: &a [*a]\n", "f:1:4: found the anchor &a"),
        arguments("a map merged", "kind: policy\n<<: *b\n", "found the alias *b"),
        arguments(
            "an object of a class",
            "kind: policy\nzone: !!javax.script.ScriptEngineManager [!!java.net.URL ['http://x/']]\n",
            "f:2:7: found the tag tag:yaml.org,2002:javax.script.ScriptEngineManager"),
        arguments("a tag of a file", "zone: !include /etc/passwd\n", "found the tag !include"),
        arguments("lists a million deep", "[".repeat(1_000_000), "nested deeper than 32"),
        arguments("maps a hundred thousand deep", "{a: ".repeat(100_000), "nested deeper than 32"),
        arguments("blocks 5,000 deep", indented(5_000 / 10), "nested deeper than 32"),
        arguments("ten thousand documents", "--- {}\n".repeat(10_000), "more than 1000 documents"),
        arguments("more than 1 MiB", "kind: policy\n#" + "x".repeat(1 << 20), "at most 1 MiB"),
        arguments("a zero byte", "kind: policy\nzone: \0\n", "control character U+0000"),
        arguments("a key of 100,000 letters", "k".repeat(100_000) + ": 1\n", "f:1:"),
        arguments("forty thousand keys", keys(40_000), "found an unknown key"),
        arguments(
            "a number of a million digits",
            "kind: policy\nheldCoupons: " + "9".repeat(1_000_000),
            "f:2:14: heldCoupons: found"),
        arguments(
            "a number that is infinite",
            "kind: policy\nheldCoupons: .inf\n",
            "f:2:14: heldCoupons: found"));
  }

  private static String alias(int name) {
    return "*%c, ".formatted(name).repeat(9) + "x";
  }

  private static String indented(int levels) {
    return IntStream.range(0, levels)
        .mapToObj(i -> " ".repeat(i) + "a:\n")
        .collect(Collectors.joining());
  }

  private static String keys(int keys) {
    return "kind: policy\n"
        + IntStream.range(0, keys).mapToObj(i -> "k" + i + ": 1\n").collect(Collectors.joining());
  }

  static Stream<Arguments> rules() {
    return Stream.of(
        arguments(
            "ten thousand steps",
            steps(10_000),
            "pattern.steps: found a list of 10000, expected a list of at most 50"),
        arguments(
            "a step a billion times", step("times: 1000000000"), "pattern.steps[0].a.times: found"),
        arguments(
            "fifty steps a hundred times",
            "pattern: {steps: [" + repeated(50) + "]}",
            "states, every repetition counted, expected at most 1000"),
        arguments(
            "a window of ten thousand years",
            step("") + "  within: 3650000 days\n",
            "pattern.within: found"),
        arguments(
            "a window that overflows",
            step("") + "  within: 99999999999999999999 days\n",
            "pattern.within: found"),
        arguments("a window below zero", step("") + "  within: -1 days\n", "pattern.within: found"),
        arguments("a window of nothing", step("") + "  within: 0 s\n", "pattern.within: found"),
        arguments(
            "a billion partial matches",
            step("") + "  maxPartialMatches: 1000000000\n",
            "pattern.maxPartialMatches: found"),
        arguments(
            "a step of ten thousand events",
            step("").replace("A", names(10_000)),
            "expected a list of at most 100"),
        arguments(
            "a step's name of a thousand letters",
            step("").replace("a:", "a".repeat(1_000) + ":"),
            "1 to 64 characters"),
        arguments(
            "a condition of 5,000 letters",
            where("true" + " ".repeat(5_000) + "&& true"),
            "found 5011 characters, expected at most 4096"),
        arguments(
            "a condition a thousand deep",
            where("(".repeat(1_000) + "true" + ")".repeat(1_000)),
            "found more than 32 levels"),
        arguments(
            "a condition of two thousand sums",
            where("1" + "+1".repeat(2_000) + " > 1"),
            "found more than 32 levels"),
        arguments(
            "a condition of 600 operations",
            where("event.size in [" + "1, ".repeat(600) + "1]"),
            "expected at most 500"),
        arguments(
            "four walks through lists",
            where("[[1]].map(a, a).map(a, a).map(a, a).map(a, a).size() > 0"),
            "found 4 walks through lists, expected at most 3"),
        arguments(
            "an expression that explodes",
            where("'a'.matches('(a{1,100}){1,100}')"),
            "found a regular expression of"),
        arguments("a call of the system", where("java.lang.System.exit(0) == 1"), "found"),
        arguments("a class by name", where("type('x').getClassLoader() == null"), "found"),
        arguments("an expression that does not end", where("event.event == 'A"), "found"),
        arguments(
            "a hundred thousand parameters",
            "params: {" + numbered(100_000 / 10) + "}\n" + step(""),
            "params: found"),
        arguments("a name of 100,000 letters", "id: " + "i".repeat(100_000) + "\n", "id"),
        arguments(
            "a name that parts keys",
            step("") + "value: \"1\"\n" + "orderId: \"'a|b'\"\n" + "kind2: x\n",
            "kind2: found an unknown key"));
  }

  private static String steps(int steps) {
    return "pattern: {steps: ["
        + IntStream.range(0, steps)
            .mapToObj(i -> "{s" + i + ": {event: A}}")
            .collect(Collectors.joining(", "))
        + "]}\n";
  }

  private static String repeated(int steps) {
    return IntStream.range(0, steps)
        .mapToObj(i -> "{s" + i + ": {event: A, times: 100}}")
        .collect(Collectors.joining(", "));
  }

  private static String step(String more) {
    return "pattern:\n  steps:\n    - a:\n        event: A\n        " + more + "\n";
  }

  private static String where(String condition) {
    return step("where: \"" + condition + "\"");
  }

  private static String names(int names) {
    return IntStream.range(0, names)
        .mapToObj(i -> "E" + i)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String numbered(int names) {
    return IntStream.range(0, names)
        .mapToObj(i -> "p" + i + ": 1")
        .collect(Collectors.joining(", "));
  }

  static Stream<Arguments> campaigns() {
    return Stream.of(
        arguments(
            "an audience a thousand deep",
            "audience: \"" + "(".repeat(1_000) + "true" + ")".repeat(1_000) + "\"",
            "audience: found more than 32 levels"),
        arguments(
            "an audience of 5,000 letters",
            "audience: \"true" + " ".repeat(5_000) + "\"",
            "expected at most 4096"),
        arguments("a delay of ten thousand years", "delay: 3650000 days", "delay: found"),
        arguments(
            "a reentry that overflows", "reentry: 9999999999999999999 days", "reentry: found"),
        arguments(
            "a thousand variants",
            "variants: [" + "{id: A, weight: 1}, ".repeat(999) + "{id: B, weight: 1}]",
            "variants: found a list of 1000, expected a list of at most 50"),
        arguments("weights beyond all", "variants: [{id: A, weight: 1e308}]", "weight: found"),
        arguments("weights below zero", "variants: [{id: A, weight: -1}]", "weight: found"),
        arguments("a budget beyond all", "budget: {total: 1e999999999}", "budget.total: found"),
        arguments("a budget below zero", "budget: {total: -1}", "budget.total: found"),
        arguments("control of more than all", "control: 101", "control: found"),
        arguments("a priority beyond all", "priority: 99999999999999999999", "priority: found"),
        arguments(
            "eleven windows",
            "conversion: {goal: Order Paid, windows: [" + "1 day, ".repeat(10) + "2 days]}",
            "conversion.windows: found"),
        arguments(
            "a window of ten years",
            "conversion: {goal: Order Paid, windows: [3650 days]}",
            "conversion.windows[0]: found"),
        arguments(
            "ten thousand slots",
            "slots: [" + "{days: MON}, ".repeat(9_999) + "{days: MON}]",
            "slots: found a list of 10000, expected a list of at most 50"),
        arguments(
            "ten thousand products",
            "products: " + names(10_000),
            "expected a list of at most 1000"),
        arguments(
            "a million people alike",
            "recommend: {products: 1, by: [SIMILAR_PEOPLE]}\nsimilar: {by: [region], limit: 1000000}",
            "similar.limit: found"),
        arguments(
            "a content of 60 fields",
            "variants: [{id: A, weight: 100, content: {" + numbered(60) + "}}]",
            "content: found"),
        arguments(
            "a template that calls",
            "variants: [{id: A, weight: 100, content: {title: \"${java.lang.Runtime}\"}}]",
            "content.title: found"),
        arguments(
            "a brand that parts keys",
            "exclusive: x\ntenant2: \"a|b\"",
            "tenant2: found an unknown key"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notations")
  void notationIsRefused(String what, String text, String expected) {
    assertRefused(text, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void ruleIsRefused(String what, String text, String expected) {
    assertRefused(text.startsWith("id: ") ? RULE.replace("id: X\n", text) : RULE + text, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("campaigns")
  void campaignIsRefused(String what, String text, String expected) {
    assertRefused(CAMPAIGN + text + "\n", expected);
  }

  static Stream<String> namesOfOthers() {
    return Stream.of("a|b", "\\u0000", "\\n", "\\ud83d", "", "x".repeat(257));
  }

  @ParameterizedTest
  @MethodSource("namesOfOthers")
  void tenantOrIdThatCouldBeTakenForAnotherIsRefused(String name) {
    assertRefused("kind: policy\ntenant: \"" + name + "\"\n", "f:2:9: ");
    assertRefused(CAMPAIGN.replace("id: x", "id: \"" + name + "\""), "f:3:5: ");
    assertRefused(CAMPAIGN.replace("acme", "\"" + name + "\""), "f:2:9: ");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fileWithoutEndIsReadNoFurtherThanAnyOther() throws Exception {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read(Path.of("/dev/zero"));
    assertThat(catchThrowableOfType(DefinitionException.class, reader::policies))
        .hasMessageContaining("at most 1 MiB");
  }

  @Test
  void theDefinitionsThatAreSpoiltAboveAreGood() throws Exception {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read(
        "f", (CAMPAIGN + "---\n" + RULE + step("") + "  within: 3650 days\n").getBytes(UTF_8));
    assertThat(reader.rules()).hasSize(2);
  }

  private static void assertRefused(String text, String expected) {
    DefinitionReader reader = DefinitionReader.forPublishing();
    reader.read("f", text.getBytes(UTF_8));
    DefinitionException refused =
        catchThrowableOfType(
            DefinitionException.class,
            () -> {
              reader.policies();
              reader.compiled();
            });
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage()).contains(expected).hasSizeLessThan(MAX_MESSAGE);
  }
}
