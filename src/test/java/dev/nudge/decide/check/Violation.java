package dev.nudge.decide.check;

/**
 * A sentence of the contract that does not hold.
 *
 * @param sentence the sentence, in short
 * @param detail what was found, and what was expected
 */
record Violation(
    String tenant, String customer, String campaign, String row, String sentence, String detail) {
  @Override
  public String toString() {
    return "%s / %s / %s / %s: %s: %s".formatted(tenant, customer, campaign, row, sentence, detail);
  }
}
