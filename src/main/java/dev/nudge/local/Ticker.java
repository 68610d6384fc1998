package dev.nudge.local;

import java.util.concurrent.TimeUnit;

/** Time that passes, and waiting for it: a test brings one that jumps. */
interface Ticker {

  /** The machine's own time. */
  Ticker SYSTEM =
      new Ticker() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void await(long nanos) throws InterruptedException {
          TimeUnit.NANOSECONDS.sleep(nanos);
        }
      };

  /** Nanoseconds since some instant. */
  long nanoTime();

  /** Returns when so many nanoseconds have passed, or somewhat earlier. */
  void await(long nanos) throws InterruptedException;
}
