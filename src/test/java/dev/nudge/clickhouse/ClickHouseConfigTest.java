package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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
}
