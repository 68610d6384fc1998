package dev.nudge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Prometheus' own tool on the rules: it takes them, and each fires when it should and only then.
 */
class AlertRulesIT {
  private static final String TESTS = "dashboards/alerts.test.yml";

  @Test
  void prometheusTakesTheRules() throws Exception {
    assertThat(promtool("check", "rules", "dashboards/alerts.yml"))
        .contains("SUCCESS: " + PrometheusNames.rules().size() + " rules found");
  }

  @Test
  void eachRuleFiresWhenItShouldAndOnlyThen() throws Exception {
    assertThat(promtool("test", "rules", TESTS)).contains("SUCCESS");
  }

  @Test
  void eachRuleIsTestedBothWays() throws Exception {
    Set<String> firing = new TreeSet<>();
    Set<String> silent = new TreeSet<>();
    for (Object test : (List<?>) PrometheusNames.yaml(TESTS).get("tests")) {
      for (Object each : (List<?>) ((Map<?, ?>) test).get("alert_rule_test")) {
        Map<?, ?> expected = (Map<?, ?>) each;
        (expected.containsKey("exp_alerts") ? firing : silent)
            .add(expected.get("alertname").toString());
      }
    }
    Set<String> rules = new TreeSet<>();
    PrometheusNames.rules().forEach(rule -> rules.add(rule.get("alert").toString()));

    assertThat(firing).isEqualTo(rules);
    assertThat(silent).isEqualTo(rules);
  }

  private static String promtool(String... arguments) throws Exception {
    Optional<Path> tool =
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, "promtool"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        tool.isPresent(),
        "no promtool on this machine (it is in Debian's package prometheus): the alert rules are"
            + " not tested");
    List<String> command = new ArrayList<>(List.of(tool.get().toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
