package dev.nudge.console;

import dev.nudge.clickhouse.ClickHouseConfig;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Answers what a page asks; the API and the stream say the same.
 *
 * <p>Not for several threads: each user has one of its own.
 */
final class Pages implements AutoCloseable {
  private static final long MINUTE = TimeUnit.MINUTES.toMillis(1);
  private static final long HOUR = TimeUnit.HOURS.toMillis(1);
  private static final long DAY = TimeUnit.DAYS.toMillis(1);

  /** Stretches of time in which decisions are counted, and that may be in what a replay plays. */
  private static final int RATES = 60;

  private static final int PRODUCTS = 50;
  private static final int TOGETHER = 20;
  private static final int DEAD_LETTERS = 100;

  /** A campaign that was sent at one instant is compared by an hour. */
  private static final long MIN_PHASE = HOUR;

  private final ClickHouseReader clickHouse;
  private final LifecycleQueries lifecycle;
  private final CampaignQueries campaigns;
  private final ExperimentQueries experiments;
  private final AlertQueries alerts;
  private final ShopQueries shop;

  Pages(ClickHouseConfig config) {
    clickHouse = new ClickHouseReader(config);
    lifecycle = new LifecycleQueries(config);
    campaigns = new CampaignQueries(clickHouse);
    experiments = new ExperimentQueries(clickHouse);
    alerts = new AlertQueries(clickHouse);
    shop = new ShopQueries(clickHouse);
  }

  /**
   * {@code GET /api/overview}.
   *
   * @param bucketMillis a minute; an hour or a day where a replay's minutes fly by
   * @param rates stretches with decisions, the oldest first
   * @param money what all campaigns brought in the period, by currency
   * @param alerts those that last, then those that ended in the period
   */
  record Overview(
      Instant from,
      Instant to,
      long bucketMillis,
      List<ShopQueries.Rate> rates,
      List<CampaignQueries.Money> money,
      long openAlerts,
      List<AlertQueries.Alert> alerts) {}

  /** {@code GET /api/campaigns}. */
  record Campaigns(Instant from, Instant to, List<CampaignQueries.Listed> campaigns) {}

  /**
   * {@code GET /api/campaign}.
   *
   * @param windows lengths, ms, the primary one first; empty if it was never sent
   * @param window the one shown; null without any
   * @param bucketMillis the stretches of {@code hours}: an hour, or a day for long periods
   * @param phases before, during and after, at equal lengths; empty if it was never sent
   * @param targets how far it is on the way to them; empty without any
   */
  record Campaign(
      String campaign,
      Instant from,
      Instant to,
      List<Long> windows,
      Long window,
      String touch,
      String basis,
      CampaignQueries.Sent sent,
      List<CampaignQueries.Step> steps,
      long bucketMillis,
      List<CampaignQueries.Hour> hours,
      List<ExperimentQueries.Arm> arms,
      CampaignQueries.Outcome outcome,
      List<Phase> phases,
      List<CampaignQueries.Target> targets,
      List<AlertQueries.Alert> alerts) {}

  /**
   * Traffic of a stretch of time.
   *
   * @param phase BEFORE, DURING or AFTER
   * @param complete whether it is over; a phase that is not has less of everything
   */
  record Phase(
      String phase, Instant from, Instant to, boolean complete, ShopQueries.Traffic traffic) {}

  /** {@code GET /api/products}; product is whose company is told, null without any. */
  record Products(
      Instant from,
      Instant to,
      Question.ProductSort sort,
      List<ShopQueries.Product> products,
      String product,
      List<ShopQueries.Together> together) {}

  /** {@code GET /api/experiments}. */
  record Experiments(List<ExperimentQueries.Arm> arms) {}

  /** {@code GET /api/lifecycle}. */
  record Lifecycle(
      Instant from,
      Instant to,
      int bucketDays,
      List<ShopQueries.Metric> metrics,
      List<ShopQueries.Orders> orders,
      List<ShopQueries.Repurchase> repurchases) {}

