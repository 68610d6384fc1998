package dev.nudge.measure;

/** To which of the open grants an event goes. */
public enum Touch {
  /** To every one. */
  ANY("any"),
  /** To the newest. */
  LAST("last");

  private final String word;

  Touch(String word) {
    this.word = word;
  }

  /** The one that is called so in rows. */
  static Touch of(String word) {
    return word.equals(ANY.word) ? ANY : LAST;
  }

  /** What it is called in rows. */
  public String word() {
    return word;
  }
}
