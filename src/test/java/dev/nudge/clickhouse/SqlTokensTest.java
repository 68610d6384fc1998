package dev.nudge.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlTokensTest {

  @Test
  void semicolonsEndStatements() {
    assertThat(SqlTokens.statements("SELECT 1; SELECT 2 ;\n;; SELECT 3"))
        .containsExactly("SELECT 1", "SELECT 2", "SELECT 3");
  }

  @Test
  void semicolonsInStringsAndNamesDoNot() {
    assertThat(SqlTokens.statements("SELECT 'a;''b\\';c', `d;e`, \"f;g\", $x$h;'i$x$; SELECT 2"))
        .containsExactly("SELECT 'a;''b\\';c', `d;e`, \"f;g\", $x$h;'i$x$", "SELECT 2");
  }

  @Test
  void semicolonsInCommentsDoNot() {
    assertThat(SqlTokens.statements("-- it's; one\nSELECT 1 /* ; /* '; */ ; */; # two;\nSELECT 2"))
        .containsExactly("-- it's; one\nSELECT 1 /* ; /* '; */ ; */", "# two;\nSELECT 2");
  }

  @Test
  void commentsAloneAreNoStatement() {
    assertThat(SqlTokens.statements("SELECT 1;\n-- the end\n/* really */")).hasSize(1);
  }

  @Test
  void whatIsNotClosedReachesToTheEnd() {
    assertThat(SqlTokens.statements("SELECT 'a; b")).containsExactly("SELECT 'a; b");
    assertThat(SqlTokens.statements("SELECT 1 /* a; b")).containsExactly("SELECT 1 /* a; b");
    assertThat(SqlTokens.statements("SELECT $x; SELECT 2")).hasSize(2);
  }
}
