package dev.nudge.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.nudge.clickhouse.ClickHouseConfig;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import dev.nudge.event.StageChange;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Answers why a customer got something, or did not: for {@code nudge why} and for the console's
 * page, from rows of ClickHouse alone.
 *
 * <p>Not for several threads.
 */
public final class Why implements AutoCloseable {
  /** Candidates, moments, and customers found that one answer holds at most. */
  public static final int MAX_LIMIT = 500;

  /** What a campaign's audience calls the features of a customer. */
  private static final String CUSTOMER = "customer.";

  /** Features that a story tells by themselves, from a newer source. */
  private static final Set<String> TOLD =
      Set.of("customer.stage", "customer.life", "customer.heldCoupons");

  private static final Instant LATEST = Instant.parse("2299-12-31T00:00:00Z");
  private static final int MAX_COUPONS = 50;

  /** However few candidates are asked for, so many are looked at for what was read last. */
  private static final int LOOKED_AT = 101;

  private static final String UNUSED_COUPONS = "heldCoupons";

  private final CustomerQueries queries;

  /** Asks that database; it is connected to when first needed. */
  public Why(ClickHouseConfig config) {
    queries = new CustomerQueries(config);
  }

  /**
   * Customers of a tenant whose id begins so, by id.
   *
   * @param limit how many at most, 1 to {@value #MAX_LIMIT}
   */
  public List<CustomerStory.Found> search(String tenant, String prefix, int limit)
      throws SQLException {
    return queries.search(tenant, prefix, checked(limit));
  }

  /**
   * All that is known of a customer.
   *
   * @param campaign tell the candidates of this campaign alone; null for all
   * @param since tell the candidates whose newest row is not older; null for all
   * @param limit how many candidates, and how many moments, at most, 1 to {@value #MAX_LIMIT}
   * @return empty if there is no row of the customer; a known customer may have no candidates
   */
  public Optional<CustomerStory> tell(
      String tenant, String customer, String campaign, Instant since, int limit)
      throws SQLException {
    int most = Math.max(LOOKED_AT, checked(limit) + 1); // one more tells that there are more
    List<NewestMoments.Row> changes = queries.stageChanges(tenant, customer, most);
    List<NewestMoments.Row> moments = new ArrayList<>(changes);
    moments.addAll(queries.anomalies(tenant, customer, most));
    moments.sort(Comparator.comparing(NewestMoments.Row::at).reversed());

    // What was read last stands in the newest decisions, whichever are asked for.
    List<CustomerQueries.Row> newest = queries.decisions(tenant, customer, null, 0, most);
    if (moments.isEmpty() && newest.isEmpty()) {
      return Optional.empty();
    }
    long sinceMillis = since == null ? 0 : millis(since);
    List<CustomerQueries.Row> asked =
        campaign == null && since == null
            ? newest
            : queries.decisions(tenant, customer, campaign, sinceMillis, most);
    List<CustomerQueries.Outcome> outcomes =
        queries.outcomes(tenant, customer, campaign, sinceMillis);
    List<CustomerStory.Candidate> candidates =
        candidates(asked, byId(moments), campaign == null ? refusals(outcomes) : Map.of());
    return Optional.of(
        new CustomerStory(
            tenant,
            customer,
            campaign,
            changes.isEmpty() ? null : stage(changes.get(0)),
            features(newest),
            caps(newest),
            queries.coupons(tenant, customer, MAX_COUPONS),
            unused(newest),
            summaries(outcomes),
            first(moments, limit),
            first(candidates, limit),
            candidates.size() > limit,
            moments.size() > limit));
  }

  /** Whether a campaign ever decided about any customer of the tenant. */
  public boolean isCampaign(String tenant, String campaign) throws SQLException {
    return queries.isCampaign(tenant, campaign);
  }

  /** The same as the page's API writes it. */
  public static String json(CustomerStory story) {
    return Json.write(story);
  }

  /** What lies beyond the times that ClickHouse knows is as good as their ends. */
  private static long millis(Instant since) {
    if (since.isBefore(Instant.EPOCH)) {
      return 0;
    }
    return since.isAfter(LATEST) ? LATEST.toEpochMilli() : since.toEpochMilli();
  }

