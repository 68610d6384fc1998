package dev.nudge.measure;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one customer adds to the arms of a campaign that nobody defined: goal paid, three days. */
class CustomerArmsTest {
  private static final KnownDefinitions NONE = new KnownDefinitions();
  private static final long UNIT = 10_000;

  private CustomerLedger ledger = new CustomerLedger(ANNA.tenant(), AttributionRules.DEFAULT);
  private final List<ArmChange> changes = new ArrayList<>();
  private final List<DeclaredArms> declared = new ArrayList<>();
  private final Contributions out =
      new Contributions() {
        @Override
        public void add(FunnelChange change) {}

        @Override
        public void add(StepChange change) {}

        @Override
        public void add(MoneyChange change) {}

        @Override
        public void add(MaturityChange change) {}

        @Override
        public void add(SentVersion sent) {}

        @Override
        public void add(ArmChange change) {
          changes.add(change);
        }

        @Override
        public void add(DeclaredArms arms) {
          declared.add(arms);
        }
      };

  private static Decision grant(long at, String rowId, String grantId, String variant) {
    boolean control = variant.equals(Decision.CONTROL);
    return new Decision(
        rowId,
        ANNA.tenant(),
        ANNA.customerId(),
        "welcome",
        1,
        "m-" + grantId,
        at,
        at,
        control ? DecisionCode.CONTROL : DecisionCode.SENT,
        null,
        Map.of(),
        null,
        variant,
        control ? null : "PUSH",
        null,
        control ? null : "trigger-" + grantId,
        grantId);
  }

  private static Decision grant(long at, String grantId, String variant) {
    return grant(at, "row-" + grantId, grantId, variant);
  }

  private void decide(Decision... decisions) {
    ledger.onInstant(decisions[0].atMillis(), List.of(), List.of(decisions), NONE, out);
  }

  private void happens(CustomerEvent event) {
    ledger.onInstant(event.atMillis(), List.of(event), List.of(), NONE, out);
  }

  private void passes(long toMillis) {
    while (ledger.dueMillis() <= toMillis) {
      ledger.onInstant(ledger.dueMillis(), List.of(), List.of(), NONE, out);
    }
  }

