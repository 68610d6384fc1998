package dev.nudge.measure;

/**
 * What an experiment is told; exactly one of the first three is there.
 *
 * @param change what is to be added to an arm, or null
 * @param declared what a version says about its arms, or null
 * @param awaited a result that is asked for, or null
 * @param changes of how many changes it is the sum, the same whatever was added up on the way
 */
public record ArmInput(
    ArmChange change, DeclaredArms declared, AwaitedResult awaited, long changes) {
  static ArmInput of(ArmChange change) {
    return new ArmInput(change, null, null, 1);
  }

  static ArmInput of(DeclaredArms declared) {
    return new ArmInput(null, declared, null, 0);
  }

  static ArmInput of(AwaitedResult awaited) {
    return new ArmInput(null, null, awaited, 0);
  }

  /** Both together, of one minute, version and arm. */
  ArmInput plus(ArmInput other) {
    return new ArmInput(
        change.plus(other.change), null, null, Math.addExact(changes, other.changes));
  }

  /** Tenant and campaign as one text. */
  String key() {
    if (awaited != null) {
      return key(awaited.tenant(), awaited.campaign());
    }
    return change != null
        ? key(change.tenant(), change.campaign())
        : key(declared.tenant(), declared.campaign());
  }

  private static String key(String tenant, String campaign) {
    return tenant.length() + ":" + tenant + " " + campaign;
  }

  /** The tenant of a {@link #key}. */
  static String tenantOf(String key) {
    int colon = key.indexOf(':');
    return key.substring(colon + 1, colon + 1 + Integer.parseInt(key.substring(0, colon)));
  }

  /** The campaign of a {@link #key}. */
  static String campaignOf(String key) {
    int colon = key.indexOf(':');
    return key.substring(colon + 2 + Integer.parseInt(key.substring(0, colon)));
  }
}
