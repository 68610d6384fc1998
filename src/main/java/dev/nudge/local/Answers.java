package dev.nudge.local;

import java.util.List;

/**
 * What customers and gateways answer, for whoever keeps local mode's clock to write: so nothing is
 * written behind a time that was told already, nor ahead of the clock.
 */
interface Answers {
  /** Nobody answers. */
  Answers NONE =
      new Answers() {
        @Override
        public List<SimulatedEvent> take(long clockMillis) {
          return List.of();
        }

        @Override
        public void written() {}
      };

  /**
   * What is due by then and was not taken before, in the order of time.
   *
   * @param clockMillis what time it is, epoch milliseconds
   */
  List<SimulatedEvent> take(long clockMillis);

  /** All that was taken stands in its topics. */
  void written();
}
