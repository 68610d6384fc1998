package dev.nudge.measure;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The hours of one campaign's returns, summed up from what its customers add.
 *
 * <p>Sums are exact; rows are rounded, and their ratios are those of the rounded columns, so that
 * SQL over the table says the same.
 */
public final class RoiBook {
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final BigDecimal PER_CENT = BigDecimal.valueOf(100);

  /** 10<sup>-8</sup> in a ten-thousandth, in which rows are. */
  private static final BigInteger E8_PER_UNIT = BigInteger.valueOf(10_000);

  private static final int PLACES = 4;

  private record Account(Basis basis, long windowMillis, Touch touch, String currency) {}

  private record Sums(long grants, BigInteger revenueUnits, BigInteger costE8) {
    static final Sums NONE = new Sums(0, BigInteger.ZERO, BigInteger.ZERO);

    Sums plus(Sums other) {
      return new Sums(
          grants + other.grants, revenueUnits.add(other.revenueUnits), costE8.add(other.costE8));
    }
  }

  private record Windows(long made, long madeAndMatured, long matured) {
    Windows plus(Windows other) {
      return new Windows(
          made + other.made, madeAndMatured + other.madeAndMatured, matured + other.matured);
    }
  }

  private final String tenant;
  private final String campaign;
  private final Map<Account, NavigableMap<Long, Sums>> accounts = new HashMap<>();
  private final Map<Long, NavigableMap<Long, Windows>> windows = new HashMap<>();
  private final Map<Integer, SentVersion> sent = new TreeMap<>();

  /** Of a campaign nothing is known of. */
  public RoiBook(String tenant, String campaign) {
    this.tenant = tenant;
    this.campaign = campaign;
  }

  /** Adds to an hour. */
  public void add(MoneyChange change) {
    MoneyKey key = change.key();
    accounts
        .computeIfAbsent(
            new Account(key.basis(), key.windowMillis(), key.touch(), key.currency()),
            none -> new TreeMap<>())
        .merge(
            key.hourMillis(),
            new Sums(change.grants(), change.revenueUnits(), change.costE8()),
            Sums::plus);
  }

  /** Adds to what is known of windows. */
  public void add(MaturityChange change) {
    windows
        .computeIfAbsent(change.key().windowMillis(), none -> new TreeMap<>())
        .merge(
            change.key().hourMillis(),
            new Windows(change.made(), change.madeAndMatured(), change.matured()),
            Windows::plus);
  }

  /** A version was sent. */
  public void add(SentVersion version) {
    sent.merge(
        version.version(),
        version,
        (one, other) -> one.firstMillis() <= other.firstMillis() ? one : other);
  }

  /** The versions that were sent. */
  public Collection<SentVersion> sent() {
    return sent.values();
  }

  /**
   * The rows as things stand: those of hours that changed something.
   *
   * @param untilMillis up to when everything is known, epoch milliseconds
   */
  public List<RoiRow> rows(long untilMillis) {
    FlatCost flat = FlatCost.of(sent.values());
    Map<Account, NavigableMap<Long, Sums>> all = new HashMap<>(accounts);
    if (flat != null) {
      addFlatHours(all, flat, untilMillis);
    }
    List<RoiRow> rows = new ArrayList<>();
    all.forEach(
        (account, hours) ->
            addRows(rows, account, hours, isCharged(account, flat) ? flat : null, untilMillis));
    return rows;
  }

  private static boolean isCharged(Account account, FlatCost flat) {
    return flat != null
        && flat.windowsMillis().contains(account.windowMillis)
        && flat.currency().equals(account.currency);
  }

  /** A flat cost stands in every hour of its time, with grants or not. */
  private static void addFlatHours(
      Map<Account, NavigableMap<Long, Sums>> all, FlatCost flat, long untilMillis) {
    long end = Math.min(flat.toMillis(), untilMillis);
    for (long windowMillis : flat.windowsMillis()) {
      for (Touch touch : Touch.values()) {
        for (Basis basis : Basis.values()) {
          Account account = new Account(basis, windowMillis, touch, flat.currency());
          NavigableMap<Long, Sums> hours =
              new TreeMap<>(all.getOrDefault(account, new TreeMap<>()));
          for (long hour = hourOf(flat.fromMillis()); hour < end; hour += HOUR_MILLIS) {
            hours.putIfAbsent(hour, Sums.NONE);
          }
          all.put(account, hours);
        }
      }
    }
  }

  private void addRows(
      List<RoiRow> rows,
      Account account,
      SortedMap<Long, Sums> hours,
      FlatCost flat,
      long untilMillis) {
    BigInteger length = flat == null ? BigInteger.ONE : flat.length();
    Sums sum = Sums.NONE;
    for (Map.Entry<Long, Sums> entry : hours.entrySet()) {
      long hour = entry.getKey();
      long end = Math.min(hour + HOUR_MILLIS, untilMillis);
      Sums own = entry.getValue();
      sum = sum.plus(own);
      BigInteger flatByEnd = flat == null ? BigInteger.ZERO : flat.share(end);
      BigInteger flatOwn = flat == null ? BigInteger.ZERO : flatByEnd.subtract(flat.share(hour));
      BigInteger cost = cost(own, flatOwn, length);
      if (own.grants == 0 && own.revenueUnits.signum() == 0 && cost.signum() == 0) {
        continue;
      }
      BigInteger units = E8_PER_UNIT.multiply(length);
      BigInteger cumCost = halfUp(cost(sum, flatByEnd, length), units);
      long asOf = account.basis == Basis.EVENT ? end : untilMillis;
      rows.add(
          new RoiRow(
              new MoneyKey(
                  tenant,
                  campaign,
                  hour,
                  account.basis,
                  account.windowMillis,
                  account.touch,
                  account.currency),
              own.grants,
              own.revenueUnits,
              halfUp(cost, units),
              sum.revenueUnits,
              cumCost,
              ratio(new BigDecimal(sum.revenueUnits).multiply(PER_CENT), cumCost),
              ratio(new BigDecimal(sum.revenueUnits.subtract(cumCost)), cumCost),
              asOf,
              matured(account, hour)));
    }
  }

  /** In 10<sup>-8</sup> times the length of the flat cost. */
  private static BigInteger cost(Sums sums, BigInteger flat, BigInteger length) {
    return sums.costE8.multiply(length).add(flat.multiply(E8_PER_UNIT));
  }

  private BigDecimal matured(Account account, long hour) {
    long made = 0;
    long matured = 0;
    NavigableMap<Long, Windows> hours = windows.getOrDefault(account.windowMillis, new TreeMap<>());
    for (Windows each : hours.headMap(hour, true).values()) {
      made += each.made;
      matured += account.basis == Basis.EVENT ? each.matured : each.madeAndMatured;
    }
    return ratio(BigDecimal.valueOf(matured), BigInteger.valueOf(made));
  }

  /** To four places; null if it is a share of nothing. */
  private static BigDecimal ratio(BigDecimal part, BigInteger of) {
    return of.signum() == 0 ? null : part.divide(new BigDecimal(of), PLACES, RoundingMode.HALF_UP);
  }

  private static BigInteger halfUp(BigInteger number, BigInteger by) {
    return new BigDecimal(number)
        .divide(new BigDecimal(by), 0, RoundingMode.HALF_UP)
        .toBigIntegerExact();
  }

  private static long hourOf(long millis) {
    return Math.floorDiv(millis, HOUR_MILLIS) * HOUR_MILLIS;
  }
}
