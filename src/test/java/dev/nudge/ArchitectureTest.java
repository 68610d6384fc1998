package dev.nudge;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rooms of the house, and which way the arrows between them point. */
class ArchitectureTest {
  private static final String ROOT = "dev.nudge";

  private static final Path SOURCES = Path.of("src/main/java/dev/nudge");

  /** What each room may use. A new room is named here first, with its arrows. */
  private static final Map<String, Set<String>> MAY_USE = new TreeMap<>();

  static {
    Set<String> words = Set.of("event", "ingest", "pattern", "definition");
    Set<String> topologies = with(words, "detect", "decide", "measure", "engage");
    MAY_USE.put("event", Set.of());
    MAY_USE.put("ingest", Set.of("event"));
    MAY_USE.put("pattern", Set.of("event"));
    MAY_USE.put("definition", Set.of("event", "ingest", "pattern"));
    MAY_USE.put("detect", words);
    MAY_USE.put("decide", words);
    // Only a *Job and its *Config use kafka and clickhouse; another test holds that.
    MAY_USE.put("measure", with(words, "kafka", "clickhouse"));
    MAY_USE.put("engage", with(words, "detect", "decide", "kafka", "clickhouse"));
    MAY_USE.put("kafka", words);
    MAY_USE.put("clickhouse", words);
    MAY_USE.put("rehearse", topologies);
    MAY_USE.put("console", with(words, "rehearse", "kafka", "clickhouse"));
    MAY_USE.put("local", with(topologies, "kafka", "clickhouse", "console"));
    MAY_USE.put(
        "bench", with(words, "detect", "decide", "measure", "engage", "kafka", "local", "chaos"));
    MAY_USE.put("chaos", with(words, "kafka", "clickhouse", "rehearse", "local"));
    MAY_USE.put(
        "cli",
        with(topologies, "kafka", "clickhouse", "console", "rehearse", "local", "bench", "chaos"));
  }

  private static JavaClasses main;

  @BeforeAll
  static void readClasses() {
    main =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
  }

  @Test
  void arrowsPointOneWay() {
    MAY_USE.forEach(
        (room, uses) ->
            noClasses()
                .that()
                .resideInAPackage(inside(room))
                .should()
                .dependOnClassesThat(
                    describe(
                        "stand in a room that " + room + " does not use",
                        other ->
                            other.getPackageName().startsWith(ROOT + ".")
                                && !roomOf(other).equals(room)
                                && !uses.contains(roomOf(other))))
                .allowEmptyShould(true)
                .check(main));
  }

  @Test
  void theTableOfArrowsHasNoCycle() {
    Map<String, Set<String>> left = new TreeMap<>(MAY_USE);
    while (!left.isEmpty()) {
      assertThat(left.keySet().removeIf(room -> leadsNowhere(room, left)))
          .as("one of %s uses none of the others", left.keySet())
          .isTrue();
    }
  }

  private static boolean leadsNowhere(String room, Map<String, Set<String>> left) {
    return left.get(room).stream().noneMatch(left::containsKey);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().allowEmptyShould(true).check(main);
  }

  @Test
  void everyRoomIsPlanned() throws IOException {
    assertThat(rooms()).isNotEmpty().isSubsetOf(MAY_USE.keySet());
  }

  @Test
  void noRoomIsADrawer() throws IOException {
    assertThat(packageFolders())
        .extracting(folder -> folder.getFileName().toString())
        .doesNotContain("util", "utils", "common", "helper", "helpers", "manager", "impl");
  }

