package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the campaigns of a tenant's shard have given and spent; what they may is an exact share of
 * what the campaign may.
 *
 * <p>Money is in thousandths of a ten-thousandth, so that the thousandth of a CPM is exact. Days
 * before {@value #DAYS_BACK} days ago can't be spent on any more and are forgotten.
 */
final class Totals {
  /** How many days stay open for what is given back. */
  static final long DAYS_BACK = 2;

  private static final BigInteger MILLI = BigInteger.valueOf(1_000);

  private static final class Spent {
    final long lifeMillis;
    long granted;
    BigInteger milli = BigInteger.ZERO;
    final TreeMap<Long, BigInteger> days = new TreeMap<>();

    Spent(long lifeMillis) {
      this.lifeMillis = lifeMillis;
    }
  }

  private final TreeMap<String, Spent> byCampaign = new TreeMap<>();
  private boolean changed;

  /** A shard's share of a number: what does not divide goes to the first shards. */
  static long share(long whole, int shards, int shard) {
    return whole / shards + (shard < whole % shards ? 1 : 0);
  }

  /** What of a resource was given. */
  long granted(String campaign, long lifeMillis) {
    Spent spent = find(campaign, lifeMillis);
    return spent == null ? 0 : spent.granted;
  }

  /** What was spent in all. */
  BigInteger spentMilli(String campaign, long lifeMillis) {
    Spent spent = find(campaign, lifeMillis);
    return spent == null ? BigInteger.ZERO : spent.milli;
  }

  /** What was spent on a day. */
  BigInteger spentMilli(String campaign, long lifeMillis, long day) {
    Spent spent = find(campaign, lifeMillis);
    return spent == null ? BigInteger.ZERO : spent.days.getOrDefault(day, BigInteger.ZERO);
  }

  /** Takes one of the resource. */
  void grant(String campaign, long lifeMillis) {
    of(campaign, lifeMillis).granted++;
    changed = true;
  }

  /** Gives one of the resource back. */
  void ungrant(String campaign, long lifeMillis) {
    Spent spent = find(campaign, lifeMillis);
    if (spent != null && spent.granted > 0) {
      spent.granted--;
      changed = true;
      drop(campaign, spent);
    }
  }

  /** Takes money on a day. */
  void spend(String campaign, long lifeMillis, BigInteger milli, long day) {
    if (milli.signum() == 0) {
      return;
    }
    Spent spent = of(campaign, lifeMillis);
    spent.milli = spent.milli.add(milli);
    spent.days.merge(day, milli, BigInteger::add);
    spent.days.headMap(day - DAYS_BACK).clear();
    changed = true;
  }

  /** Gives money back that was taken on that day. */
  void unspend(String campaign, long lifeMillis, BigInteger milli, long day) {
    Spent spent = find(campaign, lifeMillis);
    if (spent == null || milli.signum() == 0) {
      return;
    }
    spent.milli = spent.milli.subtract(milli);
    spent.days.computeIfPresent(
        day,
        (same, of) -> {
          BigInteger left = of.subtract(milli);
          return left.signum() == 0 ? null : left;
        });
    changed = true;
    drop(campaign, spent);
  }

  /** Ten-thousandths in the unit of this account. */
  static BigInteger milli(long units) {
    return BigInteger.valueOf(units).multiply(MILLI);
  }

  /** Forgets campaigns that are no more. */
  void keep(Predicate<String> isKnown) {
    changed |= byCampaign.keySet().removeIf(campaign -> !isKnown.test(campaign));
  }

  boolean isEmpty() {
    return byCampaign.isEmpty();
  }

  boolean isChanged() {
    return changed;
  }

  private Spent find(String campaign, long lifeMillis) {
    Spent spent = byCampaign.get(campaign);
    return spent == null || spent.lifeMillis != lifeMillis ? null : spent;
  }

  /** A campaign that was deleted and made anew has spent nothing. */
  private Spent of(String campaign, long lifeMillis) {
    Spent spent = find(campaign, lifeMillis);
    if (spent == null) {
      spent = new Spent(lifeMillis);
      byCampaign.put(campaign, spent);
    }
    return spent;
  }

  private void drop(String campaign, Spent spent) {
    if (spent.granted == 0 && spent.milli.signum() == 0 && spent.days.isEmpty()) {
      byCampaign.remove(campaign);
    }
  }

  /** As bytes. */
  byte[] encode() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(byCampaign.size());
    for (Map.Entry<String, Spent> each : byCampaign.entrySet()) {
      Spent spent = each.getValue();
      out.writeStringNoTag(each.getKey());
      out.writeSInt64NoTag(spent.lifeMillis);
      out.writeUInt64NoTag(spent.granted);
      out.writeByteArrayNoTag(spent.milli.toByteArray());
      out.writeUInt32NoTag(spent.days.size());
      for (Map.Entry<Long, BigInteger> day : spent.days.entrySet()) {
        out.writeSInt64NoTag(day.getKey());
        out.writeByteArrayNoTag(day.getValue().toByteArray());
      }
    }
    out.flush();
    return bytes.toByteArray();
  }

  /** What {@link #encode} wrote; null is nothing. */
  static Totals decode(byte[] bytes) throws IOException {
    Totals totals = new Totals();
    if (bytes == null) {
      return totals;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    int campaigns = in.readUInt32();
    for (int i = 0; i < campaigns; i++) {
      String campaign = in.readString();
      Spent spent = new Spent(in.readSInt64());
      spent.granted = in.readUInt64();
      spent.milli = new BigInteger(in.readByteArray());
      int days = in.readUInt32();
      for (int day = 0; day < days; day++) {
        spent.days.put(in.readSInt64(), new BigInteger(in.readByteArray()));
      }
      totals.byCampaign.put(campaign, spent);
    }
    return totals;
  }
}
