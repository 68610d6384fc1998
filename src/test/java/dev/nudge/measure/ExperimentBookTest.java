package dev.nudge.measure;

import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.Experiment;
import dev.nudge.definition.Experiment.Metric;
import dev.nudge.definition.Experiment.Then;
import dev.nudge.event.Decision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How arms stand, and when they are compared. */
class ExperimentBookTest {
  private static final long END = START + 1_000 * MINUTE;
  private static final long HALF = 50_000_000;
  private static final long UNIT = 10_000;

  private ExperimentBook book = new ExperimentBook("acme", "welcome");

  private static DeclaredArms declared(int version, Experiment experiment, ArmShare... shares) {
    return new DeclaredArms("acme", "welcome", version, List.of(shares), experiment, false, "EUR");
  }

  private static Experiment experiment(Metric metric, Then then) {
    return new Experiment(10_000, 0, metric, then);
  }

  /** Customers of an arm, of whom some paid 2.00; each cost 0.01. */
  private static ArmChange change(
      int version, String arm, long minute, long customers, long paying) {
    BigInteger revenue = BigInteger.valueOf(paying * 2 * UNIT);
    return new ArmChange(
        "acme",
        "welcome",
        version,
        arm,
        START + minute * MINUTE,
        customers,
        paying,
        revenue,
        revenue.multiply(BigInteger.valueOf(2 * UNIT)),
        BigInteger.valueOf(customers * 1_000_000));
  }

  private void add(String arm, long minute, long customers, long paying) {
    book.add(change(1, arm, minute, customers, paying));
  }

  private void halfControl() {
    book.add(declared(1, null, new ArmShare("A", HALF), new ArmShare(Decision.CONTROL, HALF)));
  }

  private void twoVariants(Metric metric, Then then) {
    book.add(
        declared(1, experiment(metric, then), new ArmShare("A", HALF), new ArmShare("B", HALF)));
  }

  private ArmRow row(String arm) {
    return book.rows(END).stream()
        .filter(row -> row.arm().equals(arm))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no arm " + arm));
  }

