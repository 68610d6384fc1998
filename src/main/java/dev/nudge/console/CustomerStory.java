package dev.nudge.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * What is known of a customer, as far as rows of ClickHouse tell: where they stand, what happened,
 * and of each candidate what became of it and why.
 *
 * <p>Nothing here is asked from the running job. What a decision read is true as of that decision,
 * so everything that was learned from one says from which.
 *
 * @param tenant the brand
 * @param customerId the customer
 * @param campaign the one campaign whose candidates are told, null for all
 * @param stage where they stand; null if no stage change is known
 * @param features what audiences read of them, by name
 * @param caps how often they may still be sent something
 * @param coupons the newest grants with an amount, the newest first
 * @param unused how many unused coupons campaigns had left in their hands when that was read last;
 *     null if it never was
 * @param campaigns all that became of their candidates, a campaign each, the newest first
 * @param moments stage changes and anomalies, the newest first
 * @param candidates the newest first
 * @param moreCandidates whether there are older ones than these
 * @param moreMoments whether there are older ones than these
 */
public record CustomerStory(
    String tenant,
    String customerId,
    String campaign,
    Stage stage,
    List<Feature> features,
    List<CapLeft> caps,
    List<Coupon> coupons,
    Unused unused,
    List<CampaignSummary> campaigns,
    List<NewestMoments.Row> moments,
    List<Candidate> candidates,
    boolean moreCandidates,
    boolean moreMoments) {

  /**
   * A customer who was searched for.
   *
   * @param stage where they stand; null if no stage change is known
   * @param since since when; null without a stage
   */
  public record Found(String customerId, String stage, Instant since) {}

  /**
   * Where the customer stands.
   *
   * @param since since when
   * @param life which life
   * @param orderCount paid orders when they entered it
   */
  public record Stage(String stage, Instant since, int life, int orderCount) {}

  /**
   * A feature as an audience read it last.
   *
   * @param name as conditions name it
   * @param value its value
   * @param at when the decision was made
   * @param campaign whose decision
   */
  public record Feature(String name, String value, Instant at, String campaign) {}

  /**
   * A cap as a decision read it last.
   *
   * @param cap what is counted, and within which time
   * @param max how many there may be
   * @param used how many there were, with the one that the decision sent itself
   * @param left how many more there may be
   * @param at when the decision was made
   * @param campaign whose decision
   */
  public record CapLeft(Words cap, long max, long used, long left, Instant at, String campaign) {}

  /**
   * A grant of something with an amount.
   *
   * @param at when it was granted
   * @param amount a plain decimal
   */
  public record Coupon(
      Instant at, String campaign, String amount, String channel, String variant, String grantId) {}

  /**
   * Unused coupons.
   *
   * @param count how many, with the one that the decision granted itself
   * @param at when the decision was made
   * @param campaign whose decision
   */
  public record Unused(long count, Instant at, String campaign) {}

  /**
   * What became of the candidates of a campaign.
   *
   * @param candidates how many there were
   * @param newest the time of the newest row
   * @param codes one a code, the most frequent first; DEFERRED are those that still wait
   */
  public record CampaignSummary(
      String campaign, long candidates, Instant newest, List<CodeCount> codes) {}

  /**
   * How many candidates ended so.
   *
   * @param label the code in short words
   * @param last when that was so last
   */
  public record CodeCount(String code, Words label, long candidates, Instant last) {}

  /**
   * A candidate.
   *
   * @param version the campaign's
   * @param momentId the moment that made it
   * @param moment the moment itself; null for a campaign's own pattern or time, and for one that is
   *     older than those known here
   * @param rows the newest first: the final one, unless it still waits, then those that put it off
   * @param alike how many older ones of its campaign the audience refused too, which are told where
   *     the campaign is asked for alone
   */
  public record Candidate(
      String campaign,
      int version,
      String momentId,
      NewestMoments.Row moment,
      List<Decided> rows,
      long alike) {}

  /**
   * A row of a candidate.
   *
   * @param label the code in short words
   * @param why a sentence with the values that decided
   * @param due when it was due
   * @param at when it was decided
   * @param reason of a DEFERRED row; else null
   * @param winner of a LOWER_PRIORITY row; else null
   * @param amount a plain decimal; null without
   * @param read what the checks read, in words
   * @param values the same as the row has it
   */
  public record Decided(
      String id,
      String code,
      Words label,
      Words why,
      Instant due,
      Instant at,
      String reason,
      String winner,
      String variant,
      String channel,
      String amount,
      String triggerId,
      String grantId,
      List<Reading> read,
      JsonNode values) {}

  /**
   * A value that was read.
   *
   * @param name as the row has it
   * @param label the name in words
   * @param value the value in words
   */
  public record Reading(String name, Words label, Words value) {}
}
