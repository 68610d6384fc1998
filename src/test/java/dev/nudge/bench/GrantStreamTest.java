package dev.nudge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nudge.definition.DefinitionVersion;
import dev.nudge.event.Decision;
import dev.nudge.event.Json;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The grants that measuring is measured with. */
class GrantStreamTest {
  private static final int EVENTS = 20_000;
  private static final int CAMPAIGNS = 50;
  private static final int HOT = 3;
  private static final Map<BenchEvent, Decision> GRANTS = grants(1);

  private static Map<BenchEvent, Decision> grants(long seed) {
    EventStream events = new EventStream(1, EVENTS, 4_000, 0, Loads.FROM_MILLIS, Loads.SPAN_MILLIS);
    GrantStream stream = new GrantStream(seed, CAMPAIGNS, HOT);
    Map<BenchEvent, Decision> grants = new LinkedHashMap<>();
    events.forEachRemaining(
        event -> {
          Decision grant = stream.at(event);
          if (grant != null) {
            grants.put(event, grant);
          }
        });
    return grants;
  }

  @Test
  void sameSeedGivesTheSameGrants() {
    assertThat(texts(grants(1))).isEqualTo(texts(GRANTS));
    assertThat(texts(grants(2))).isNotEqualTo(texts(GRANTS));
  }

  private static List<String> texts(Map<BenchEvent, Decision> grants) {
    return grants.values().stream().map(Json::of).toList();
  }

  @Test
  void oneEventInFiveHasOneOfItsCustomerAtItsInstant() {
    assertThat(GRANTS.size() / (double) EVENTS).isCloseTo(0.2, within(0.01));
    GRANTS.forEach(
        (event, grant) -> {
          assertThat(grant.customerId()).isEqualTo(event.customerId());
          assertThat(grant.atMillis()).isEqualTo(event.atMillis());
        });
    assertThat(GRANTS.values().stream().map(Decision::grantId)).doesNotHaveDuplicates();
  }

  @Test
  void hotCampaignsHaveHalfOfThem() {
    Map<String, Integer> byCampaign = new HashMap<>();
    GRANTS.values().forEach(grant -> byCampaign.merge(grant.campaign(), 1, Integer::sum));
    assertThat(byCampaign).hasSize(CAMPAIGNS);
    int hot = 0;
    for (int number = 0; number < HOT; number++) {
      hot += byCampaign.get(MeasureCampaigns.id(number));
    }
    // Those of the other half that are hot by chance are among them.
    double share = 0.5 + 0.5 * HOT / CAMPAIGNS;
    assertThat(hot / (double) GRANTS.size()).isCloseTo(share, within(0.03));
  }

  /** A second payment would be none to ours, and one to SQL. */
  @Test
  void noOrderIsPaidTwiceAndNoneIsTakenBack() {
    EventStream events = new EventStream(1, EVENTS, 4_000, 0, Loads.FROM_MILLIS, Loads.SPAN_MILLIS);
    Map<Long, Integer> paid = new HashMap<>();
    events.forEachRemaining(
        event -> {
          assertThat(event.name()).isNotEqualTo("Order Refunded");
          if (event.name().equals(Step.PAID.in(0))) {
            paid.merge(event.visit(), 1, Integer::sum);
          }
        });
    assertThat(paid.values()).isNotEmpty().containsOnly(1);
  }

  @Test
  void everyCampaignIsDefined() {
    assertThat(MeasureCampaigns.definitions(CAMPAIGNS).stream().map(DefinitionVersion::id))
        .hasSize(1 + CAMPAIGNS)
        .contains(MeasureCampaigns.id(0), MeasureCampaigns.id(CAMPAIGNS - 1));
  }
}