  /** {@code GET /api/health}. */
  record Health(List<AlertQueries.Measured> measured, List<AlertQueries.DeadLetter> deadLetters) {}

  /** The answer for the deployment's clock as it is. */
  Object answer(String tenant, Question question, ClockReport clock) throws SQLException {
    Optional<LifecycleQueries.Extent> extent = lifecycle.extent(tenant);
    long known = clock.now() == null ? 0 : clock.now().toEpochMilli();
    long end = Math.max(known, extent.map(LifecycleQueries.Extent::last).orElse(known));
    return answer(tenant, question, clock, end);
  }

  /**
   * The answer for a period.
   *
   * @param end its end, epoch milliseconds: the clock's now, or the newest row if that is later
   */
  Object answer(String tenant, Question question, ClockReport clock, long end) throws SQLException {
    // Everything begins at the epoch, or it would have to be asked for what is the first row.
    long start = question.period() == Period.ALL ? 0 : question.period().startMillis(0, end);
    Instant from = question.period() == Period.ALL ? null : Instant.ofEpochMilli(start);
    Instant to = Instant.ofEpochMilli(end);
    return switch (question.page()) {
      case OVERVIEW -> overview(tenant, question, clock, from, to, Math.max(0, start));
      case CAMPAIGNS ->
          new Campaigns(
              from,
              to,
              campaigns.campaigns(
                  tenant, Math.max(0, start), sentArms(tenant), alerts.alerts(tenant, false, end)));
      case CAMPAIGN -> campaign(tenant, question, from, to, Math.max(0, start));
      case PRODUCTS -> products(tenant, question, from, to, Math.max(0, start));
      case EXPERIMENTS -> new Experiments(experiments.arms(tenant));
      case LIFECYCLE -> {
        int days = bucketDays(question.period());
        // Whole stretches only: half of the first one would look like a bad one.
        long whole = Math.max(0, Math.floorDiv(start, days * DAY) * days * DAY);
        yield new Lifecycle(
            from,
            to,
            days,
            shop.lifecycle(tenant, whole, days),
            shop.orders(tenant, whole, days),
            shop.repurchases(tenant, whole));
      }
      case HEALTH -> new Health(alerts.measured(clock.now()), alerts.deadLetters(DEAD_LETTERS));
    };
  }

  private static int bucketDays(Period period) {
    return switch (period) {
      case WEEK, MONTH -> 1;
      case QUARTER -> 7;
      case ALL -> 28;
    };
  }

  private Map<String, ExperimentQueries.Arm> sentArms(String tenant) throws SQLException {
    Map<String, ExperimentQueries.Arm> arms = new HashMap<>();
    experiments.sent(tenant).forEach(arm -> arms.put(arm.campaign(), arm));
    return arms;
  }

  private Overview overview(
      String tenant, Question question, ClockReport clock, Instant from, Instant to, long start)
      throws SQLException {
    long bucket = rateMillis(clock);
    long end = to.toEpochMilli();
    List<AlertQueries.Alert> found = alerts.alerts(tenant, question.platform(), start);
    Map<String, BigDecimal[]> sums = new TreeMap<>();
    campaigns
        .money(tenant, start)
        .values()
        .forEach(
            list ->
                list.forEach(
                    one ->
                        sums.merge(
                            one.currency(),
                            new BigDecimal[] {
                              new BigDecimal(one.revenue()), new BigDecimal(one.cost())
                            },
                            (a, b) -> new BigDecimal[] {a[0].add(b[0]), a[1].add(b[1])})));
    List<CampaignQueries.Money> money = new ArrayList<>();
    sums.forEach(
        (currency, sum) ->
            money.add(
                new CampaignQueries.Money(
                    currency,
                    ClickHouseReader.plain(sum[0]),
                    ClickHouseReader.plain(sum[1]),
                    sum[1].signum() == 0
                        ? null
                        : sum[0].doubleValue() / sum[1].doubleValue() * 100)));
    return new Overview(
        from,
        to,
        bucket,
        shop.rates(tenant, Math.floorDiv(end, bucket) * bucket - RATES * bucket, end, bucket),
        money,
        found.stream().filter(alert -> alert.until() == null).count(),
        found);
  }

