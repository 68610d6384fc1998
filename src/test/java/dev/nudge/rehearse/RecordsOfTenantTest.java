package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one brand gets to see of a file that many write to. */
class RecordsOfTenantTest {
  @TempDir private Path folder;

  @Test
  void onlyRecordsThatSayTheyAreTheBrandsAreCopiedAsTheyStand() throws Exception {
    String own = "{\"a\":{\"tenant\":\"zeta\"}, \"tenant\":\"acme\",\"b\":[\"ä\"]}";
    String last = "{\"tenant\":\"zeta\",\"tenant\":\"acme\"}";
    String text =
        String.join(
            "\n",
            own,
            "{\"tenant\":\"zeta\",\"note\":\"acme\"}",
            "{\"tenant\":\"acme\",\"tenant\":\"zeta\"}",
            "{\"tenant\":[\"acme\"]}",
            "{\"customer\":{\"tenant\":\"acme\"}}",
            "[{\"tenant\":\"acme\"}]",
            "\"acme\"",
            "{\"tenant\":\"acme\"",
            "",
            last);
    Path copy = folder.resolve("copy.jsonl");

    long copied =
        RecordsOfTenant.copy(
            new ByteArrayInputStream(text.getBytes(UTF_8)), "acme", copy, lines -> {});

    assertThat(copied).isEqualTo(2);
    assertThat(Files.readAllLines(copy)).containsExactly(own, last);
  }

  @Test
  void longFileTellsHowFarItIsAndStopsWhenNobodyWaits() throws Exception {
    byte[] text = "{\"tenant\":\"zeta\"}\n".repeat(25_000).getBytes(UTF_8);
    Path copy = folder.resolve("copy.jsonl");
    List<Long> told = new ArrayList<>();

    RecordsOfTenant.copy(new ByteArrayInputStream(text), "acme", copy, told::add);
    assertThat(told).containsExactly(10_000L, 20_000L);

    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> RecordsOfTenant.copy(new ByteArrayInputStream(text), "acme", copy, lines -> {}))
        .isInstanceOf(InterruptedException.class);
  }
}
