package dev.nudge.measure;

import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.clickhouse.Migrations;
import dev.nudge.clickhouse.Rows;
import dev.nudge.event.Decision;
import dev.nudge.local.ChdbLibrary;
import dev.nudge.local.EmbeddedClickHouse;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of arms as a real database takes them. */
class ArmRowsIT {
  private static final Path LIBRARY = ChdbLibrary.locate(Path.of("unused"));

  @TempDir Path directory;

  @Test
  void armsSentTwiceAreThereOnceAndTheLaterStandWhateverComesFirst() throws Exception {
    ExperimentBook book = new ExperimentBook("acme", "welcome");
    book.add(
        new DeclaredArms(
            "acme",
            "welcome",
            1,
            List.of(new ArmShare("A", 90_000_000), new ArmShare(Decision.CONTROL, 10_000_000)),
            null,
            false,
            "EUR"));
    book.add(change("A", 3));
    book.advanceTo(START + 60_000);
    List<ArmRow> before = book.rows(book.comparedMillis());
    book.add(change(Decision.CONTROL, 2));
    book.advanceTo(START + 120_000);
    List<ArmRow> after = book.rows(book.comparedMillis());

    try (EmbeddedClickHouse clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, 0)) {
      Migrations.apply(clickHouse.config(), Duration.ZERO);
      for (List<ArmRow> rows : List.of(after, before, after)) {
        run(rows, clickHouse);
      }

      assertThat(
              query(
                  clickHouse,
                  """
                  SELECT arm, as_of, customers, expected, conversions, round(conversion_rate, 6),
                    conversion_lift, conversion_lift_low, conversion_lift_high,
                    conversion_relative_lift, conversion_relative_lift_low,
                    conversion_relative_lift_high, conversion_p, currency, revenue, cost,
                    revenue_per_customer, revenue_lift, revenue_relative_lift, revenue_p,
                    round(sample_ratio_p, 3), sample_ratio_mismatch, enough, winner, version
                  FROM nudge.experiment_arms FINAL ORDER BY arm"""))
          .isEqualTo(
              """
              A	2026-01-05 09:02:00.000	3	4.5	1	0.333333	\
              -0.166667	-1.344458	1.011125	-0.333333	-2.181205	1.514538	1	EUR	2	0.03	\
              0.666667	-0.333333	-0.333333	1	0.025	false	false	false	4
              CONTROL	2026-01-05 09:02:00.000	2	0.5	1	0.5	\
              \\N	\\N	\\N	\\N	\\N	\\N	\\N	EUR	2	0.02	\
              1	\\N	\\N	\\N	0.025	false	false	false	4
              SENT	2026-01-05 09:02:00.000	3	4.5	1	0.333333	\
              -0.166667	-1.344458	1.011125	-0.333333	-2.181205	1.514538	1	EUR	2	0.03	\
              0.666667	-0.333333	-0.333333	1	0.025	false	false	false	4
              """);
      assertThat(query(clickHouse, "SELECT count() FROM nudge.experiments")).isEqualTo("3\n");
    }
  }

  /** Customers of whom one paid 2.00; each cost 0.01. */
  private static ArmChange change(String arm, long customers) {
    return new ArmChange(
        "acme",
        "welcome",
        1,
        arm,
        START,
        customers,
        1,
        BigInteger.valueOf(20_000),
        BigInteger.valueOf(400_000_000),
        BigInteger.valueOf(customers * 1_000_000));
  }

  private static void run(List<ArmRow> rows, EmbeddedClickHouse clickHouse) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    environment
        .fromData(rows, TypeInformation.of(ArmRow.class))
        .uid("test-records-v1")
        .sinkTo(Rows.of(clickHouse.config(), MeasureRows.ARMS, MeasureRows::bind))
        .uid("test-rows-v1");
    environment.execute();
  }

  private static String query(EmbeddedClickHouse clickHouse, String sql) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(clickHouse.url()))
                .POST(BodyPublishers.ofString(sql))
                .build(),
            BodyHandlers.ofString())
        .body();
  }
}
