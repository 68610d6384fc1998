package dev.nudge.bench;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nudge.definition.Campaign;
import dev.nudge.event.Json;
import dev.nudge.event.Moment;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The moments that decisions are measured with. */
class MomentStreamTest {
  private static final int MOMENTS = 6_000;
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

  private static final DecideCampaigns TWENTY = DecideCampaigns.of(20, MOMENTS);
  private static final DecideCampaigns MANY = DecideCampaigns.of(60, MOMENTS);
  private static final List<Moment> STREAM = stream(1, 1, TWENTY);

  private static List<Moment> stream(long seed, int tenants, DecideCampaigns campaigns) {
    List<Moment> moments = new ArrayList<>();
    new MomentStream(seed, MOMENTS, 1_000, tenants, campaigns.own()).forEachRemaining(moments::add);
    return moments;
  }

  @Test
  void sameSeedGivesTheSameMoments() {
    assertThat(texts(stream(1, 1, TWENTY))).isEqualTo(texts(STREAM));
    assertThat(texts(stream(2, 1, TWENTY))).isNotEqualTo(texts(STREAM));
  }

  private static List<String> texts(List<Moment> moments) {
    return moments.stream().map(Json::of).toList();
  }

  @Test
  void momentsComeInOrderThroughOneWeekAndSeldomAtNight() {
    assertThat(STREAM).hasSize(MOMENTS);
    assertThat(STREAM).isSortedAccordingTo((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
    assertThat(STREAM.get(0).atMillis()).isEqualTo(MomentStream.FROM_MILLIS);
    assertThat(Instant.ofEpochMilli(STREAM.get(MOMENTS - 1).atMillis()).atZone(SHANGHAI))
        .asString()
        .startsWith("2025-01-12T23:5");
    long nightly =
        STREAM.stream()
            .mapToInt(m -> Instant.ofEpochMilli(m.atMillis()).atZone(SHANGHAI).getHour())
            .filter(hour -> hour < 8 || hour >= 22)
            .count();
    assertThat(nightly / (double) MOMENTS).isCloseTo(0.1, within(0.02));
  }

  @Test
  void noTwoMomentsHaveOneId() {
    assertThat(STREAM.stream().map(Moment::id)).doesNotHaveDuplicates();
  }

  @Test
  void kindsHaveTheirSharesHoweverManyCampaignsThereAre() {
    for (List<Moment> moments : List.of(STREAM, stream(1, 1, MANY))) {
      Map<String, Long> byKind =
          moments.stream()
              .map(m -> m.stageChange() == null ? m.kind() : m.stageChange().to().name())
              .collect(groupingBy(Function.identity(), counting()));
      for (MomentMix kind : MomentMix.values()) {
        assertThat(byKind.remove(kind.name()) / (double) MOMENTS)
            .as(kind.name())
            .isCloseTo(MomentMix.share(kind.name()), within(0.02));
      }
      long own = byKind.values().stream().mapToLong(Long::longValue).sum();
      assertThat(own / (double) MOMENTS).isCloseTo(MomentMix.ownShare(), within(0.02));
    }
  }

  @Test
  void everyCampaignWithMomentsOfItsOwnHasSome() {
    assertThat(TWENTY.own()).hasSize(9);
    assertThat(MANY.own()).hasSize(49);
    assertThat(stream(1, 1, MANY).stream().map(Moment::kind).collect(Collectors.toSet()))
        .containsAll(MANY.own().stream().map(Campaign::id).toList());
  }

  @Test
  void tenantsShareTheCustomers() {
    Map<String, Long> customers =
        stream(1, 4, TWENTY).stream()
            .map(moment -> moment.tenant() + "|" + moment.customerId())
            .distinct()
            .collect(groupingBy(key -> key.substring(0, key.indexOf('|')), counting()));
    assertThat(customers).hasSize(4);
    assertThat(customers.values()).allSatisfy(count -> assertThat(count).isBetween(240L, 250L));
  }

  @Test
  void campaignsAreAsManyAsAskedFor() {
    assertThat(TWENTY.definitions()).hasSize(1 + 20);
    assertThat(MANY.definitions()).hasSize(1 + 60);
  }

  @Test
  void totalsAreCutToTheMomentsOfATenant() {
    assertThat(totalOf("cart-rescue", DecideCampaigns.of(20, 1_000))).isEqualTo(102);
    assertThat(totalOf("cart-rescue", DecideCampaigns.of(20, 100_000))).isEqualTo(10_200);
    // Further families have patterns of their own, and far fewer moments each.
    assertThat(totalOf("cart-rescue-1", DecideCampaigns.of(40, 100_000))).isEqualTo(828);
  }

  private static long totalOf(String id, DecideCampaigns campaigns) {
    String json =
        campaigns.definitions().stream()
            .filter(version -> version.id().equals(id))
            .findFirst()
            .orElseThrow()
            .rule()
            .json();
    return Long.parseLong(json.replaceAll(".*?\"total\":(\\d+),.*", "$1"));
  }
}
