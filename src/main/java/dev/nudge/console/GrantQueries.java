package dev.nudge.console;

import static dev.nudge.console.ClickHouseReader.instant;
import static dev.nudge.console.ClickHouseReader.plain;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Who stands behind the numbers of a campaign's funnel, page by page. */
final class GrantQueries {
  private final ClickHouseReader clickHouse;

  GrantQueries(ClickHouseReader clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** A grant that reached the step. */
  record Grant(
      String customerId,
      String grantId,
      String variant,
      Instant at,
      String currency,
      String amount) {}

  /**
   * Grants by customer.
   *
   * @param more whether there are others behind the last one
   */
  record Grants(List<Grant> grants, boolean more) {}

  /**
   * The grants behind one, by customer and grant: the table's key, so that the hundredth page costs
   * what the first one does.
   *
   * @param control whether those that were held back, or those that were sent
   * @param afterCustomer the last one of the page before; empty for the first page
   */
  Grants grants(
      String tenant,
      String campaign,
      long windowMillis,
      String touch,
      String step,
      boolean control,
      String afterCustomer,
      String afterGrant,
      int limit)
      throws SQLException {
    List<Grant> grants =
        clickHouse.query(
            "SELECT customer_id, grant_id, variant, toUnixTimestamp64Milli(at), currency, amount"
                + " FROM nudge.funnel_list WHERE tenant = ? AND campaign = ? AND window = ?"
                + " AND touch = ? AND step = ? AND customer_id >= ?"
                + " AND (customer_id, grant_id) > (?, ?)"
                + (control ? " AND variant = 'CONTROL'" : " AND variant != 'CONTROL'")
                + " ORDER BY customer_id, grant_id LIMIT ?",
            row ->
                new Grant(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    instant(row, 4),
                    row.getString(5),
                    plain(row.getBigDecimal(6))),
            tenant,
            campaign,
            windowMillis,
            touch,
            step,
            afterCustomer,
            afterCustomer,
            afterGrant,
            limit + 1);
    boolean more = grants.size() > limit;
    return new Grants(more ? new ArrayList<>(grants.subList(0, limit)) : grants, more);
  }
}
