package dev.nudge.measure;

import static dev.nudge.TestEvents.DAY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.measure.CustomerTallies.Outcome;
import dev.nudge.measure.TallyLog.Told;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random lives, told late and twice, add up to what loops over the whole life find. */
class CustomerTalliesOracleTest {
  private static final int LOGS = 300;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsToldAddsUpToTheWholeLife(boolean throughBytes) throws IOException {
    for (long seed = 0; seed < LOGS; seed++) {
      TallyLog log = new TallyLog(seed);
      assertThat(sums(log, new Random(seed), throughBytes))
          .as("seed %d", seed)
          .isEqualTo(new TallyOracle(log).sums());
    }
  }

  @Test
  void theLogsHoldEveryColumnMetricAndCorrection() {
    Set<TallyColumn> columns = EnumSet.noneOf(TallyColumn.class);
    StringBuilder all = new StringBuilder();
    int late = 0;
    int copies = 0;
    for (long seed = 0; seed < LOGS; seed++) {
      TallyLog log = new TallyLog(seed);
      late += log.late();
      copies += (int) log.told.stream().filter(Told::copy).count();
      Set<String> keys = new TallyOracle(log).sums().keySet();
      for (TallyColumn column : TallyColumn.values()) {
        if (keys.stream().anyMatch(key -> key.endsWith(" " + column))) {
          columns.add(column);
        }
      }
      keys.forEach(key -> all.append(key).append('\n'));
    }
    Set<TallyColumn> expected = EnumSet.allOf(TallyColumn.class);
    for (TallyTable attributed :
        List.of(TallyTable.FUNNEL_MINUTE, TallyTable.MONEY_HOURLY, TallyTable.MATURED_HOURLY)) {
      expected.removeAll(attributed.columns());
    }
    assertThat(columns).isEqualTo(expected);
    for (LifecycleMetric metric : LifecycleMetric.values()) {
      assertThat(all).contains("[" + metric + ",");
    }
    for (RepurchaseInterval interval : RepurchaseInterval.values()) {
      assertThat(all).contains("[" + interval.days() + ", SCHEDULED]");
    }
    assertThat(late).isGreaterThan(5_000);
    assertThat(copies).isGreaterThan(2_000);
  }

  private static Map<String, String> sums(TallyLog log, Random random, boolean throughBytes)
      throws IOException {
    Sums sums = new Sums();
    TallySheet sheet = new TallySheet();
    CustomerTallies anna = new CustomerTallies("acme");
    for (Told told : log.told) {
      if (random.nextBoolean()) {
        anna.forget(told.nowMillis() - DAY);
      }
      tell(anna, told, sheet);
      sums.add(sheet);
      if (throughBytes) {
        anna = throughBytes(anna);
      }
    }
    return sums.sums();
  }

  private static void tell(CustomerTallies anna, Told told, TallySheet sheet) {
    if (told.retouched() != null) {
      RepurchaseTouch touch = RepurchaseTouch.valueOf(told.touch());
      assertThat(anna.touched(told.retouched(), touch, sheet)).as("%s", told).isTrue();
      return;
    }
    Outcome outcome;
    if (told.change() != null) {
      outcome = anna.entered(told.change(), sheet);
    } else {
      RepurchaseTouch touch =
          told.touch() == null ? RepurchaseTouch.NONE : RepurchaseTouch.valueOf(told.touch());
      outcome = anna.happened(told.event(), told.lostDays(), touch, sheet);
    }
    if (outcome != Outcome.IGNORED) {
      assertThat(outcome).as("%s", told).isEqualTo(told.copy() ? Outcome.COPY : Outcome.COUNTED);
    }
  }

  static CustomerTallies throughBytes(CustomerTallies tallies) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes(tallies));
    CustomerTallies read = CustomerTallies.read("acme", in);
    assertThat(in.isAtEnd()).isTrue();
    return read;
  }

  static byte[] bytes(CustomerTallies tallies) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    tallies.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  /** Adds up tallies as an aggregating operator does. */
  static final class Sums {
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, BigInteger> amounts = new TreeMap<>();

    void add(TallySheet sheet) {
      for (Tally tally : sheet.drain()) {
        TallyRow row = tally.row();
        for (TallyColumn column : row.table().columns()) {
          String key =
              TallyOracle.key(
                  row.table().name(),
                  Instant.ofEpochMilli(row.startMillis()),
                  row.dimensions(),
                  column.name());
          if (column.countIndex() >= 0) {
            counts.merge(key, tally.sums().get(column.countIndex()).longValueExact(), Long::sum);
          }
          amounts.merge(
              key,
              column.amountIndex() >= 0 ? tally.sums().get(column.amountIndex()) : BigInteger.ZERO,
              BigInteger::add);
        }
      }
    }

    Map<String, String> sums() {
      Map<String, String> sums = new TreeMap<>();
      amounts.forEach(
          (key, amount) -> {
            long count = counts.getOrDefault(key, 0L);
            if (count != 0 || amount.signum() != 0) {
              sums.put(key, count + " " + amount);
            }
          });
      return sums;
    }
  }
}
