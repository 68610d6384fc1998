package dev.nudge.pattern;

import dev.nudge.pattern.DrivenMatcher.Rhythm;
import java.util.List;
import java.util.Map;
import org.apache.flink.cep.pattern.MalformedPatternException;

/** What a case says of the matcher. */
enum Verdict {
  /** Both find the same. */
  EQUAL,
  /** They do in stock CEP's rhythm, or with a watermark at every instant. */
  RHYTHM,
  /** Stock CEP would fail for some stream of events: the matcher refuses the pattern. */
  REFUSED,
  /** One of them is wrong. */
  DIFFERENT;

  private static final Trial.Finder STOCK = new StockCep();
  private static final Trial.Finder OURS = new DrivenMatcher(Rhythm.EXACT);
  private static final Trial.Finder OURS_IN_STOCKS_RHYTHM = new DrivenMatcher(Rhythm.STOCK);

  /** What stock CEP finds in a case, against what the matcher finds in what it is given for it. */
  static Verdict of(Trial trial, Trial given) throws Exception {
    Map<String, List<String>> found;
    try {
      found = OURS.find(given);
    } catch (MalformedPatternException | UnsupportedOperationException refused) {
      return REFUSED;
    }
    Map<String, List<String>> expected = STOCK.find(trial);
    if (found.equals(expected)) {
      return EQUAL;
    }
    if (!OURS_IN_STOCKS_RHYTHM.find(given).equals(expected)) {
      return DIFFERENT;
    }
    // For gaps stock CEP sets no timers, so that no watermark brings it into our rhythm.
    return trial.shape().hasGaps() || found.equals(STOCK.find(trial.withWatermarksOften()))
        ? RHYTHM
        : DIFFERENT;
  }
}
