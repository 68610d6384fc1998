package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonFactory;
import dev.nudge.event.DecisionCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What became of one campaign's candidates in a rehearsal, as numbers. */
public final class DecisionCounts {
  private DecisionCounts() {}

  /**
   * Decisions with one code.
   *
   * @param reason why it was put off, with {@link DecisionCode#DEFERRED}; empty with any other
   */
  public record Count(DecisionCode code, String reason, long decisions) {}

  /**
   * Counts the decisions of a campaign, by code and reason.
   *
   * @param out the folder of a rehearsal's results
   * @throws IOException if they can't be read
   */
  public static List<Count> of(Path out, String tenant, String campaign) throws IOException {
    Map<DecisionCode, Map<String, Long>> counts = new TreeMap<>();
    DecisionLine.each(
        new JsonFactory(),
        out.resolve("decisions.jsonl"),
        line -> {
          if (line.tenant().equals(tenant) && line.campaign().equals(campaign)) {
            String reason =
                line.code() == DecisionCode.DEFERRED ? line.details().get("reason") : null;
            counts
                .computeIfAbsent(line.code(), code -> new TreeMap<>())
                .merge(reason == null ? "" : reason, 1L, Long::sum);
          }
        });
    List<Count> list = new ArrayList<>();
    counts.forEach(
        (code, reasons) ->
            reasons.forEach((reason, decisions) -> list.add(new Count(code, reason, decisions))));
    return list;
  }
}
