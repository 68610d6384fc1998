package dev.nudge.cli;

import dev.nudge.clickhouse.Migrations;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tables}: brings a deployment's ClickHouse to the tables of this version. */
@Command(
    name = "tables",
    description = "Create the tables in ClickHouse, or bring them up to this version.",
    mixinStandardHelpOptions = true)
final class TablesCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;
  @Mixin private ClickHouseOptions clickHouse;

  @Override
  public Integer call() throws IOException {
    try {
      List<String> applied = Migrations.apply(clickHouse.config(), PATIENCE);
      spec.commandLine()
          .getOut()
          .println(applied.isEmpty() ? "Up to date." : "Applied " + String.join(", ", applied));
      return 0;
    } catch (SQLException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
  }
}
