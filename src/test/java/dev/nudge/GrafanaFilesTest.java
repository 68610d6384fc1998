package dev.nudge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What an operator copies to Grafana fits together. */
class GrafanaFilesTest {
  private static final Path FILES = Path.of("dashboards");

  @Test
  void everyKindOfDataSourceThatADashboardAsksIsProvisioned() throws IOException {
    Set<String> asked = new TreeSet<>();
    try (Stream<Path> files = Files.list(FILES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        for (JsonNode type : new ObjectMapper().readTree(file.toFile()).findValues("datasource")) {
          asked.add(type.path("type").asText());
        }
      }
    }

    assertThat(asked).hasSize(2);
    assertThat(dataSources().stream().map(source -> source.get("type").toString()))
        .containsExactlyInAnyOrderElementsOf(asked);
  }

  @Test
  void noPasswordStandsInAFileAndTheUserIsOneOfTheRoles() throws IOException {
    String roles = Files.readString(Path.of("flink-conf/clickhouse-roles.sql"));

    for (Map<?, ?> source : dataSources()) {
      Object user = ((Map<?, ?>) source.get("jsonData")).get("username");
      if (user != null) {
        assertThat(roles).contains("CREATE USER IF NOT EXISTS " + user + " ");
        assertThat(((Map<?, ?>) source.get("secureJsonData")).get("password").toString())
            .matches("\\$__env\\{\\w+}");
      }
    }
  }

  @Test
  void dashboardsAreReadFromAFolder() throws IOException {
    Map<?, ?> provider =
        (Map<?, ?>) ((List<?>) read("dashboards").get("providers")).iterator().next();

    assertThat(provider.get("type")).isEqualTo("file");
    assertThat(((Map<?, ?>) provider.get("options")).get("path").toString()).startsWith("/");
  }

  private static List<Map<?, ?>> dataSources() throws IOException {
    return ((List<?>) read("datasources").get("datasources"))
        .stream().<Map<?, ?>>map(source -> (Map<?, ?>) source).toList();
  }

  private static Map<?, ?> read(String folder) throws IOException {
    Path file = FILES.resolve("provisioning").resolve(folder).resolve("nudge.yaml");
    return (Map<?, ?>)
        new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
  }
}
