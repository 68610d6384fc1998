package dev.nudge.detect;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.RuleVersion;
import dev.nudge.pattern.RunningRule;
import java.util.List;

/** Stub. */
final class RuleCompiler implements RuleBook.Compiler {
  RuleCompiler(CustomerScope scope, Incidents incidents) {}

  static List<RunningRule> builtIn(CustomerScope scope, Incidents incidents) {
    return List.of();
  }

  @Override
  public RunningRule compile(RuleVersion version, int order) throws DefinitionException {
    throw new IllegalStateException("stub");
  }
}
