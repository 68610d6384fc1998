package dev.nudge.decide.check;

/**
 * How many there are, where the contract leaves a few open: at least and at most that many.
 *
 * @param low those that count by every reading
 * @param high those and the ones that count by some reading
 */
record Count(long low, long high) {
  static final Count ZERO = new Count(0, 0);

  Count plus(long many, Doubt doubt) {
    return switch (doubt) {
      case YES -> new Count(low + many, high + many);
      case MAYBE -> new Count(low, high + many);
      case NO -> this;
    };
  }

  /** Whether one more of that size goes beyond a limit. */
  Doubt exceeds(long more, long limit) {
    if (limit == Facts.NONE) {
      return Doubt.NO;
    }
    return low + more > limit ? Doubt.YES : high + more > limit ? Doubt.MAYBE : Doubt.NO;
  }

  /** An answer, or that the contract gives none. */
  enum Doubt {
    NO,
    MAYBE,
    YES;

    static Doubt of(boolean yes) {
      return yes ? YES : NO;
    }

    Doubt or(Doubt other) {
      return compareTo(other) >= 0 ? this : other;
    }

    Doubt and(Doubt other) {
      return compareTo(other) <= 0 ? this : other;
    }
  }
}