  /**
   * The compiler leaves no class of a package-info without annotations, so sources are looked at.
   */
  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    assertThat(packageFolders())
        .isNotEmpty()
        .allSatisfy(
            folder ->
                assertThat(folder.resolve("package-info.java"))
                    .content()
                    .contains("/**", "In:", "Out:"));
  }

  @Test
  void theVocabularyKnowsNoFlink() {
    noClasses()
        .that()
        .resideInAPackage(inside("event"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .check(main);
  }

  @Test
  void coresKnowNoFlink() {
    noClasses()
        .that()
        .resideInAnyPackage(inside("detect"), inside("decide"), inside("measure"))
        .and(
            describe(
                "are cores",
                type -> !outermost(type).matches(".*(Function|Operator|Topology|Job|Config)")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .allowEmptyShould(true)
        .check(main);
  }

  @Test
  void onlyJobsBringTopologiesAndTheOutsideTogether() {
    noClasses()
        .that()
        .resideInAnyPackage(inside("engage"), inside("measure"))
        .and(
            describe(
                "are neither a job nor its configuration",
                type -> !outermost(type).matches(".*(Job|Config)")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(inside("kafka"), inside("clickhouse"))
        .allowEmptyShould(true)
        .check(main);
  }

  /** Rehearsed in ten years, last year's data must say the same. */
  @Test
  void noDecisionAsksTheWallClock() {
    noClasses()
        .that()
        .resideInAnyPackage(
            inside("event"),
            inside("ingest"),
            inside("pattern"),
            inside("detect"),
            inside("decide"),
            inside("measure"),
            inside("engage"),
            inside("rehearse"))
        .should()
        .accessTargetWhere(asksTheWallClock())
        .check(main);
  }

  private static DescribedPredicate<JavaAccess<?>> asksTheWallClock() {
    return describe(
        "asks the wall clock",
        access -> {
          String owner = access.getTargetOwner().getFullName();
          String method = access.getTarget().getName();
          return (owner.equals("java.lang.System") && method.equals("currentTimeMillis"))
              || (owner.startsWith("java.time.") && method.equals("now"))
              || (owner.startsWith("java.time.") && method.startsWith("system"));
        });
  }

  @Test
  void wordsHaveTypes() {
    fields()
        .that(describe("belong to records of the vocabulary", ArchitectureTest::isWordsField))
        .should(
            new ArchCondition<>("say what they hold") {
              private static final Set<String> VAGUE =
                  Set.of(
                      "java.lang.Object",
                      "com.fasterxml.jackson.databind.JsonNode",
                      "java.util.Optional");

              @Override
              public void check(JavaField field, ConditionEvents events) {
                boolean vague =
                    field.getType().getAllInvolvedRawTypes().stream()
                        .map(JavaClass::getFullName)
                        .anyMatch(
                            name ->
                                VAGUE.contains(name)
                                    || name.startsWith("org.apache.flink.api.java.tuple.")
                                    || name.startsWith("org.apache.flink.types."));
                events.add(new SimpleConditionEvent(field, !vague, field.getFullName()));
              }
            })
        .check(main);
  }

  private static boolean isWordsField(JavaField field) {
    return roomOf(field.getOwner()).equals("event") && field.getOwner().isRecord();
  }

  @Test
  void nothingIsKeptInStaticFieldsThatChange() {
    fields().that().areStatic().should().beFinal().check(main);
  }

  @Test
  void dependenciesComeByConstructor() {
    NO_CLASSES_SHOULD_USE_FIELD_INJECTION.check(main);
  }

  @Test
  void oneLoggerIsUsed() {
    NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(main);
    noClasses().should().dependOnClassesThat().resideInAPackage("org.apache.log4j..").check(main);
  }

  /** The job's jar leaves these rooms out. */
  @Test
  void whatRunsOnAClusterNeedsNothingOfThisMachine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            inside("local"),
            inside("console"),
            inside("rehearse"),
            inside("bench"),
            inside("chaos"),
            inside("cli"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            inside("local"),
            inside("console"),
            inside("rehearse"),
            inside("bench"),
            inside("chaos"),
            inside("cli"))
        .check(main);
  }

  @Test
  void jobsStandWhereTheJarLooksForThem() {
    classes()
        .that()
        .areTopLevelClasses()
        .and()
        .haveSimpleNameEndingWith("Job")
        .should()
        .resideInAnyPackage(ROOT + ".engage", ROOT + ".measure")
        .allowEmptyShould(true)
        .check(main);
  }

  private static Set<String> with(Set<String> rooms, String... more) {
    Set<String> all = new TreeSet<>(rooms);
    all.addAll(List.of(more));
    return all;
  }

  private static String inside(String room) {
    return ROOT + "." + room + "..";
  }

  private static String roomOf(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1).split("\\.", 2)[0] : "";
  }

  private static String outermost(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static Set<String> rooms() throws IOException {
    Set<String> rooms = new TreeSet<>();
    for (Path folder : packageFolders()) {
      rooms.add(SOURCES.relativize(folder).getName(0).toString());
    }
    return rooms;
  }

  private static List<Path> packageFolders() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(Path::getParent)
          .distinct()
          .sorted()
          .toList();
    }
  }
}
