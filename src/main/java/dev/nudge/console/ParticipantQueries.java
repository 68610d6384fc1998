package dev.nudge.console;

import java.sql.SQLException;
import java.util.List;

/** Who takes part in a campaign, by what the policy declares of customers. */
final class ParticipantQueries {
  /** Values of an attribute, those with most customers first. */
  private static final int MAX_VALUES = 20;

  private static final int MAX_GROUPS = 500;

  private final ClickHouseReader clickHouse;

  ParticipantQueries(ClickHouseReader clickHouse) {
    this.clickHouse = clickHouse;
  }

  /**
   * Customers alike in an attribute as of their first decision.
   *
   * @param attribute its name; empty: all customers
   * @param value what they have in common
   * @param targeted customers that the campaign was sent to
   * @param participants those of them who clicked, claimed or ordered
   */
  record Group(String attribute, String value, long targeted, long participants) {}

  /** {@code GET /api/participants}: all first, then by attribute. */
  record Participants(List<Group> groups) {}

  /** Of a campaign since it began. */
  Participants participants(String tenant, String campaign) throws SQLException {
    return new Participants(
        clickHouse.query(
            "SELECT attribute, value, sum(targeted) AS sent, sum(participants) AS took_part"
                + " FROM nudge.participants_hourly WHERE tenant = ? AND campaign = ?"
                + " GROUP BY attribute, value ORDER BY attribute, sent DESC, value LIMIT "
                + MAX_VALUES
                + " BY attribute LIMIT "
                + MAX_GROUPS,
            row -> new Group(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
            tenant,
            campaign));
  }
}
