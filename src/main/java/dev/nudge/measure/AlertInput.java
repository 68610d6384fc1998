package dev.nudge.measure;

/**
 * What alerts are judged by; exactly one of the first three is there.
 *
 * @param change what is to be added, or null
 * @param terms what a version of a campaign says, or null
 * @param outcome whether a definition was taken, or null
 * @param changes of how many changes it is the sum, the same whatever was added up on the way
 */
public record AlertInput(
    AlertChange change, AlertTerms terms, DefinitionOutcome outcome, long changes) {
  static AlertInput of(AlertChange change) {
    return new AlertInput(change, null, null, 1);
  }

  static AlertInput of(AlertTerms terms) {
    return new AlertInput(null, terms, null, 0);
  }

  static AlertInput of(DefinitionOutcome outcome) {
    return new AlertInput(null, null, outcome, 0);
  }

  /** Both together, of one minute, count and subject. */
  AlertInput plus(AlertInput other) {
    return new AlertInput(
        change.plus(other.change), null, null, Math.addExact(changes, other.changes));
  }

  /** Tenant and campaign as one text. */
  String key() {
    if (change != null) {
      return key(change.tenant(), change.campaign());
    }
    return terms != null ? key(terms.tenant(), terms.campaign()) : key(outcome.tenant(), "");
  }

  private static String key(String tenant, String campaign) {
    return tenant.length() + ":" + tenant + " " + campaign;
  }
}