  private void throughBytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
    LedgerCodec.write(coded, ledger);
    coded.flush();
    ledger =
        LedgerCodec.read(
            ANNA.tenant(), AttributionRules.DEFAULT, bytes.toByteArray(), 0, bytes.size());
  }

  private static ArmSums sums(long customers, long conversions, long revenue, long squares) {
    return new ArmSums(
        customers,
        conversions,
        BigInteger.valueOf(revenue * UNIT),
        BigInteger.valueOf(squares * UNIT * UNIT),
        BigInteger.ZERO);
  }

  /** The sums of an arm; those of one that has nothing are {@link ArmSums#NONE}. */
  private ArmSums arm(String arm) {
    return changes.stream()
        .filter(change -> change.arm().equals(arm))
        .map(ArmSums::of)
        .reduce(ArmSums.NONE, ArmSums::plus);
  }

  private ArmSums armInMinute(String arm, long minute) {
    return changes.stream()
        .filter(change -> change.arm().equals(arm) && change.minuteMillis() == minute)
        .map(ArmSums::of)
        .reduce(ArmSums.NONE, ArmSums::plus);
  }

  @Test
  void eachMinuteHasItsCustomerItsGoalAndItsSquares() {
    decide(grant(START + 1, "g1", "A"));
    happens(paid(ANNA, START + 5 * MINUTE + 7, "o1", "3.00"));
    happens(paid(ANNA, START + 10 * MINUTE, "o2", "4.00"));

    assertThat(armInMinute("A", START)).isEqualTo(sums(1, 0, 0, 0));
    assertThat(armInMinute("A", START + 5 * MINUTE)).isEqualTo(sums(0, 1, 3, 9));
    assertThat(armInMinute("A", START + 10 * MINUTE)).isEqualTo(sums(0, 0, 4, 40));
    assertThat(declared)
        .containsExactly(
            new DeclaredArms(
                ANNA.tenant(), "welcome", 1, List.of(new ArmShare("A", 0)), null, false, ""));
  }

  @Test
  void whatChangesNoArmSaysNothing() {
    decide(grant(START, "g1", "A"));
    changes.clear();
    happens(viewed(ANNA, START + MINUTE));
    happens(paid(ANNA, START + 3 * DAY, "o1", "3.00"));

    assertThat(changes).isEmpty();
  }

  @Test
  void theFirstGrantsArmHasAllThatFollows() {
    decide(grant(START, "g1", Decision.CONTROL));
    decide(grant(START + DAY, "g2", "A"));
    happens(paid(ANNA, START + 3 * DAY, "o1", "2.00"));

    assertThat(arm(Decision.CONTROL)).isEqualTo(sums(1, 1, 2, 4));
    assertThat(arm("A")).isEqualTo(ArmSums.NONE);
  }

  @Test
  void ofOneInstantTheSmallerGrantIsTheFirst() {
    decide(grant(START, "row 1", "g2", "B"), grant(START, "row 2", "g1", "A"));

    assertThat(arm("A")).isEqualTo(sums(1, 0, 0, 0));
    assertThat(arm("B")).isEqualTo(ArmSums.NONE);
  }

  @Test
  void anEarlierGrantThatComesLateTakesTheArmOver() {
    decide(grant(START + HOUR, "g1", "B"));
    happens(paid(ANNA, START + 2 * HOUR, "o1", "3.00"));
    assertThat(arm("B")).isEqualTo(sums(1, 1, 3, 9));
    ledger.onLate(grant(START, "g2", "A"), NONE, out);

    assertThat(arm("B")).isEqualTo(ArmSums.NONE);
    assertThat(arm("A")).isEqualTo(sums(1, 1, 3, 9));
    assertThat(armInMinute("A", START)).isEqualTo(sums(1, 0, 0, 0));
  }

  @Test
  void aPaymentThatComesLateMovesTheGoalAndTheSquares() {
    decide(grant(START, "g1", "A"));
    happens(paid(ANNA, START + 10 * MINUTE, "o1", "4.00"));
    ledger.onLate(paid(ANNA, START + 5 * MINUTE, "o2", "3.00"), NONE, out);

    assertThat(armInMinute("A", START + 5 * MINUTE)).isEqualTo(sums(0, 1, 3, 9));
    assertThat(armInMinute("A", START + 10 * MINUTE)).isEqualTo(sums(0, 0, 4, 40));
  }

  @Test
  void whileAGrantIsRememberedTheCustomerStaysOne() throws IOException {
    decide(grant(START, "g1", "A"));
    happens(paid(ANNA, START + DAY, "o1", "3.00"));
    passes(START + 60 * DAY);
    decide(grant(START + 60 * DAY, "g2", "B"));
    happens(paid(ANNA, START + 61 * DAY, "o2", "4.00"));
    // Until then the first payment and the first grant have gone.
    passes(START + 140 * DAY);
    assertThat(ledger.history.grants).extracting(Grant::id).containsExactly("g2");
    throughBytes();
    happens(refunded(ANNA, START + 140 * DAY, "o2", "1.00"));
    decide(grant(START + 145 * DAY, "g3", "B"));
    happens(paid(ANNA, START + 146 * DAY, "o3", "2.00"));

    assertThat(arm("A")).isEqualTo(sums(1, 1, 8, 64));
    assertThat(arm("B")).isEqualTo(ArmSums.NONE);
    passes(START + 300 * DAY);
    assertThat(ledger.isEmpty()).isTrue();
    assertThat(ledger.pasts).isEmpty();
    assertThat(arm("A")).isEqualTo(sums(1, 1, 8, 64));
  }

  @Test
  void beyondTheMostGrantsTheCustomerStaysOne() {
    for (int i = 0; i < 2 * CustomerLedger.MAX_GRANTS; i++) {
      decide(grant(START + i * MINUTE, "g" + i, i == 0 ? "A" : "B"));
      if (i % 100 == 0) {
        happens(paid(ANNA, START + i * MINUTE + 1, "o" + i, "1.00"));
      }
    }

    assertThat(ledger.history.grants).hasSize(CustomerLedger.MAX_GRANTS);
    assertThat(arm("A")).isEqualTo(sums(1, 1, 4, 16));
    assertThat(arm("B")).isEqualTo(ArmSums.NONE);
  }

  @Test
  void whatIsSaidAddsUpHoweverItIsForgotten() {
    BigInteger paid = BigInteger.ZERO;
    for (int i = 0; i < 20; i++) {
      long at = START + 9L * i * DAY;
      passes(at);
      decide(grant(at, "g" + i, i == 0 ? "A" : "B"));
      happens(paid(ANNA, at + HOUR, "o" + i, (i + 1) + ".00"));
      paid = paid.add(BigInteger.valueOf((i + 1L) * UNIT));
      assertThat(arm("A").revenueUnits()).isEqualTo(paid);
      assertThat(arm("A").squaredUnits()).isEqualTo(paid.pow(2));
    }
    assertThat(arm("A").customers()).isOne();
    assertThat(arm("A").conversions()).isOne();
  }
}
