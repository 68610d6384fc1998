package dev.nudge.event;

import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A moment's id names it for ever. */
class MomentTest {
  private static final StageChange CHANGE =
      change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2);

  @Test
  void idIsSha256OverLengthPrefixedParts() {
    // Computed once by another program.
    assertThat(Moment.of(CHANGE, null).id())
        .isEqualTo(
            Identity.of("STAGE", "acme", "anna", "1767603600000", "NEW", "GROWING", "1", "2"))
        .isEqualTo("7e8474b22b2ac810bae7a2a51f1df0b1e4ea0d93c2bfee58ae14b82a2ae628cb");
  }

  @Test
  void idIsTheSameHoweverOftenItIsComputed() {
    StageChange again =
        new StageChange(
            "acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2, 99);
    assertThat(Moment.of(again, null).id()).isEqualTo(Moment.of(CHANGE, null).id());
  }

  @Test
  void idDiffersWithEveryPart() {
    List<StageChange> changes =
        List.of(
            CHANGE,
            change("acm", "eanna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2),
            change("zeta", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "bert", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "anna", LifecycleStage.DORMANT, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "anna", null, LifecycleStage.GROWING, START, 1, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.STABLE, START, 1, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START + 1, 1, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 2, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 3),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 12, 2),
            change("acme", "anna", LifecycleStage.NEW, LifecycleStage.GROWING, START, 1, 22));
    assertThat(changes.stream().map(change -> Moment.of(change, null).id()))
        .doesNotHaveDuplicates();
  }

  @Test
  void momentCarriesItsStageChangesNames() {
    Moment moment = Moment.of(CHANGE, null);
    assertThat(moment.tenant()).isEqualTo("acme");
    assertThat(moment.customerId()).isEqualTo("anna");
    assertThat(moment.kind()).isEqualTo("STAGE");
    assertThat(moment.atMillis()).isEqualTo(START);
  }

  private static StageChange change(
      String tenant,
      String customerId,
      LifecycleStage from,
      LifecycleStage to,
      long at,
      int life,
      int orderCount) {
    return new StageChange(tenant, customerId, from, to, at, life, orderCount, 1);
  }
}