  /** What takes about a second to pass on the page, at least a minute. */
  private static long rateMillis(ClockReport clock) {
    if (clock.kind() == ClockReport.Kind.WALL || (clock.speed() > 0 && clock.speed() < 60)) {
      return MINUTE;
    }
    return clock.speed() > 0 && clock.speed() < 3_600 ? HOUR : DAY;
  }

  private Campaign campaign(String tenant, Question question, Instant from, Instant to, long start)
      throws SQLException {
    String campaign = question.campaign();
    List<Long> windows = campaigns.windows(tenant, campaign);
    Long window =
        question.windowMillis() != null
            ? question.windowMillis()
            : windows.isEmpty() ? null : windows.get(0);
    boolean hourly = question.period() == Period.WEEK || question.period() == Period.MONTH;
    long bucket = hourly ? HOUR : DAY;
    CampaignQueries.Sent sent = campaigns.sent(tenant, campaign);
    List<AlertQueries.Alert> found =
        alerts.alerts(tenant, false, start).stream()
            .filter(alert -> campaign.equals(alert.campaign()))
            .toList();
    return new Campaign(
        campaign,
        from,
        to,
        windows,
        window,
        question.touch(),
        question.basis(),
        sent,
        window == null
            ? List.of()
            : campaigns.funnel(tenant, campaign, window, question.touch(), start),
        bucket,
        window == null
            ? List.of()
            : campaigns.hours(
                tenant,
                campaign,
                question.basis(),
                window,
                question.touch(),
                start,
                bucket / 1_000),
        experiments.arms(tenant, campaign),
        campaigns.reasons(tenant, campaign, start),
        sent == null ? List.of() : phases(tenant, sent, to.toEpochMilli()),
        campaigns.targets(tenant, campaign, behind(found), bucket / 1_000),
        found);
  }

  private static List<String> behind(List<AlertQueries.Alert> found) {
    return found.stream()
        .filter(alert -> alert.until() == null && alert.kind().equals("BEHIND_TARGET"))
        .map(AlertQueries.Alert::subject)
        .toList();
  }

  private List<Phase> phases(String tenant, CampaignQueries.Sent sent, long now)
      throws SQLException {
    long first = Math.floorDiv(sent.first().toEpochMilli(), MINUTE) * MINUTE;
    // While it is running, as long as it has run.
    long last = Math.min(now, Math.floorDiv(sent.last().toEpochMilli(), MINUTE) * MINUTE + MINUTE);
    long length = Math.max(MIN_PHASE, last - first);
    List<Phase> phases = new ArrayList<>();
    String[] names = {"BEFORE", "DURING", "AFTER"};
    for (int i = 0; i < names.length; i++) {
      long from = first + (i - 1) * length;
      long to = from + length;
      if (from < now) {
        phases.add(
            new Phase(
                names[i],
                Instant.ofEpochMilli(from),
                Instant.ofEpochMilli(Math.min(to, now)),
                to <= now,
                shop.traffic(tenant, Math.max(0, from), Math.min(to, now))));
      }
    }
    return phases;
  }

  private Products products(String tenant, Question question, Instant from, Instant to, long start)
      throws SQLException {
    List<ShopQueries.Product> products = shop.products(tenant, question.sort(), start, PRODUCTS);
    String product =
        question.product() != null
            ? question.product()
            : products.isEmpty() ? null : products.get(0).productId();
    return new Products(
        from,
        to,
        question.sort(),
        products,
        product,
        product == null ? List.of() : shop.together(tenant, product, start, TOGETHER));
  }

  @Override
  public void close() {
    clickHouse.close();
    lifecycle.close();
  }
}
