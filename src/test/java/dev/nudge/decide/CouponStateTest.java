package dev.nudge.decide;

import static dev.nudge.decide.CouponState.EXPIRED;
import static dev.nudge.decide.CouponState.HELD;
import static dev.nudge.decide.CouponState.LAPSED;
import static dev.nudge.decide.CouponState.OFFERED;
import static dev.nudge.decide.CouponState.REDEEMED;
import static dev.nudge.decide.CouponState.RELEASED;
import static dev.nudge.decide.CouponState.RESERVED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CouponStateTest {
  private static final Map<CouponState, Set<CouponState>> NEXT =
      Map.of(
          RESERVED, Set.of(OFFERED, HELD, REDEEMED, LAPSED, RELEASED),
          OFFERED, Set.of(HELD, REDEEMED, LAPSED, RELEASED),
          HELD, Set.of(REDEEMED, EXPIRED, RELEASED));

  @Test
  void everyTransitionIsTheGraphs() {
    for (CouponState state : CouponState.values()) {
      assertThat(Arrays.stream(CouponState.values()).filter(state::leadsTo))
          .containsExactlyInAnyOrderElementsOf(NEXT.getOrDefault(state, Set.of()));
      assertThat(state.isOpen()).isEqualTo(NEXT.containsKey(state));
      assertThat(state.givesBack()).isEqualTo(state == LAPSED || state == RELEASED);
    }
  }
}
