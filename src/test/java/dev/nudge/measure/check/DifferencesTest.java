package dev.nudge.measure.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken for the same row, and what is not. */
class DifferencesTest {
  @TempDir private Path folder;
  private MeasureOracle oracle;

  @BeforeEach
  void oracle() throws IOException {
    oracle =
        new HandMadeLog(folder)
            .campaign("control: 50\ncost: {model: CPM, price: 0.01}")
            .sent("10T09:00:00Z", "g1")
            .control("10T09:00:00Z", "g2")
            .receipt("10T10:00:00Z", "EXPOSED", "g1")
            .order("10T11:00:00Z", "PAID", "o1", "3")
            .oracle();
  }

  private static List<String> with(List<String> lines, String from, String to) {
    assertThat(lines).anyMatch(line -> line.contains(from));
    return lines.stream().map(line -> line.replace(from, to)).toList();
  }

  @Test
  void aResultIsTheSameAsItself() {
    assertThat(Differences.ofFunnel(oracle.funnel(), oracle.funnel())).isEmpty();
    assertThat(Differences.ofRoi(oracle.roi(), oracle.roi())).isEmpty();
    assertThat(Differences.ofExperiments(oracle.experiments(), oracle.experiments())).isEmpty();
  }

  @Test
  void anotherValueIsTold() {
    List<String> funnel = oracle.funnel();
    assertThat(
            Differences.ofFunnel(funnel, with(funnel, "\"amount\":\"3.00\"", "\"amount\":\"3\"")))
        .isNotEmpty()
        .allMatch(each -> each.startsWith("expected"));
    assertThat(Differences.ofRoi(oracle.roi(), with(oracle.roi(), "3.00", "3.01"))).isNotEmpty();
    List<String> arms = oracle.experiments();
    assertThat(
            Differences.ofExperiments(
                arms, with(arms, "\"conversionRate\":1", "\"conversionRate\":0.9999")))
        .isNotEmpty();
  }

  @Test
  void rowsThatAreMissingOrTooManyOrTwiceAreTold() {
    List<String> funnel = oracle.funnel();
    List<String> less = funnel.subList(1, funnel.size());
    assertThat(Differences.ofFunnel(funnel, less)).containsExactly("missing: " + funnel.get(0));
    assertThat(Differences.ofFunnel(less, funnel)).containsExactly("too many: " + funnel.get(0));
    List<String> twice = new ArrayList<>(funnel);
    twice.add(funnel.get(0));
    assertThat(Differences.ofFunnel(funnel, twice)).hasSize(1);
  }

  @Test
  void whatAnHourDoesNotShowMayBeAbsent() {
    List<String> roi = oracle.roi();
    // A hundred-thousandth is a cost, and printed as none.
    assertThat(roi).anyMatch(line -> line.contains("T10:00:00Z\",\"basis"));
    List<String> shown = Differences.withoutEmptyRows(roi);

    assertThat(shown).noneMatch(line -> line.contains("T10:00:00Z\",\"basis"));
    assertThat(Differences.ofRoi(roi, shown)).isEmpty();
  }

  @Test
  void theLastDigitOfAnEstimateMayBeAnotherOne() {
    List<String> arms = oracle.experiments();

    assertThat(
            Differences.ofExperiments(
                arms, with(arms, "\"conversionRate\":1", "\"conversionRate\":1.000001")))
        .isEmpty();
  }
}
