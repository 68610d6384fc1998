package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickHouseConfigTest {

  @Test
  void passwordIsNotShown() {
    assertThat(new ClickHouseConfig("jdbc:clickhouse://db:8443?ssl=true", "nudge", "hush"))
        .asString()
        .contains("db:8443", "nudge")
        .doesNotContain("hush");
  }

  @Test
  void serversOwnAddressWillDo() {
    assertThat(new ClickHouseConfig("http://db:8123", "nudge", "").url())
        .isEqualTo("jdbc:clickhouse:http://db:8123");
  }

  @Test
  void addressWithoutSchemeOrWithPasswordIsRefused() {
    assertThatThrownBy(() -> new ClickHouseConfig("db:8123", "nudge", ""))
        .hasMessageContaining("clickhouse.url");
    assertThatThrownBy(() -> new ClickHouseConfig("https://nudge:hush@db:8443", "nudge", ""))
        .hasMessageContaining("clickhouse.url")
        .hasMessageNotContaining("hush");
    assertThatThrownBy(
            () -> new ClickHouseConfig("jdbc:clickhouse://db:8123?password=hush", "nudge", ""))
        .hasMessageContaining("clickhouse.password")
        .hasMessageNotContaining("hush");
  }

  @Test
  void certificateThatIsNoneOrForAnAddressWithoutEncryptionIsRefused(@TempDir Path directory)
      throws Exception {
    String none = directory.resolve("none.pem").toString();
    String text = Files.writeString(directory.resolve("text.pem"), "hello").toString();

    for (String file : List.of(none, text)) {
      assertThatThrownBy(() -> new ClickHouseConfig("https://db:8443", "nudge", "", file))
          .hasMessageContaining("clickhouse.ca-certificate-file: found " + file)
          .hasMessageContaining("expected a file with a certificate in PEM");
    }
    assertThatThrownBy(() -> new ClickHouseConfig("http://db:8123", "nudge", "", text))
        .hasMessageContaining("clickhouse.ca-certificate-file: found " + text)
        .hasMessageContaining("not encrypted");
  }
}
