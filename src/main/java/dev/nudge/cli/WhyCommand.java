package dev.nudge.cli;

import dev.nudge.console.CustomerStory;
import dev.nudge.console.NewestMoments;
import dev.nudge.console.Why;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code why}: says why a customer got something, or did not. */
@Command(
    name = "why",
    description = "Say why a customer got something, or did not.",
    mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {
  private static final int DONE = 0;
  private static final int UNKNOWN = 1;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Spec private CommandSpec spec;
  @Mixin private ClickHouseOptions clickHouse;

  @Option(names = "--tenant", paramLabel = "TENANT", required = true, description = "The brand.")
  private String tenant;

  @Option(
      names = "--customer",
      paramLabel = "ID",
      required = true,
      description = "The customer, by the whole id.")
  private String customer;

  @Option(names = "--campaign", paramLabel = "ID", description = "Only this campaign's candidates.")
  private String campaign;

  @Option(
      names = "--since",
      paramLabel = "INSTANT",
      converter = InstantConverter.class,
      description = "Only candidates whose newest row is not older.")
  private Instant since;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many candidates, 1 to " + Why.MAX_LIMIT + " (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--json", description = "All that is known, as one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (limit < 1 || limit > Why.MAX_LIMIT) {
      throw new ParameterException(
          spec.commandLine(),
          "--limit: found %d, expected 1 to %d".formatted(limit, Why.MAX_LIMIT));
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (Why why = new Why(clickHouse.config())) {
      Optional<CustomerStory> found = why.tell(tenant, customer, campaign, since, limit);
      if (found.isEmpty()) {
        err.println(printable(tenant + ": nothing is known of a customer " + customer));
        return UNKNOWN;
      }
      CustomerStory story = found.get();
      if (campaign != null && story.campaigns().isEmpty()) {
        err.println(printable(noCandidate(why.isCampaign(tenant, campaign))));
        return UNKNOWN;
      }
      if (json) {
        out.println(Why.json(story));
      } else {
        print(story, out);
      }
      return DONE;
    } catch (SQLException e) {
      err.println(printable("ClickHouse at " + clickHouse.config().url() + ": " + e.getMessage()));
      return UNKNOWN;
    }
  }

  private String noCandidate(boolean decided) {
    String none = tenant + " " + customer + ": no candidate of the campaign " + campaign;
    if (since != null) {
      return none + " since " + since;
    }
    return decided
        ? none + "; no moment of this customer triggered it, but of others did"
        : none + ", and none of any other customer";
  }

  private static void print(CustomerStory story, PrintWriter out) {
    CustomerStory.Stage stage = story.stage();
    say(
        out,
        "%s %s: %s"
            .formatted(
                story.tenant(),
                story.customerId(),
                stage == null
                    ? "no stage is known"
                    : "%s since %s, life %d, paid orders in it by then: %d"
                        .formatted(
                            stage.stage(),
                            TIME.format(stage.since()),
                            stage.life(),
                            stage.orderCount())));
    say(out, "Times are event times in UTC.");
    if (story.campaigns().isEmpty()) {
      out.println();
      say(out, "No moment of this customer triggered a campaign.");
      return;
    }
    out.println();
    for (CustomerStory.CampaignSummary summary : story.campaigns()) {
      say(
          out,
          "%s: %s"
              .formatted(
                  summary.campaign(),
                  summary.codes().stream()
                      .map(each -> each.code() + " " + each.candidates())
                      .collect(Collectors.joining(", "))));
    }
    printLeft(story, out);
    for (CustomerStory.Candidate candidate : story.candidates()) {
      out.println();
      print(candidate, out);
    }
    if (story.moreCandidates()) {
      out.println();
      say(out, "There are older ones; --limit, --campaign and --since tell which to show.");
    }
  }

  /** What decisions read last is no more than that, so each line says when. */
  private static void printLeft(CustomerStory story, PrintWriter out) {
    if (!story.caps().isEmpty() || story.unused() != null) {
      out.println();
    }
    for (CustomerStory.CapLeft cap : story.caps()) {
      say(
          out,
          "%s: %d of %d used, %d left, as of %s (%s)"
              .formatted(
                  cap.cap().en(),
                  cap.used(),
                  cap.max(),
                  cap.left(),
                  TIME.format(cap.at()),
                  cap.campaign()));
    }
    if (story.unused() != null) {
      say(
          out,
          "Unused coupons: %d, as of %s (%s)"
              .formatted(
                  story.unused().count(),
                  TIME.format(story.unused().at()),
                  story.unused().campaign()));
    }
  }

  private static void print(CustomerStory.Candidate candidate, PrintWriter out) {
    List<CustomerStory.Decided> rows = candidate.rows();
    print(
        rows.get(0),
        "%s version %d ".formatted(candidate.campaign(), candidate.version()),
        "",
        out);
    NewestMoments.Row moment = candidate.moment();
    say(
        out,
        "    moment: %s"
            .formatted(
                moment == null
                    ? "the campaign's own pattern or time, " + candidate.momentId()
                    : "%s at %s"
                        .formatted(
                            moment.kind().equals(NewestMoments.STAGE)
                                ? "entered " + moment.to()
                                : moment.kind(),
                            TIME.format(moment.at()))));
    if (candidate.alike() > 0) {
      say(
          out,
          "    refused %d times before: --campaign %s tells when"
              .formatted(candidate.alike(), candidate.campaign()));
    }
    for (CustomerStory.Decided earlier : rows.subList(1, rows.size())) {
      print(earlier, "", "    before: ", out);
    }
  }

  private static void print(CustomerStory.Decided row, String of, String indent, PrintWriter out) {
    say(
        out,
        "%s%s  %s%s: %s".formatted(indent, TIME.format(row.at()), of, row.code(), row.why().en()));
    if (!row.read().isEmpty() && indent.isEmpty()) {
      say(
          out,
          "    read: %s"
              .formatted(
                  row.read().stream()
                      .map(each -> each.label().en() + " = " + each.value().en())
                      .collect(Collectors.joining("; "))));
    }
  }

  private static void say(PrintWriter out, String line) {
    out.println(printable(line));
  }

  /** Names are the shop's customers' own: none may move the cursor or turn the line around. */
  private static String printable(String line) {
    return line.codePoints()
        .mapToObj(
            point ->
                Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                        || Character.getType(point) == Character.LINE_SEPARATOR
                        || Character.getType(point) == Character.PARAGRAPH_SEPARATOR
                    ? "\\u%04x".formatted(point)
                    : Character.toString(point))
        .collect(Collectors.joining());
  }
}
