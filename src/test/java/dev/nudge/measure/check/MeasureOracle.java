package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nudge.measure.check.Customer.Payment;
import dev.nudge.measure.check.Customer.Reached;
import dev.nudge.measure.check.Customer.Refund;
import dev.nudge.measure.check.Definitions.Cost;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows of section 8, from the whole log by plain loops: for every grant, window and touch it
 * goes through all of the customer's events.
 *
 * <p>It reads a folder with {@code definitions/*.yaml}, {@code decisions.jsonl} and, where there
 * are such events, {@code orders.jsonl}, {@code clickstream.jsonl}, {@code profiles.jsonl} and
 * {@code deliveries.jsonl}. Without the last one every grant counts as SENT at its decision.
 */
final class MeasureOracle {
  static final List<String> TOUCHES = List.of("any", "last");

  /** "roi = revenue / cost x 100 %". */
  static final BigDecimal ROI_FACTOR = BigDecimal.valueOf(100);

  static final long REFUND_WINDOW = 90 * Definitions.DAY;
  private static final long HOUR = 3_600_000L;
  private static final long MINUTE = 60_000L;
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);

  final Definitions definitions;
  final long until;
  final Map<String, Map<String, Customer>> tenants = new TreeMap<>();

  /** What happened to a grant in money: revenue, in its currency, or a cost. */
  record Move(long at, String currency, BigDecimal revenue, BigDecimal cost) {}

  private MeasureOracle(Definitions definitions, long until) {
    this.definitions = definitions;
    this.until = until;
  }

  /**
   * Reads a folder.
   *
   * @param until the end of the world, epoch milliseconds; null for the last usable record
   */
  static MeasureOracle of(Path folder, Long until) throws IOException {
    return of(folder, folder.resolve("decisions.jsonl"), until);
  }

  /** The same with decisions from elsewhere. */
  static MeasureOracle of(Path folder, Path decisions, Long until) throws IOException {
    List<Event> events = new ArrayList<>();
    read(events, Event.Topic.PROFILES, folder.resolve("profiles.jsonl"));
    read(events, Event.Topic.ORDERS, folder.resolve("orders.jsonl"));
    read(events, Event.Topic.CLICKSTREAM, folder.resolve("clickstream.jsonl"));
    Path deliveries = folder.resolve("deliveries.jsonl");
    boolean told = Files.exists(deliveries);
    read(events, Event.Topic.DELIVERIES, deliveries);
    List<JsonNode> rows = new ArrayList<>();
    if (Files.exists(decisions)) {
      for (String line : Files.readAllLines(decisions, UTF_8)) {
        rows.add(Event.JSON.readTree(line));
      }
    }
    long last = Long.MIN_VALUE;
    for (Event event : events) {
      last = Math.max(last, event.at);
    }
    for (JsonNode row : rows) {
      last = Math.max(last, Event.time(row.get("at")));
    }
    MeasureOracle oracle =
        new MeasureOracle(Definitions.of(folder), until == null ? last : until.longValue());
    oracle.addGrants(rows, !told);
    oracle.addEvents(events, !told);
    return oracle;
  }

  private static void read(List<Event> events, Event.Topic topic, Path file) throws IOException {
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, UTF_8)) {
        Event event = Event.of(topic, line);
        if (event != null) {
          events.add(event);
        }
      }
    }
  }

  private Customer customer(String tenant, String id, boolean receiptsAreAssumed) {
    return tenants
        .computeIfAbsent(tenant, none -> new TreeMap<>())
        .computeIfAbsent(
            id,
            none -> new Customer(receiptsAreAssumed, definitions.policy(tenant).costCurrency()));
  }

  private void addGrants(List<JsonNode> rows, boolean receiptsAreAssumed) {
    List<Grant> all = new ArrayList<>();
    for (JsonNode row : rows) {
      String code = row.get("code").asText();
      if ((code.equals("SENT") || code.equals("CONTROL")) && Event.time(row.get("at")) <= until) {
        all.add(new Grant(row, definitions));
      }
    }
    all.sort(Comparator.comparingLong((Grant each) -> each.at).thenComparing(each -> each.rowId));
    for (Grant grant : all) {
      List<Grant> grants = customer(grant.tenant, grant.customer, receiptsAreAssumed).grants;
      if (grants.stream().noneMatch(before -> before.id.equals(grant.id))) {
        grants.add(grant);
      }
    }
  }

  private void addEvents(List<Event> events, boolean receiptsAreAssumed) {
    for (Event event : events) {
      if (!event.isTimeOnly() && event.at <= until) {
        customer(event.text("tenant"), event.text("customerId"), receiptsAreAssumed)
            .events
            .add(event);
      }
    }
    for (Map<String, Customer> customers : tenants.values()) {
      customers.values().forEach(customer -> customer.settle(REFUND_WINDOW));
    }
  }

  // Funnel

  private record Step(
      String tenant,
      String campaign,
      int version,
      String variant,
      long minute,
      long window,
      String touch,
      String step,
      String currency) {}

  private static final class Tally {
    long grants;
    BigDecimal amount = BigDecimal.ZERO;
  }

  /** The lines of {@code funnel.jsonl}. */
  List<String> funnel() {
    Map<Step, Tally> tallies = new HashMap<>();
    for (Map<String, Customer> customers : tenants.values()) {
      for (Customer customer : customers.values()) {
        for (Grant grant : customer.grants) {
          for (long window : grant.definition.windows()) {
            for (String touch : TOUCHES) {
              customer
                  .steps(grant, window, touch)
                  .forEach((step, reached) -> count(tallies, grant, window, touch, step, reached));
            }
          }
        }
      }
    }
    Lines lines = new Lines();
    tallies.forEach(
        (step, tally) -> {
          ObjectNode line = Event.JSON.createObjectNode();
          line.put("tenant", step.tenant);
          line.put("campaign", step.campaign);
          line.put("campaignVersion", step.version);
          line.put("variant", step.variant);
          line.put("minute", Instant.ofEpochMilli(step.minute).toString());
          line.put("window", step.window);
          line.put("touch", step.touch);
          line.put("step", step.step);
          line.put("currency", step.currency);
          line.put("grants", tally.grants);
          line.put("amount", Lines.money(tally.amount));
          lines.add(step.minute, step.tenant, line);
        });
    return lines.sorted();
  }

  private static void count(
      Map<Step, Tally> tallies,
      Grant grant,
      long window,
      String touch,
      String step,
      Reached reached) {
    Tally tally =
        tallies.computeIfAbsent(
            new Step(
                grant.tenant,
                grant.campaign,
                grant.version,
                grant.variant,
                Math.floorDiv(reached.at(), MINUTE) * MINUTE,
                window,
                touch,
                step,
                reached.currency()),
            none -> new Tally());
    tally.grants++;
    tally.amount = tally.amount.add(reached.amount());
  }

  // Money

  /** All revenue and cost of a sent grant for a window and touch; but what is flat. */
  List<Move> moves(Customer customer, Grant grant, long window, String touch) {
    Definitions.Policy policy = definitions.policy(grant.tenant);
    Map<String, Reached> steps = customer.steps(grant, window, touch);
    List<Move> moves = new ArrayList<>();
    for (String step : List.of("SENT", "EXPOSED", "CLICKED", "GOAL")) {
      Reached reached = steps.get(step);
      if (reached != null) {
        Cost channel = channelCost(policy, reached.channel());
        moves.add(cost(policy, reached, stepCost(channel, step)));
        moves.add(cost(policy, reached, stepCost(grant.definition.cost(), step)));
      }
    }
    addResource(moves, policy, grant, steps);
    for (Payment payment : customer.payments) {
      Event paid = payment.paid();
      if (customer.isTouched(grant, paid.at, window, touch)) {
        BigDecimal share =
            shareOfRevenue(channelCost(policy, customer.channelUsed(grant, paid)))
                .add(shareOfRevenue(grant.definition.cost()));
        String currency = policy.rowCurrency(payment.currency());
        BigDecimal amount = paid.amount("amount");
        moves.add(new Move(paid.at, currency, amount, amount.multiply(share)));
        for (Refund refund : payment.refunds()) {
          BigDecimal back = refund.effect().negate();
          moves.add(new Move(refund.at(), currency, back, back.multiply(share)));
        }
      }
    }
    return moves;
  }

  private static void addResource(
      List<Move> moves, Definitions.Policy policy, Grant grant, Map<String, Reached> steps) {
    String kind = grant.definition.resourceKind();
    if (kind == null || kind.equals("COUPON")) {
      Reached redeemed = steps.get("REDEEMED");
      if (redeemed != null) {
        moves.add(cost(policy, redeemed, redeemed.amount()));
      }
    } else {
      Reached given = steps.get(grant.definition.mustBeClaimed() ? "CLAIMED" : "SENT");
      if (given != null) {
        moves.add(cost(policy, given, grant.amount));
      }
    }
  }

  private static Move cost(Definitions.Policy policy, Reached reached, BigDecimal cost) {
    return new Move(reached.at(), policy.costCurrency(), BigDecimal.ZERO, cost);
  }

  private static Cost channelCost(Definitions.Policy policy, String channel) {
    return channel == null ? Cost.FREE : policy.channels().getOrDefault(channel, Cost.FREE);
  }

  private static BigDecimal stepCost(Cost cost, String step) {
    String paidFor = cost.model() + " " + step;
    return switch (paidFor) {
      case "PER_SEND SENT", "CPC CLICKED", "CPA GOAL" -> cost.price();
      case "CPM EXPOSED" -> cost.price().divide(THOUSAND);
      default -> BigDecimal.ZERO;
    };
  }

  private static BigDecimal shareOfRevenue(Cost cost) {
    return cost.model().equals("CPS") ? cost.price() : BigDecimal.ZERO;
  }

  // ROI

  private record Account(
      String tenant, String campaign, String basis, long window, String touch, String currency) {}

  private static final class Cell {
    long grants;
    BigDecimal revenue = BigDecimal.ZERO;
    BigDecimal cost = BigDecimal.ZERO;

    /** Of a flat cost, price times milliseconds. */
    BigDecimal flat = BigDecimal.ZERO;

    boolean isEmpty(BigDecimal flatMillis) {
      return grants == 0
          && revenue.signum() == 0
          && cost.multiply(flatMillis).add(flat).signum() == 0;
    }
  }

  private static final class Book {
    final Map<Account, TreeMap<Long, Cell>> accounts = new HashMap<>();

    /** How long the flat cost of a campaign runs, by tenant and campaign. */
    final Map<List<String>, Long> flatMillis = new HashMap<>();

    Cell cell(Account account, long at) {
      return accounts
          .computeIfAbsent(account, none -> new TreeMap<>())
          .computeIfAbsent(Math.floorDiv(at, HOUR) * HOUR, none -> new Cell());
    }
  }

  /** The lines of {@code roi.jsonl}. */
  List<String> roi() {
    Book book = new Book();
    tenants.forEach(
        (tenant, customers) -> {
          Definitions.Policy policy = definitions.policy(tenant);
          for (Customer customer : customers.values()) {
            for (Grant grant : customer.grants) {
              if (!grant.control) {
                account(book, policy, customer, grant);
              }
            }
            for (Event refund : customer.unattributed) {
              String currency = policy.rowCurrency(refund.text("currency"));
              Cell cell =
                  book.cell(
                      new Account(tenant, "UNATTRIBUTED", "EVENT", 0, "any", currency), refund.at);
              cell.revenue = cell.revenue.subtract(refund.amount("amount"));
            }
          }
          for (List<Grant> grants : grantsByCampaign(customers).values()) {
            accountFlat(book, policy, grants.stream().filter(each -> !each.control).toList());
          }
        });
    Lines lines = new Lines();
    book.accounts.forEach((account, cells) -> addLines(lines, book, account, cells));
    return lines.sorted();
  }

  private void account(Book book, Definitions.Policy policy, Customer customer, Grant grant) {
    for (long window : grant.definition.windows()) {
      for (String touch : TOUCHES) {
        List<Move> moves = moves(customer, grant, window, touch);
        for (String basis : List.of("EVENT", "COHORT")) {
          Account own =
              new Account(
                  grant.tenant, grant.campaign, basis, window, touch, policy.costCurrency());
          book.cell(own, grant.at).grants++;
          for (Move move : moves) {
            Account account =
                new Account(grant.tenant, grant.campaign, basis, window, touch, move.currency);
            Cell cell = book.cell(account, basis.equals("EVENT") ? move.at : grant.at);
            cell.revenue = cell.revenue.add(move.revenue);
            cell.cost = cell.cost.add(move.cost);
          }
        }
      }
    }
  }

  private void accountFlat(Book book, Definitions.Policy policy, List<Grant> sent) {
    if (sent.isEmpty()) {
      return;
    }
    Grant newest = sent.stream().max(Comparator.comparingInt(each -> each.version)).orElseThrow();
    Definitions.Campaign definition = newest.definition;
    if (!definition.cost().model().equals("FLAT")) {
      return;
    }
    long first = sent.stream().mapToLong(each -> each.at).min().orElseThrow();
    long from = definition.from() == null ? first : definition.from();
    long to = definition.to();
    if (to <= from) {
      return;
    }
    book.flatMillis.put(List.of(newest.tenant, newest.campaign), to - from);
    for (long hour = Math.floorDiv(from, HOUR) * HOUR; hour < Math.min(to, until); hour += HOUR) {
      long begin = Math.max(hour, from);
      long end = Math.min(Math.min(hour + HOUR, until), to);
      BigDecimal part = definition.cost().price().multiply(BigDecimal.valueOf(end - begin));
      for (long window :
          sent.stream().flatMap(g -> g.definition.windows().stream()).distinct().toList()) {
        for (String touch : TOUCHES) {
          for (String basis : List.of("EVENT", "COHORT")) {
            Account account =
                new Account(
                    newest.tenant, newest.campaign, basis, window, touch, policy.costCurrency());
            Cell cell = book.cell(account, hour);
            cell.flat = cell.flat.add(part);
          }
        }
      }
    }
  }

  private void addLines(Lines lines, Book book, Account account, Map<Long, Cell> cells) {
    BigDecimal length =
        BigDecimal.valueOf(
            book.flatMillis.getOrDefault(List.of(account.tenant, account.campaign), 1L));
    BigDecimal revenue = BigDecimal.ZERO;
    BigDecimal cost = BigDecimal.ZERO;
    BigDecimal flat = BigDecimal.ZERO;
    for (Map.Entry<Long, Cell> entry : cells.entrySet()) {
      Cell cell = entry.getValue();
      long hour = entry.getKey();
      long end = hour + HOUR;
      revenue = revenue.add(cell.revenue);
      cost = cost.add(cell.cost);
      flat = flat.add(cell.flat);
      if (cell.isEmpty(length)) {
        continue;
      }
      BigDecimal cumRevenue = rounded(revenue, BigDecimal.ZERO, length);
      BigDecimal cumCost = rounded(cost, flat, length);
      long asOf = account.basis.equals("EVENT") ? Math.min(end, until) : until;
      ObjectNode line = Event.JSON.createObjectNode();
      line.put("tenant", account.tenant);
      line.put("campaign", account.campaign);
      line.put("hour", Instant.ofEpochMilli(hour).toString());
      line.put("basis", account.basis);
      line.put("window", account.window);
      line.put("touch", account.touch);
      line.put("currency", account.currency);
      line.put("grants", cell.grants);
      line.put("revenue", Lines.money(rounded(cell.revenue, BigDecimal.ZERO, length)));
      line.put("cost", Lines.money(rounded(cell.cost, cell.flat, length)));
      line.put("cumRevenue", Lines.money(cumRevenue));
      line.put("cumCost", Lines.money(cumCost));
      line.put("roi", ratio(cumRevenue.multiply(ROI_FACTOR), cumCost));
      line.put("netRoi", ratio(cumRevenue.subtract(cumCost), cumCost));
      line.put("asOf", Instant.ofEpochMilli(asOf).toString());
      line.put("matured", matured(account, end, asOf));
      lines.add(hour, account.tenant, line);
    }
  }

  private static BigDecimal rounded(BigDecimal exact, BigDecimal flat, BigDecimal length) {
    return exact.multiply(length).add(flat).divide(length, 4, RoundingMode.HALF_UP);
  }

  /** To four places; null if it is a share of nothing. */
  private static BigDecimal ratio(BigDecimal part, BigDecimal of) {
    return of.signum() == 0 ? null : Lines.plain(part.divide(of, 4, RoundingMode.HALF_UP));
  }

  private BigDecimal matured(Account account, long end, long asOf) {
    long made = 0;
    long matured = 0;
    for (Customer customer : tenants.get(account.tenant).values()) {
      for (Grant grant : customer.grants) {
        if (!grant.control
            && grant.campaign.equals(account.campaign)
            && grant.declares(account.window)
            && grant.at < end) {
          made++;
          matured += grant.at + account.window <= asOf ? 1 : 0;
        }
      }
    }
    return ratio(BigDecimal.valueOf(matured), BigDecimal.valueOf(made));
  }

  // Experiments

  /** The lines of {@code experiments.jsonl}. */
  List<String> experiments() {
    Lines lines = new Lines();
    tenants.forEach(
        (tenant, customers) ->
            grantsByCampaign(customers)
                .forEach(
                    (campaign, grants) ->
                        new ExperimentOracle(this, tenant, campaign, grants)
                            .rows()
                            .forEach(row -> lines.add(until, tenant, row))));
    return lines.sorted();
  }

  private static Map<String, List<Grant>> grantsByCampaign(Map<String, Customer> customers) {
    Map<String, List<Grant>> grants = new TreeMap<>();
    for (Customer customer : customers.values()) {
      for (Grant grant : customer.grants) {
        grants.computeIfAbsent(grant.campaign, none -> new ArrayList<>()).add(grant);
      }
    }
    return grants;
  }
}
