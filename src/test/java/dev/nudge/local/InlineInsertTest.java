package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InlineInsertTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INSERT INTO t FORMAT CSV~1,2                    | INSERT INTO t       | CSV       | 1,2
          INSERT INTO t(a)FORMAT RowBinary~~1             | INSERT INTO t(a)    | RowBinary | ~1
          insert into d.t (a, b) values (1, 2)            | insert into d.t (a, b) | Values | (1, 2)
          INSERT INTO t VALUES(1)                         | INSERT INTO t       | Values    | (1)
          /* FORMAT X */ INSERT INTO t FORMAT TSV         | /* FORMAT X */ INSERT INTO t | TSV | ''
          INSERT INTO TABLE FUNCTION f('FORMAT Y') VALUES 1 | INSERT INTO TABLE FUNCTION f('FORMAT Y') | Values | 1
          INSERT INTO t SETTINGS async_insert=1 FORMAT CSV 1 | INSERT INTO t SETTINGS async_insert=1 | CSV | 1
          INSERT INTO format (values) VALUES (1)          | INSERT INTO format (values) | Values | (1)
          INSERT INTO d.values FORMAT CSV 1               | INSERT INTO d.values | CSV | 1
          """)
  void dataIsCutFromTheStatement(String request, String head, String format, String data) {
    String text = request.replace('~', '\n');
    InlineInsert insert = InlineInsert.find(text);
    assertThat(text.substring(0, insert.headEnd()).strip()).isEqualTo(head);
    assertThat(insert.format()).isEqualTo(format);
    assertThat(text.substring(insert.dataStart()).strip())
        .isEqualTo(data.replace('~', '\n').strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SELECT 1 FORMAT CSV",
        "INSERT INTO t SELECT 1 FORMAT CSV",
        "INSERT INTO t (a) WITH 1 AS x SELECT x",
        "INSERT INTO t FROM INFILE 'f' FORMAT CSV",
        "INSERT INTO t (a)",
        "INSERT INTO t FORMAT"
      })
  void everythingElseIsAQuery(String request) {
    assertThat(InlineInsert.find(request)).isNull();
  }
}
