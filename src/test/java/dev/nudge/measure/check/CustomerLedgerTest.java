package dev.nudge.measure.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What customers add up to is what the oracle finds by going through the whole log. */
class CustomerLedgerTest {
  private static final int TENANTS = 75;
  private static final long UNTIL = RandomMeasures.UNTIL.toEpochMilli();
  private static final long DAY = 86_400_000L;

  @TempDir private Path folder;

  private void assertSame(LedgerRun found) throws Exception {
    MeasureOracle oracle = MeasureOracle.of(folder, UNTIL);
    List<String> funnel = oracle.funnel();
    List<String> roi = oracle.roi();

    assertThat(funnel).hasSizeGreaterThan(5_000);
    assertThat(roi).hasSizeGreaterThan(2_000);
    assertThat(Differences.ofFunnel(funnel, found.funnel())).isEmpty();
    assertThat(Differences.ofRoi(roi, found.roi())).isEmpty();
    // Not a row more or less, and each to the byte.
    assertThat(found.funnel()).isEqualTo(funnel.stream().sorted().toList());
    assertThat(found.roi()).isEqualTo(roi.stream().sorted().toList());
  }

  @Test
  void inOrderCustomersAddUpToTheOraclesRows() throws Exception {
    new RandomMeasures(1, TENANTS).write(folder);

    assertSame(new LedgerRun(folder, UNTIL, false).inOrder());
  }

  @Test
  void withoutReceiptsEachGrantCountsAsSent() throws Exception {
    new RandomMeasures(2, TENANTS).writeWithoutDeliveries(folder);

    assertSame(new LedgerRun(folder, UNTIL, false).inOrder());
  }

  @Test
  void whatComesLateEndsInTheSameRows() throws Exception {
    new RandomMeasures(3, TENANTS).write(folder);
    LedgerRun run = new LedgerRun(folder, UNTIL, false).asTheyArrive(1);

    assertThat(run.late).isGreaterThan(500);
    assertSame(run);
  }

  @Test
  void throughBytesAtEveryInstantNothingIsLost() throws Exception {
    new RandomMeasures(4, TENANTS).write(folder);
    LedgerRun run = new LedgerRun(folder, UNTIL, true).asTheyArrive(2);

    assertThat(run.mostBytes).isBetween(100, 100_000);
    assertSame(run);
  }

  @Test
  void inOrderArmsAreTheOracles() throws Exception {
    new RandomMeasures(6, TENANTS).write(folder);

    assertSameArms(new LedgerRun(folder, UNTIL, false).inOrder().experiments());
  }

  @Test
  void withoutReceiptsArmsAreTheOracles() throws Exception {
    new RandomMeasures(2, TENANTS).writeWithoutDeliveries(folder);

    assertSameArms(new LedgerRun(folder, UNTIL, true).inOrder().experiments());
  }

  @Test
  void whatComesLateEndsInTheSameArmsButForTheirP() throws Exception {
    new RandomMeasures(3, TENANTS).write(folder);
    LedgerRun run = new LedgerRun(folder, UNTIL, true).asTheyArrive(1);

    assertThat(run.late).isGreaterThan(500);
    List<String> expected = withoutP(arms());
    assertThat(Differences.ofExperiments(expected, withoutP(run.experimentsAsSaid()))).isEmpty();
    // Each change says its minute, so that whoever knew them all in time would find the same p.
    assertSameArms(run.experiments());
  }

  private void assertSameArms(List<String> found) throws Exception {
    assertThat(Differences.ofExperiments(arms(), found)).isEmpty();
  }

  private List<String> arms() throws Exception {
    List<String> arms = MeasureOracle.of(folder, UNTIL).experiments();
    assertThat(arms).hasSizeGreaterThan(300);
    // What is compared is not all nothing.
    assertThat(arms).anyMatch(line -> line.contains("\"conversionP\":0."));
    assertThat(arms).anyMatch(line -> line.contains("\"revenueP\":0."));
    assertThat(arms).anyMatch(line -> line.contains("\"sampleRatioMismatch\":true"));
    assertThat(arms).anyMatch(line -> line.contains("\"enough\":true"));
    assertThat(arms).anyMatch(line -> line.contains("\"winner\":true"));
    return arms;
  }

  /** A minute that was corrected counts for p only from then on. */
  private static List<String> withoutP(List<String> lines) throws Exception {
    List<String> without = new ArrayList<>();
    for (String line : lines) {
      ObjectNode row = (ObjectNode) Event.JSON.readTree(line);
      without.add(row.remove(List.of("conversionP", "revenueP", "winner")).toString());
    }
    return without;
  }

  @Test
  void inTheEndNobodyIsRemembered() throws Exception {
    new RandomMeasures(5, TENANTS).write(folder);
    LedgerRun run = new LedgerRun(folder, UNTIL, true).inOrder();
    List<String> funnel = run.funnel();

    assertThat(run.remembersAnybody(UNTIL)).isTrue();
    // The longest window is two days.
    assertThat(run.remembersAnybody(UNTIL + 93 * DAY)).isFalse();
    assertThat(run.funnel()).isEqualTo(funnel);
  }
}
