package dev.nudge.measure;

/** Takes what a customer adds to the rows. */
public interface Contributions {
  /** To a row of the funnel. */
  void add(FunnelChange change);

  /** To the list of who reached a step. */
  void add(StepChange change);

  /** To an hour's money. */
  void add(MoneyChange change);

  /** To what is known of the windows that have ended. */
  void add(MaturityChange change);

  /** That a version was sent. */
  void add(SentVersion sent);

  /** To an arm of a campaign. */
  void add(ArmChange change);

  /** What a version says about its arms. */
  void add(DeclaredArms declared);
}