  private byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    ExperimentCodec.write(out, book);
    out.flush();
    return bytes.toByteArray();
  }

  private void throughBytes() throws IOException {
    List<ArmRow> before = book.rows(END);
    byte[] bytes = bytes();
    book = ExperimentCodec.read("acme", "welcome", bytes, 0, bytes.length);
    assertThat(book.rows(END)).isEqualTo(before);
    assertThat(bytes()).hasSameSizeAs(bytes);
  }

  private static BigDecimal number(String text) {
    return new BigDecimal(text);
  }

  @Test
  void revenueIsComparedFromFiftyConversionsOn() {
    halfControl();
    add("A", 0, 100, 90);
    add(Decision.CONTROL, 0, 100, 49);
    assertThat(row("A").conversion().p()).isLessThan(number("0.01"));
    assertThat(row("A").revenue().p()).isEqualByComparingTo(BigDecimal.ONE);

    add(Decision.CONTROL, 0, 0, 1);

    // Everybody who paid paid the same, so revenue differs as the rates do.
    assertThat(row("A").revenue().p()).isEqualTo(row("A").conversion().p());
  }

  @Test
  void aLineHasAllItsFieldsInOrder() {
    halfControl();
    add("A", 0, 60, 30);
    add(Decision.CONTROL, 0, 60, 6);

    assertThat(MeasureJson.of(row("A")))
        .isEqualTo(
            ("{'tenant':'acme','campaign':'welcome','arm':'A','asOf':'2026-01-06T01:40:00Z',"
                    + "'customers':60,'expected':60,'conversions':30,'conversionRate':0.5,"
                    + "'conversionLift':0.4,'conversionLiftLow':0.251214,"
                    + "'conversionLiftHigh':0.548786,'conversionRelativeLift':4,"
                    + "'conversionRelativeLiftLow':-0.034522,'conversionRelativeLiftHigh':8.034522,"
                    + "'conversionP':0.118372,'currency':'EUR','revenue':'60.00','cost':'0.60',"
                    + "'revenuePerCustomer':1,'revenueLift':0.8,'revenueLiftLow':0.502428,"
                    + "'revenueLiftHigh':1.097572,'revenueRelativeLift':4,"
                    + "'revenueRelativeLiftLow':-0.034522,'revenueRelativeLiftHigh':8.034522,"
                    + "'revenueP':1,'sampleRatioP':1,'sampleRatioMismatch':false,"
                    + "'enough':true,'winner':false}")
                .replace('\'', '"'));
  }

  @Test
  void fiftyCustomersAndFiveConversionsAreEnough() {
    halfControl();
    add("A", 0, 50, 5);
    add(Decision.CONTROL, 0, 50, 5);
    assertThat(book.rows(END)).extracting(ArmRow::enough).containsExactly(true, true, true);

    add("A", 1, -1, 0);
    assertThat(book.rows(END)).extracting(ArmRow::enough).containsExactly(false, true, false);

    add("A", 2, 1, 0);
    add(Decision.CONTROL, 2, 0, -1);
    // An arm is compared with control, so both have to have enough.
    assertThat(book.rows(END)).extracting(ArmRow::enough).containsExactly(false, false, false);
  }

  @Test
  void withoutControlThereIsNoLift() {
    add("A", 0, 60, 30);

    assertThat(row("A").conversion()).isEqualTo(ArmMeasure.of(new Sample(60, 0.5, 0)));
    assertThat(row("A").enough()).isTrue();
    assertThat(row("A").sampleRatioP()).isNull();
  }

  @Test
  void ofNobodyThereIsNoMean() {
    halfControl();
    add("A", 0, 1, 0);

    assertThat(row(Decision.CONTROL).conversion().mean()).isNull();
    assertThat(row("A").conversion().lift()).isNull();
    assertThat(row("A").conversion().p()).isEqualByComparingTo("1");
  }

  @Test
  void theSmallestPStaysThroughBytes() throws IOException {
    halfControl();
    add("A", 0, 1_000, 300);
    add(Decision.CONTROL, 0, 1_000, 200);
    BigDecimal smallest = row("A").conversion().p();
    assertThat(smallest).isLessThan(number("0.01"));
    book.advanceTo(START + MINUTE);
    throughBytes();
    add(Decision.CONTROL, 1, 0, 100);

    assertThat(row("A").conversion().lift()).isEqualByComparingTo("0");
    assertThat(row("A").conversion().p()).isEqualTo(smallest);
    assertThat(row("A").revenue().p()).isEqualTo(smallest);
    assertThat(row(ArmRow.SENT).conversion().p()).isEqualTo(smallest);
  }

  @Test
  void aMinuteIsComparedOnlyAtItsEnd() {
    halfControl();
    add("A", 0, 1_000, 300);
    add(Decision.CONTROL, 0, 1_000, 200);
    book.advanceTo(START + MINUTE - 1);
    add(Decision.CONTROL, 0, 0, 100);
    book.advanceTo(START + MINUTE);

    assertThat(row("A").conversion().p()).isEqualByComparingTo("1");
  }

  @Test
  void whatComesLateCountsFromTheNextComparisonOn() {
    halfControl();
    add("A", 0, 1_000, 300);
    add(Decision.CONTROL, 0, 1_000, 300);
    book.advanceTo(START + 5 * MINUTE);
    assertThat(row("A").conversion().p()).isEqualByComparingTo("1");
    add(Decision.CONTROL, 0, 0, -100);

    assertThat(row(Decision.CONTROL).conversions()).isEqualTo(200);
    assertThat(row("A").conversion().p()).isLessThan(number("0.01"));
    book.advanceTo(START + 6 * MINUTE);
    assertThat(row("A").conversion().p()).isLessThan(number("0.01"));
  }

  @Test
  void sixtyToFortyIsNoEqualDeal() {
    halfControl();
    add("A", 0, 600, 60);
    add(Decision.CONTROL, 0, 400, 40);

    assertThat(row("A").sampleRatioP()).isEqualByComparingTo("0");
    assertThat(book.rows(END)).allMatch(ArmRow::sampleRatioMismatch);
  }

  @Test
  void nearlyEqualIsAnEqualDeal() {
    halfControl();
    add("A", 0, 520, 60);
    add(Decision.CONTROL, 0, 480, 40);

    // 1.6 with one degree of freedom.
    assertThat(row("A").sampleRatioP()).isEqualByComparingTo("0.205903");
    assertThat(book.rows(END)).noneMatch(ArmRow::sampleRatioMismatch);
  }

  @Test
  void anArmThatNobodyDeclaredIsAMismatch() {
    halfControl();
    add("A", 0, 5, 0);
    add("Z", 0, 1, 0);

    assertThat(row("A").sampleRatioP()).isEqualByComparingTo("0");
    assertThat(book.rows(END)).extracting(ArmRow::arm).containsExactly("A", "Z", "CONTROL", "SENT");
  }

  @Test
  void eachVersionExpectsOfItsOwnCustomers() {
    halfControl();
    book.add(declared(2, null, new ArmShare("A", 100_000_000)));
    book.add(change(1, "A", 0, 10, 0));
    book.add(change(2, "A", 0, 30, 0));

    assertThat(row("A").expected()).isEqualByComparingTo("35");
    assertThat(row(Decision.CONTROL).expected()).isEqualByComparingTo("5");
    assertThat(row(ArmRow.SENT).expected()).isEqualByComparingTo("35");
  }

  @Test
  void ofAVersionThatNobodyDefinedEachCustomerIsWhereItWasToBe() {
    book.add(declared(1, null, new ArmShare("B", 0)));
    book.add(declared(1, null, new ArmShare("A", 0)));
    add("A", 0, 10, 0);

    assertThat(row("A").expected()).isEqualByComparingTo("10");
    assertThat(row("B").customers()).isZero();
    assertThat(row("A").sampleRatioP()).isNull();
  }

  @Test
  void theBestWinsOnlyBeyondChance() {
    twoVariants(Metric.PAID_RATE, Then.WINNER);
    add("A", 0, 1_000, 200);
    add("B", 0, 1_000, 210);
    assertThat(book.winner()).isNull();
    add("B", 1, 0, 90);

    assertThat(book.winner()).isEqualTo("B");
    assertThat(row("B").winner()).isTrue();
    assertThat(row("A").winner()).isFalse();
    assertThat(row(ArmRow.SENT).winner()).isFalse();
    assertThat(book.experiment().then()).isEqualTo(Then.WINNER);
  }

  @Test
  void aWinnerHasBeatenEveryOther() {
    twoVariants(Metric.REVENUE_PER_CUSTOMER, Then.STOP);
    add("A", 0, 1_000, 200);
    add("B", 0, 1_000, 300);
    assertThat(book.winner()).isEqualTo("B");
    add("C", 1, 40, 4);

    // Of C there is not enough.
    assertThat(book.winner()).isNull();
  }

  @Test
  void theBestIsTakenAsItIsWhereThatIsWanted() {
    twoVariants(Metric.PAID_RATE, Then.BEST);
    add("A", 0, 10, 2);
    add("B", 0, 10, 2);
    assertThat(book.winner()).isEqualTo("A");
    add("B", 0, 0, 1);

    assertThat(book.winner()).isEqualTo("B");
  }

  @Test
  void returnsAreOfWhatCostsSomething() {
    twoVariants(Metric.ROI, Then.BEST);
    add("A", 0, 10, 2);
    book.add(
        new ArmChange(
            "acme",
            "welcome",
            1,
            "B",
            START,
            10,
            5,
            BigInteger.valueOf(10 * UNIT),
            BigInteger.valueOf(20 * UNIT * UNIT),
            BigInteger.ZERO));

    assertThat(book.winner()).isEqualTo("A");
  }

  @Test
  void theNewestVersionSaysWhetherThereIsAnExperiment() {
    twoVariants(Metric.PAID_RATE, Then.BEST);
    book.add(declared(2, null, new ArmShare("A", HALF), new ArmShare("B", HALF)));
    add("A", 0, 10, 2);

    assertThat(book.winner()).isNull();
  }

  @Test
  void beyondTheMostArmsNothingIsAdded() throws IOException {
    for (int i = 0; i <= ExperimentBook.MAX_ARMS; i++) {
      add("arm " + i, 0, 50, 5 + i % 7);
    }
    book.advanceTo(START + MINUTE);
    throughBytes();
    add("arm 3", 1, 1, 0);
    add("one more", 1, 1, 0);

    assertThat(book.refused()).isEqualTo(2);
    assertThat(book.rows(END)).hasSize(ExperimentBook.MAX_ARMS + 1);
    assertThat(row("arm 3").customers()).isEqualTo(51);
    assertThat(bytes().length).isBetween(5_000, 250_000);
  }

  @Test
  void beyondTheMostVersionsOnlyWhatTheyExpectedIsKept() throws IOException {
    for (int i = 1; i <= ExperimentBook.MAX_VERSIONS + 10; i++) {
      book.add(declared(i, null, new ArmShare("A", HALF), new ArmShare(Decision.CONTROL, HALF)));
      book.add(change(i, "A", i, 2, 0));
      book.advanceTo(START + (i + 1) * MINUTE);
    }
    throughBytes();

    assertThat(book.declared).hasSize(ExperimentBook.MAX_VERSIONS);
    assertThat(book.standings.dealt).hasSize(ExperimentBook.MAX_VERSIONS);
    assertThat(row("A").expected()).isEqualByComparingTo("210");
    assertThat(row(Decision.CONTROL).expected()).isEqualByComparingTo("210");
  }

  @Test
  void beyondTheMostMinutesTheOldestIsCompared() throws IOException {
    for (int i = 0; i <= ExperimentBook.MAX_OPEN_MINUTES; i++) {
      add("A", i, 1, 0);
    }
    throughBytes();

    assertThat(book.open).hasSize(ExperimentBook.MAX_OPEN_MINUTES);
    assertThat(book.openMillis).isEqualTo(START + MINUTE);
    assertThat(row("A").customers()).isEqualTo(ExperimentBook.MAX_OPEN_MINUTES + 1);
  }

  @Test
  void whatIsAddedTogetherIsWhatIsAddedInAnyOrder() {
    List<ArmChange> changes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      changes.add(change(1 + i % 3, i % 2 == 0 ? "A" : Decision.CONTROL, i / 4, 5 + i % 7, i % 5));
    }
    ExperimentBook backwards = new ExperimentBook("acme", "welcome");
    for (int i = 0; i < 200; i++) {
      book.add(changes.get(i));
      backwards.add(changes.get(199 - i));
    }
    book.advanceTo(START + 20 * MINUTE);

    // One has compared twenty minutes, which its version counts.
    assertThat(book.rows(END))
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("inputs")
        .isEqualTo(backwards.rows(END));
    book.rows(END).forEach(row -> assertThat(row.inputs()).isEqualTo(220));
    backwards.rows(END).forEach(row -> assertThat(row.inputs()).isEqualTo(200));
  }

  @Test
  void bytesOfAnotherFormatAreRefused() {
    assertThatThrownBy(() -> ExperimentCodec.read("acme", "welcome", new byte[] {9}, 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessage("a campaign's experiment: found format 9, expected 1");
  }
}
