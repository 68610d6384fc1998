package dev.nudge.measure.check;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** An oracle that shared a class with the jobs would share its mistakes. */
class OracleIndependenceTest {

  @Test
  void theOracleKnowsNoClassOfTheJobs() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.nudge.measure.check", "java..", "com.fasterxml.jackson..", "org.snakeyaml..")
        .check(
            new ClassFileImporter()
                .importClasses(
                    MeasureOracle.class,
                    ExperimentOracle.class,
                    Customer.class,
                    Grant.class,
                    Event.class,
                    Definitions.class,
                    Lines.class,
                    RandomMeasures.class));
  }
}
