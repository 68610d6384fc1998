package dev.nudge.decide.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.definition.DefinitionException;
import dev.nudge.definition.DefinitionReader;
import dev.nudge.event.Topic;
import dev.nudge.rehearse.InputFile;
import dev.nudge.rehearse.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random shops, each a tenant of its own, are rehearsed twice, without deliveries and with them,
 * and a checker that shares no class with the job holds every row against the contract.
 *
 * <p>{@code -Ddecide.tenants=1000 -Ddecide.seed=7} makes other ones; what fails fails again by the
 * same two numbers.
 */
class DecisionPropertyIT {
  private static final int TENANTS = Integer.getInteger("decide.tenants", 1_000);
  private static final long SEED = Long.getLong("decide.seed", 20260305L);
  private static final int LEAST_OF_A_CODE = 100;
  private static final int LEAST_PERCENT_SENT = 20;
  private static final List<String> RESULTS =
      List.of("moments.jsonl", "decisions.jsonl", "triggers.jsonl");

  /** All that a row can say. */
  static final List<String> CODES =
      List.of(
          "PAUSED",
          "CAMPAIGN_INACTIVE",
          "AUDIENCE",
          "SUSPECT",
          "NO_CONSENT",
          "UNSUBSCRIBED",
          "REENTRY",
          "GROUP_BUSY",
          "LOWER_PRIORITY",
          "OUTSIDE_SLOT",
          "QUIET_HOURS",
          "FREQUENCY_CAP",
          "HELD_COUPONS",
          "COUPON_TYPE_PERIOD",
          "COUPON_PER_DAY",
          "COUPON_PER_CUSTOMER",
          "MISSING_VALUE",
          "BUDGET_EXHAUSTED",
          "GLOBAL_CONTROL",
          "CONTROL",
          "SENT",
          "CANCELLED",
          "EXPIRED",
          "DEFERRED",
          "OPEN_AT_END");

  @TempDir private Path folder;

  @Test
  void everyRowOfRandomShopsIsWhatTheContractSays() throws Exception {
    RandomShops shops = new RandomShops(SEED, TENANTS);
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    shops.write(first);
    DecisionChecker silent = rehearseAndCheck(first);
    shops.deliver(first, folder.resolve("first-4"), second);
    DecisionChecker answered = rehearseAndCheck(second);

    Map<String, Long> codes = new TreeMap<>(silent.codes);
    answered.codes.forEach((code, count) -> codes.merge(code, count, Long::sum));
    assertThat(codes.keySet()).containsExactlyInAnyOrderElementsOf(CODES);
    assertThat(codes)
        .as("how often each code stands")
        .allSatisfy((code, count) -> assertThat(count).isGreaterThanOrEqualTo(LEAST_OF_A_CODE));
    assertThat(codes.get("SENT") * 100)
        .as("rows that are SENT, of %s", codes)
        .isGreaterThanOrEqualTo((silent.rows + answered.rows) * LEAST_PERCENT_SENT);
    // Where the contract leaves a code open the checker takes two, which must stay the exception.
    assertThat(silent.open).isLessThanOrEqualTo(silent.rows / 20);
    assertThat(answered.open).isLessThanOrEqualTo(answered.rows / 10);
  }

  /** At parallelism 4 and 1, with the same bytes. */
  private DecisionChecker rehearseAndCheck(Path in) throws Exception {
    Path four = rehearse(in, 4);
    Path one = rehearse(in, 1);
    for (String result : RESULTS) {
      assertThat(Files.mismatch(one.resolve(result), four.resolve(result)))
          .as("the first byte of %s that is another one", result)
          .isEqualTo(-1);
    }
    DecisionChecker checker = DecisionChecker.check(in, four, RandomShops.UNTIL.toEpochMilli());
    assertThat(checker.violations)
        .as("tenants %d, seed %d: %s", TENANTS, SEED, checker.broken())
        .isEmpty();
    return checker;
  }

  private Path rehearse(Path in, int parallelism) throws Exception {
    Path out = folder.resolve(in.getFileName() + "-" + parallelism);
    rehearse(in, out, parallelism);
    return out;
  }

  /** Rehearses a folder as {@link RandomShops} writes it. */
  static void rehearse(Path in, Path out, int parallelism)
      throws IOException, InterruptedException, DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    try (Stream<Path> files = Files.list(in.resolve("definitions"))) {
      for (Path file : files.sorted().toList()) {
        reader.read(file);
      }
    }
    List<InputFile> inputs = new ArrayList<>();
    Map<String, Topic> topics = new TreeMap<>();
    topics.put("profiles.jsonl", Topic.PROFILES);
    topics.put("orders.jsonl", Topic.ORDERS);
    topics.put("clickstream.jsonl", Topic.CLICKSTREAM);
    topics.put("deliveries.jsonl", Topic.DELIVERIES);
    topics.forEach(
        (name, topic) -> {
          if (Files.exists(in.resolve(name))) {
            inputs.add(new InputFile(topic, in.resolve(name).toString()));
          }
        });
    new Rehearsal(inputs, reader.policies(), reader.rules(), RandomShops.UNTIL, parallelism, out)
        .withoutMeasures()
        .run((done, total) -> {});
  }
}
