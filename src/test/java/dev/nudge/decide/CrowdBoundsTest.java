package dev.nudge.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.Similar;
import dev.nudge.event.Profile;
import dev.nudge.event.Value;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is remembered of a crowd stays within its bounds, and what matters stays remembered. */
class CrowdBoundsTest {
  private static final LocalDate TODAY = LocalDate.parse("2026-01-05");

  /** Notes on the heap. */
  private static final class Paper implements Notes {
    final Map<String, byte[]> notes = new TreeMap<>();

    @Override
    public byte[] read(String key) {
      return notes.get(key);
    }

    @Override
    public void write(String key, byte[] bytes) {
      if (bytes == null) {
        notes.remove(key);
      } else {
        notes.put(key, bytes);
      }
    }
  }

  @Test
  void theLeastFrequentGoesAndNoCountIsTooLow() {
    TopCounts counts = new TopCounts(10);
    Map<String, Long> exact = new HashMap<>();
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      // Half of all is one of four things, the rest one of a thousand.
      String thing =
          random.nextBoolean() ? "often" + random.nextInt(4) : "x" + random.nextInt(1_000);
      exact.merge(thing, 1L, Long::sum);
      counts.add(thing);
    }

    assertThat(counts.counts()).hasSize(10).containsKeys("often0", "often1", "often2", "often3");
    counts
        .counts()
        .forEach((thing, count) -> assertThat(count).isGreaterThanOrEqualTo(exact.get(thing)));
    assertThat(counts.counts().values().stream().mapToLong(each -> each).sum()).isEqualTo(20_000);
  }

  @Test
  void ofEqualsTheLastByCodePointGoes() {
    TopCounts counts = new TopCounts(2);
    assertThat(counts.add("a")).isNull();
    assertThat(counts.add("b")).isNull();
    assertThat(counts.add("c")).isEqualTo("b");
    assertThat(counts.counts()).containsExactly(Map.entry("a", 1L), Map.entry("c", 2L));
  }

  @Test
  void aFullShelfForgetsWhatCameLeastWithAllThatCameWithIt() throws IOException {
    Paper paper = new Paper();
    Together together = new Together(paper, "p|", new Together.Bounds(1, 2, 3));
    for (int i = 0; i < 3; i++) {
      together.add("tea", "drinks", List.of("cup"));
      together.write();
    }
    together.add("jam", null, List.of("bread"));
    together.add("oil", null, List.of("vinegar", "salt", "pepper", "bowl"));
    together.write();

    assertThat(together.with("tea")).containsExactly(Map.entry("cup", 3L));
    assertThat(together.label("tea")).isEqualTo("drinks");
    assertThat(together.with("jam")).isEmpty();
    assertThat(together.label("jam")).isEmpty();
    assertThat(together.with("oil")).hasSize(3).containsKey("bowl");
    assertThat(paper.notes).hasSize(1);
  }

  @Test
  void shelvesDoNotGrowWithWhatCame() throws IOException {
    Paper paper = new Paper();
    Together together = new Together(paper, "p|", new Together.Bounds(8, 2, 2));
    for (int i = 0; i < 5_000; i++) {
      together.add("p" + i, null, List.of("p" + (i + 1), "p" + (i + 2)));
    }
    together.write();

    assertThat(paper.notes).hasSizeLessThanOrEqualTo(8);
    assertThat(paper.notes.values().stream().mapToInt(bytes -> bytes.length).sum())
        .isLessThan(8 * 2 * 40);
  }

  private static Profile north() {
    return new Profile(Map.of("region", Value.string("north")), Map.of(), false);
  }

  @Test
  void aGroupTakesSoManyAndTheFirstStay() throws IOException {
    Paper paper = new Paper();
    Peers peers = new Peers(paper, 3);
    Likeness likeness = Likeness.of(new Similar(List.of("region"), 10));
    Curiosity asked = new Curiosity(Set.of("region"), Set.of(likeness), Set.of(), false);
    for (int i = 0; i < 5; i++) {
      peers.learn("c" + i, north(), i, asked);
      peers.write();
    }
    assertThat(peers.of("c4", likeness, TODAY, 10, "m")).containsExactly("c0", "c1", "c2");

    Profile erased = new Profile(Map.of(), Map.of(), true);
    peers.learn("c1", erased, 10, asked);
    peers.write();
    peers.learn("c5", north(), 11, asked);
    peers.learn("c6", north(), 11, asked);
    assertThat(peers.of("c4", likeness, TODAY, 10, "m")).containsExactly("c0", "c2", "c5");
  }

  @Test
  void nothingIsLeftOfPeopleWhoAreGone() throws IOException {
    Paper paper = new Paper();
    Peers peers = new Peers(paper, Peers.MAX_MEMBERS);
    Likeness likeness = Likeness.of(new Similar(List.of("region"), 10));
    Curiosity asked = new Curiosity(Set.of("region"), Set.of(likeness), Set.of(), false);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add("c" + i);
      peers.learn("c" + i, north(), i, asked);
    }
    peers.write();
    assertThat(paper.notes).hasSize(51);
    for (String each : all) {
      peers.learn(each, new Profile(Map.of(), Map.of(), true), 100, asked);
    }
    peers.write();

    assertThat(paper.notes).isEmpty();
  }

  @Test
  void whoIsGroupedByAnotherAttributeLeavesTheGroupBefore() throws IOException {
    Paper paper = new Paper();
    Peers peers = new Peers(paper, Peers.MAX_MEMBERS);
    Likeness region = Likeness.of(new Similar(List.of("region"), 10));
    Likeness job = Likeness.of(new Similar(List.of("job"), 10));
    peers.learn("c1", north(), 1, new Curiosity(Set.of("region"), Set.of(region), Set.of(), false));
    peers.write();
    Profile cook = new Profile(Map.of("job", Value.string("cook")), Map.of(), false);
    Curiosity asked = new Curiosity(Set.of("job"), Set.of(job), Set.of(), false);
    peers.learn("c1", cook, 2, asked);
    peers.learn("c2", cook, 2, asked);
    peers.write();

    assertThat(peers.of("c2", job, TODAY, 10, "m")).containsExactly("c1");
    // Two customers, one group.
    assertThat(paper.notes).hasSize(3);
  }
}
