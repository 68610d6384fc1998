package dev.nudge.definition;

/** The twin keeps the promises of the log, so that tests on it mean something. */
class InMemoryDefinitionLogTest extends DefinitionLogContract {
  private final DefinitionLog log = new InMemoryDefinitionLog();

  @Override
  DefinitionLog log() {
    return log;
  }
}
