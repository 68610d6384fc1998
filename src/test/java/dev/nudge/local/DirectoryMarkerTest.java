package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nudge.event.Topic;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryMarkerTest {

  private static final List<ReplaySource> REPLAY =
      List.of(ReplaySource.resource(Topic.ORDERS, "data/online-retail-small.jsonl.gz"));

  @TempDir Path directory;

  @Test
  void newDirectoryTakesAnything() {
    assertThatCode(() -> marker(null, null).check(directory)).doesNotThrowAnyException();
    assertThatCode(() -> marker("broker:9092", "http://db:8123").check(directory))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    ", , Kafka, embedded, broker:9092, ",
    "broker:9092, , Kafka, broker:9092, embedded, ",
    "broker:9092, , Kafka, broker:9092, other:9092, ",
    ", , ClickHouse, embedded, , http://db:8123",
    ", http://db:8123, ClickHouse, db:8123, , jdbc:clickhouse://other:8123",
  })
  void otherServerIsRefusedWithWhatToDo(
      String kafkaWas,
      String clickHouseWas,
      String part,
      String expected,
      String kafka,
      String clickHouse)
      throws Exception {
    marker(kafkaWas, clickHouseWas).remember(directory);

    DirectoryMarker other = marker("embedded".equals(kafka) ? null : kafka, clickHouse);

    assertThatThrownBy(() -> other.check(directory))
        .isInstanceOf(LocalModeException.class)
        .hasMessageContainingAll(
            directory.toString(),
            "another " + part,
            "found " + (part.equals("Kafka") ? other.kafka() : other.clickHouse()),
            "expected " + expected,
            "--fresh",
            "--dir");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://db:8123",
        "http://db:8123/",
        "jdbc:clickhouse://db:8123",
        "jdbc:clickhouse:http://db:8123?ssl=false",
        "http://anna:secret@db:8123?user=anna",
      })
  void sameServerInAnotherSpellingIsTheSameAndNoSecretIsWritten(String url) throws Exception {
    marker("broker:9092", url).remember(directory);

    assertThatCode(() -> marker("broker:9092", "http://db:8123").check(directory))
        .doesNotThrowAnyException();
    try (Stream<Path> files = Files.list(directory.resolve("flink"))) {
      assertThat(files)
          .singleElement()
          .satisfies(
              file -> assertThat(file).content().contains("db").doesNotContain("anna", "secret"));
    }
  }

  @Test
  void otherClockIsRefused() throws Exception {
    marker(null, null).remember(directory);
    DirectoryMarker wall = DirectoryMarker.of(config(null, null, List.of()));

    assertThatThrownBy(() -> wall.check(directory))
        .isInstanceOf(LocalModeException.class)
        .hasMessageContainingAll("that of a replay", "that of the wall clock", "--fresh", "--dir");
  }

  @Test
  void localModeRefusesAnotherServerBeforeAnythingIsStarted() throws Exception {
    marker(null, null).remember(directory);
    try (PrintStream out =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)) {
      assertThatThrownBy(() -> LocalMode.start(config("broker:9092", null, REPLAY), out))
          .isInstanceOf(LocalModeException.class)
          .hasMessageContaining("another Kafka (found broker:9092, expected embedded)");
    }
    assertThat(directory.resolve("kafka")).doesNotExist();
    assertThat(directory.resolve("clickhouse")).doesNotExist();
  }

  private DirectoryMarker marker(String kafka, String clickHouse) {
    return DirectoryMarker.of(config(kafka, clickHouse, REPLAY));
  }

  private LocalConfig config(String kafka, String clickHouse, List<ReplaySource> replay) {
    return new LocalConfig(
        directory,
        false,
        0,
        0,
        0,
        0,
        kafka,
        clickHouse,
        LocalShop.replaying(replay, "EUR"),
        Speed.UNLIMITED,
        1,
        false);
  }
}
