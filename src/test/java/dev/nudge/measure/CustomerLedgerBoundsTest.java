package dev.nudge.measure;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.as;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.refunded;
import static dev.nudge.TestEvents.viewed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a ledger keeps, how much of it, and for how long. */
class CustomerLedgerBoundsTest {
  private static final KnownDefinitions NONE = new KnownDefinitions();

  private final CustomerLedger ledger = new CustomerLedger(ANNA.tenant(), AttributionRules.DEFAULT);
  private final Map<FunnelKey, Long> funnel = new TreeMap<>(CustomerLedgerBoundsTest::compare);
  private final Contributions out =
      new Contributions() {
        @Override
        public void add(FunnelChange change) {
          funnel.merge(change.key(), change.grants(), Long::sum);
        }

        @Override
        public void add(StepChange change) {}

        @Override
        public void add(MoneyChange change) {}

        @Override
        public void add(MaturityChange change) {}

        @Override
        public void add(SentVersion sent) {}

        @Override
        public void add(ArmChange change) {}

        @Override
        public void add(DeclaredArms declared) {}
      };

  private static int compare(FunnelKey a, FunnelKey b) {
    return a.toString().compareTo(b.toString());
  }

  /** What a campaign sent to Anna. */
  static Decision sent(long at, String grantId) {
    return new Decision(
        "row-" + grantId,
        ANNA.tenant(),
        ANNA.customerId(),
        "welcome",
        1,
        "m-" + grantId,
        at,
        at,
        DecisionCode.SENT,
        null,
        Map.of(),
        null,
        "A",
        "PUSH",
        null,
        "trigger-" + grantId,
        grantId);
  }

  private static CustomerEvent receipt(long at, DeliveryStatus status, String grantId) {
    Delivery delivery = new Delivery(status, "trigger-" + grantId, null, null, null, null, null);
    return new CustomerEvent(
        ANNA.tenant(),
        ANNA.customerId(),
        "receipt@" + at,
        at,
        null,
        null,
        delivery,
        null,
        new byte[0]);
  }

  private void decide(long at, String grantId) {
    ledger.onInstant(at, List.of(), List.of(sent(at, grantId)), NONE, out);
  }

  private void happens(CustomerEvent event) {
    ledger.onInstant(event.atMillis(), List.of(event), List.of(), NONE, out);
  }

  private long grants(FunnelStep step, long minute, Touch touch) {
    return funnel.entrySet().stream()
        .filter(each -> each.getKey().step() == step && each.getKey().touch() == touch)
        .filter(each -> each.getKey().minuteMillis() == minute)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Test
  void aReceiptThatNamesNoChannelIsOfItsTriggers() {
    decide(START, "g1");

    assertThat(ledger.channelOf(receipt(START + MINUTE, DeliveryStatus.FAILED, "g1")))
        .isEqualTo("PUSH");
    assertThat(ledger.channelOf(receipt(START + MINUTE, DeliveryStatus.FAILED, "unknown")))
        .isNull();
  }

  private byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(bytes);
    LedgerCodec.write(coded, ledger);
    coded.flush();
    return bytes.toByteArray();
  }

  @Test
  void lateViewTakesTheMinuteOfTheFirst() {
    decide(START, "g1");
    happens(viewed(ANNA, START + 20 * MINUTE));
    ledger.onLate(viewed(ANNA, START + 10 * MINUTE), NONE, out);

    assertThat(grants(FunnelStep.VIEWED, START + 20 * MINUTE, Touch.ANY)).isZero();
    assertThat(grants(FunnelStep.VIEWED, START + 10 * MINUTE, Touch.ANY)).isOne();
    assertThat(grants(FunnelStep.VIEWED, START + 10 * MINUTE, Touch.LAST)).isOne();
    assertThat(ledger.history.facts).hasSize(1);
  }

  @Test
  void copyOfAGrantIsNoSecondGrant() {
    decide(START, "g1");
    decide(START + HOUR, "g1");

    assertThat(ledger.history.grants).hasSize(1);
    assertThat(grants(FunnelStep.TARGETED, START, Touch.ANY)).isOne();
  }

