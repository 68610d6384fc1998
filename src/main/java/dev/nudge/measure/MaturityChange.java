package dev.nudge.measure;

/**
 * What is to be added to what is known of the windows of grants that were sent.
 *
 * @param key the hour
 * @param made how many more were decided in it
 * @param madeAndMatured of those how many more windows have ended by now
 * @param matured how many more windows ended within it, its begin apart and its end included,
 *     whenever they were decided
 */
public record MaturityChange(MaturityKey key, long made, long madeAndMatured, long matured) {
  /** What a row of {@link TallyTable#MATURED_HOURLY} says. */
  public static MaturityChange of(Tally tally) {
    return new MaturityChange(
        MaturityKey.of(tally.row()),
        tally.sums().get(TallyColumn.MADE.countIndex()).longValueExact(),
        tally.sums().get(TallyColumn.MADE_AND_MATURED.countIndex()).longValueExact(),
        tally.sums().get(TallyColumn.MATURED.countIndex()).longValueExact());
  }
}