  private static int checked(int limit) {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException(
          "limit: found %d, expected 1 to %d".formatted(limit, MAX_LIMIT));
    }
    return limit;
  }

  private static <T> List<T> first(List<T> all, int limit) {
    return List.copyOf(all.subList(0, Math.min(limit, all.size())));
  }

  private static CustomerStory.Stage stage(NewestMoments.Row newest) {
    return new CustomerStory.Stage(newest.to(), newest.at(), newest.life(), newest.orderCount());
  }

  /** Anomalies' rows have their moment's id; a stage change's follows from what it is. */
  private static Map<String, NewestMoments.Row> byId(List<NewestMoments.Row> moments) {
    Map<String, NewestMoments.Row> byId = new HashMap<>();
    for (NewestMoments.Row row : moments) {
      byId.put(row.id() == null ? id(row) : row.id(), row);
    }
    return byId;
  }

  private static String id(NewestMoments.Row change) {
    return Moment.of(
            new StageChange(
                change.tenant(),
                change.customerId(),
                change.from() == null ? null : LifecycleStage.valueOf(change.from()),
                LifecycleStage.valueOf(change.to()),
                change.at().toEpochMilli(),
                change.life(),
                change.orderCount(),
                0),
            null)
        .id();
  }

  /** How many the audience refused, by campaign. */
  private static Map<String, Long> refusals(List<CustomerQueries.Outcome> outcomes) {
    Map<String, Long> refusals = new HashMap<>();
    for (CustomerQueries.Outcome outcome : outcomes) {
      if (outcome.code().equals(DecisionCode.AUDIENCE.name())) {
        refusals.put(outcome.campaign(), outcome.candidates());
      }
    }
    return refusals;
  }

  /** In the order of their newest rows; a candidate's final row is its newest one. */
  private static List<CustomerStory.Candidate> candidates(
      List<CustomerQueries.Row> rows,
      Map<String, NewestMoments.Row> moments,
      Map<String, Long> refusals) {
    Map<List<Object>, List<CustomerQueries.Row>> byCandidate = new LinkedHashMap<>();
    for (CustomerQueries.Row row : rows) {
      byCandidate
          .computeIfAbsent(
              List.of(row.campaign(), row.version(), row.moment()), key -> new ArrayList<>())
          .add(row);
    }
    List<CustomerStory.Candidate> candidates = new ArrayList<>();
    for (List<CustomerQueries.Row> of : byCandidate.values()) {
      CustomerQueries.Row newest = of.get(0);
      boolean isRefused = newest.decided().code().equals(DecisionCode.AUDIENCE.name());
      candidates.add(
          new CustomerStory.Candidate(
              newest.campaign(),
              newest.version(),
              newest.moment(),
              moments.get(newest.moment()),
              of.stream().map(CustomerQueries.Row::decided).toList(),
              isRefused ? refusals.getOrDefault(newest.campaign(), 1L) - 1 : 0));
    }
    return candidates;
  }

  private static List<CustomerStory.CampaignSummary> summaries(
      List<CustomerQueries.Outcome> outcomes) {
    Map<String, List<CustomerStory.CodeCount>> codes = new LinkedHashMap<>();
    for (CustomerQueries.Outcome outcome : outcomes) {
      codes
          .computeIfAbsent(outcome.campaign(), campaign -> new ArrayList<>())
          .add(
              new CustomerStory.CodeCount(
                  outcome.code(),
                  Reasons.label(outcome.code()),
                  outcome.candidates(),
                  Instant.ofEpochMilli(outcome.lastMillis())));
    }
    List<CustomerStory.CampaignSummary> summaries = new ArrayList<>();
    codes.forEach(
        (campaign, counts) ->
            summaries.add(
                new CustomerStory.CampaignSummary(
                    campaign,
                    counts.stream().mapToLong(CustomerStory.CodeCount::candidates).sum(),
                    counts.stream()
                        .map(CustomerStory.CodeCount::last)
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                    List.copyOf(counts))));
    summaries.sort(
        Comparator.comparing(CustomerStory.CampaignSummary::newest)
            .reversed()
            .thenComparing(CustomerStory.CampaignSummary::campaign));
    return summaries;
  }

  /** Of each feature what was read last. */
  private static List<CustomerStory.Feature> features(List<CustomerQueries.Row> newest) {
    Map<String, CustomerStory.Feature> features = new TreeMap<>();
    for (CustomerQueries.Row row : newest) {
      row.decided()
          .values()
          .properties()
          .forEach(
              each -> {
                if (each.getKey().startsWith(CUSTOMER) && !TOLD.contains(each.getKey())) {
                  features.putIfAbsent(
                      each.getKey(),
                      new CustomerStory.Feature(
                          each.getKey(),
                          Reasons.plain(each.getValue()),
                          row.decided().at(),
                          row.campaign()));
                }
              });
    }
    return List.copyOf(features.values());
  }

  /**
   * Of each cap what was read last, and what the reader sent itself thereafter. A cap is read by
   * whatever counts against it, so the newest that read it is the newest that could use it.
   */
  private static List<CustomerStory.CapLeft> caps(List<CustomerQueries.Row> newest) {
    Map<String, CustomerStory.CapLeft> caps = new LinkedHashMap<>();
    for (CustomerQueries.Row row : newest) {
      JsonNode values = row.decided().values();
      String type = values.path("couponType").asText(null);
      for (JsonNode cap : values.path("caps")) {
        caps.putIfAbsent(key(cap, type), left(row, cap, type));
      }
      JsonNode reached = values.path("cap");
      if (reached.isObject()) {
        caps.putIfAbsent(key(reached, type), left(row, reached, type));
      }
    }
    return caps.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  private static String key(JsonNode cap, String type) {
    return String.join(
        "\n",
        cap.path("scope").asText(),
        cap.path("channel").asText(),
        cap.path("window").asText(),
        cap.path("scope").asText().equals("COUPON_TYPE") ? type : "");
  }

  private static CustomerStory.CapLeft left(CustomerQueries.Row row, JsonNode cap, String type) {
    boolean counts =
        CustomerQueries.isSent(row.decided())
            && (!cap.has("channel")
                || cap.path("channel").asText().equals(row.decided().channel()));
    long max = cap.path("max").asLong();
    long used = cap.path("sent").asLong() + (counts ? 1 : 0);
    return new CustomerStory.CapLeft(
        Reasons.capName(cap, type),
        max,
        used,
        Math.max(0, max - used),
        row.decided().at(),
        row.campaign());
  }

  /** Only what can grant a coupon reads how many are unused, so what was sent granted one more. */
  private static CustomerStory.Unused unused(List<CustomerQueries.Row> newest) {
    for (CustomerQueries.Row row : newest) {
      JsonNode read = row.decided().values().path(UNUSED_COUPONS);
      if (read.isNumber()) {
        return new CustomerStory.Unused(
            read.asLong() + (CustomerQueries.isSent(row.decided()) ? 1 : 0),
            row.decided().at(),
            row.campaign());
      }
    }
    return null;
  }

  @Override
  public void close() {
    queries.close();
  }
}
