package dev.nudge.decide;

import dev.nudge.definition.Recommend;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * What a tenant's campaigns ask of its customers as a crowd; what none asks is not watched.
 *
 * @param attributes of profiles, those by which people are alike
 * @param groups by what people are alike
 * @param sellers of these, of whom it is asked what they buy
 * @param baskets whether it is asked which products are bought together, or of which category they
 *     are
 */
record Curiosity(
    Set<String> attributes, Set<Likeness> groups, Set<Likeness> sellers, boolean baskets) {

  /** What is kept of people: who is like whom, and what they buy. */
  static final int PEOPLE = 1;

  /** What is kept of orders: which products are bought together. */
  static final int BASKETS = 2;

  static Curiosity of(Collection<RunningCampaign> campaigns) {
    Set<String> attributes = new HashSet<>();
    Set<Likeness> groups = new HashSet<>();
    Set<Likeness> sellers = new HashSet<>();
    boolean baskets = false;
    for (RunningCampaign running : campaigns) {
      Recommend recommend = running.campaign().recommend();
      if (running.campaign().similar() != null) {
        Likeness likeness = Likeness.of(running.campaign().similar());
        attributes.addAll(likeness.attributes());
        groups.add(likeness);
        if (recommend != null && recommend.by().contains(Recommend.By.SIMILAR_PEOPLE)) {
          sellers.add(likeness);
        }
      }
      baskets |=
          recommend != null
              && (recommend.by().contains(Recommend.By.BOUGHT_TOGETHER)
                  || !running.campaign().products().isEmpty());
    }
    return new Curiosity(attributes, groups, sellers, baskets);
  }

  /** What has to be kept, {@link #PEOPLE} and {@link #BASKETS} added up. */
  int parts() {
    return (groups.isEmpty() ? 0 : PEOPLE) + (baskets ? BASKETS : 0);
  }
}
