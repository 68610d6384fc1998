package dev.nudge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is logged names no customer, shows nothing of a record, and keeps every secret. */
class LogsTest {
  private static final Pattern STATEMENT =
      Pattern.compile(
          "\\b(?:LOG|SAYS)\\.(?:trace|debug|info|warn|error)\\((.*?)\\);", Pattern.DOTALL);
  private static final Pattern LOGGER =
      Pattern.compile("\\bLogger (\\w+) = LoggerFactory\\.getLogger");
  private static final Pattern TEXT = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");

  /** Whoever carries a customer's id, a record's content or a secret. */
  private static final Pattern PRIVATE =
      Pattern.compile(
          "(?i)customerId|\\bcustomer\\b|recipient|\\braw\\b|payload|\\bevent\\b|\\bmoment\\b"
              + "|\\btrigger\\b|\\bdecision\\b|\\bvalue\\(\\)|\\bbody\\b|queryString|password|secret"
              + "|token|toString\\(\\)");

  @Test
  void noStatementLogsWhatIsPrivate() throws IOException {
    List<String> statements = new ArrayList<>();
    for (Path file : sources()) {
      STATEMENT
          .matcher(Files.readString(file))
          .results()
          .map(found -> TEXT.matcher(found.group(1)).replaceAll("\"\""))
          .forEach(arguments -> statements.add(file.getFileName() + ": " + arguments));
    }

    assertThat(statements)
        .hasSizeGreaterThan(30)
        .noneMatch(statement -> PRIVATE.matcher(statement).find());
  }

  /** By other names the statements above would be looked for in vain. */
  @Test
  void everyLoggerHasOneOfTwoNames() throws IOException {
    for (Path file : sources()) {
      assertThat(LOGGER.matcher(Files.readString(file)).results().map(found -> found.group(1)))
          .as(file.toString())
          .allMatch(name -> List.of("LOG", "SAYS").contains(name));
    }
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }
}
