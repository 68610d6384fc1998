package dev.nudge.decide.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A campaign, a customer and a moment, and the rows that were written of them. */
final class Candidate {
  /** "by priority, ties by campaign id, due, moment id". */
  static final Comparator<Candidate> CONTEST =
      Comparator.<Candidate>comparingLong(each -> -each.campaign.priority)
          .thenComparing(each -> each.campaign.id)
          .thenComparingLong(each -> each.due)
          .thenComparing(each -> each.momentId);

  /** "(due, -priority, campaign, customerId, momentId) of their first candidates". */
  static final Comparator<Candidate> FIRST =
      Comparator.<Candidate>comparingLong(each -> each.due)
          .thenComparingLong(each -> -each.campaign.priority)
          .thenComparing(each -> each.campaign.id)
          .thenComparing(each -> each.customerId)
          .thenComparing(each -> each.momentId);

  final Facts.Campaign campaign;
  final String customerId;
  final JsonNode moment;
  final String momentId;
  final long momentAt;
  final long expires;
  final List<JsonNode> rows = new ArrayList<>();
  int written;
  long due;
  long wasDue;
  boolean deferred;
  boolean decided;
  boolean done;
  long cancelledAt = Facts.NONE;

  Candidate(Facts.Campaign campaign, String customerId, JsonNode moment) {
    this.campaign = campaign;
    this.customerId = customerId;
    this.moment = moment;
    this.momentId = moment.get("id").asText();
    this.momentAt = millis(moment.get("at"));
    this.due = momentAt + campaign.delay;
    this.expires = campaign.expires(momentAt);
  }

  /** The row that was written next; null if there is none left. */
  JsonNode next() {
    return written < rows.size() ? rows.get(written) : null;
  }

  static String key(String campaign, String customerId, String momentId) {
    return campaign + '|' + customerId + '|' + momentId;
  }

  static long millis(JsonNode time) {
    return time.isNumber() ? time.asLong() : Instant.parse(time.asText()).toEpochMilli();
  }
}
