package dev.nudge.cli;

import dev.nudge.clickhouse.Erasure;
import dev.nudge.event.Erased;
import dev.nudge.kafka.ErasedCustomers;
import dev.nudge.kafka.KafkaRefusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code erase}: deletes the rows that name customers who are to be forgotten. */
@Command(
    name = "erase",
    description =
        "Delete the rows in ClickHouse that name customers whose profile says erased: true. Run it"
            + " every hour, as who may alter tables.",
    mixinStandardHelpOptions = true)
final class EraseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;
  @Mixin private ClickHouseOptions clickHouse;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      List<Erased> erased = ErasedCustomers.read(kafka.config());
      Map<String, Long> deleted = Erasure.delete(clickHouse.config(), erased);
      out.printf("%,d customers are erased%n", erased.size());
      deleted.forEach((table, rows) -> out.printf("%s: %,d rows deleted%n", table, rows));
      return 0;
    } catch (KafkaException e) {
      err.println("Kafka: " + KafkaRefusal.of(e));
      return 1;
    } catch (SQLException e) {
      err.println(e.getMessage());
      return 1;
    }
  }
}