  @Test
  void viewsAfterTheFirstAreNotKept() {
    decide(START, "g1");
    for (int i = 1; i <= 50; i++) {
      happens(viewed(ANNA, START + i * MINUTE));
    }

    assertThat(ledger.history.facts).hasSize(1);
  }

  @Test
  void whoHasNoGrantIsRememberedForPaymentsAlone() throws IOException {
    happens(viewed(ANNA, START));
    assertThat(ledger.isEmpty()).isTrue();
    assertThat(bytes()).isEmpty();

    happens(paid(ANNA, START + HOUR, "o1"));
    assertThat(ledger.dueMillis()).isEqualTo(START + HOUR + 91 * DAY);
    ledger.onInstant(ledger.dueMillis(), List.of(), List.of(), NONE, out);

    assertThat(ledger.isEmpty()).isTrue();
    assertThat(ledger.dueMillis()).isEqualTo(CustomerLedger.NEVER);
  }

  @Test
  void refundOfNoPaymentWaitsADayForIt() {
    happens(refunded(ANNA, START, "o1", "1.00"));
    assertThat(ledger.dueMillis()).isEqualTo(START + DAY);
    ledger.onInstant(START + DAY, List.of(), List.of(), NONE, out);

    assertThat(ledger.isEmpty()).isTrue();
  }

  @Test
  void grantGoesWithItsStepsWhenNothingCanComeAnyMore() {
    decide(START, "g1");
    happens(viewed(ANNA, START + HOUR));
    happens(receipt(START + 2 * HOUR, DeliveryStatus.SENT, "g1"));
    long goes = START + (3 + 90 + 1) * DAY;
    ledger.onInstant(goes - 1, List.of(), List.of(), NONE, out);
    assertThat(ledger.history.facts).hasSize(2);
    ledger.onInstant(goes, List.of(), List.of(), NONE, out);

    assertThat(ledger.isEmpty()).isTrue();
    assertThat(grants(FunnelStep.VIEWED, START + HOUR, Touch.ANY)).isOne();
  }

  @Test
  void beyondTheMostTheOldestGrantGoes() {
    for (int i = 0; i <= CustomerLedger.MAX_GRANTS; i++) {
      decide(START + i * MINUTE, "g" + i);
    }

    assertThat(ledger.history.grants).hasSize(CustomerLedger.MAX_GRANTS);
    assertThat(ledger.history.grants.get(0).id()).isEqualTo("g1");
    assertThat(grants(FunnelStep.TARGETED, START, Touch.ANY)).isOne();
  }

  @Test
  void beyondTheMostNoEventCounts() {
    for (int i = 0; i < CustomerLedger.MAX_FACTS; i++) {
      happens(paid(ANNA, START + i, "o" + i));
    }
    assertThat(ledger.refused()).isZero();
    happens(paid(ANNA, START + HOUR, "one more"));

    assertThat(ledger.refused()).isOne();
    assertThat(ledger.history.facts).hasSize(CustomerLedger.MAX_FACTS);
  }

  @Test
  void receiptsOfOneChannelAreNotKeptForEver() {
    decide(START, "g1");
    for (int i = 1; i <= 2 * CustomerLedger.MAX_RECEIPTS; i++) {
      happens(receipt(START + i, DeliveryStatus.CLICKED, "g1"));
    }

    assertThat(ledger.history.facts).hasSize(CustomerLedger.MAX_RECEIPTS);
    assertThat(grants(FunnelStep.CLICKED, START, Touch.ANY)).isOne();
  }

  @Test
  void bytesOfAnotherFormatAreRefused() {
    assertThatThrownBy(
            () -> LedgerCodec.read(ANNA.tenant(), AttributionRules.DEFAULT, new byte[] {9}, 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessage("a customer's ledger: found format 9, expected 1");
  }

  @Test
  void aViewOfTheSameInstantIsTakenByMessageId() {
    decide(START, "g1");
    happens(as("b", viewed(ANNA, START + MINUTE)));
    ledger.onLate(as("a", viewed(ANNA, START + MINUTE)), NONE, out);

    assertThat(ledger.history.facts).extracting(Fact::messageId).containsExactly("a");
  }
}
