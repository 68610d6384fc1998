package dev.nudge.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotalsTest {
  private static final BigInteger TEN = BigInteger.TEN;

  @ParameterizedTest
  @CsvSource({"10, 3", "2, 7", "9223372036854775807, 1024", "0, 5"})
  void sharesAddUpToTheWholeAndDifferByOne(long whole, int shards) {
    long sum = 0;
    for (int shard = 0; shard < shards; shard++) {
      long share = Totals.share(whole, shards, shard);
      assertThat(share).isBetween(whole / shards, whole / shards + 1);
      assertThat(share).isLessThanOrEqualTo(Totals.share(whole, shards, 0));
      sum += share;
    }
    assertThat(sum).isEqualTo(whole);
  }

  @Test
  void whatIsGivenBackLeavesNothing() {
    Totals totals = new Totals();
    totals.grant("a", 1);
    totals.spend("a", 1, TEN, 100);
    totals.unspend("a", 1, TEN, 100);
    totals.ungrant("a", 1);

    assertThat(totals.isEmpty()).isTrue();
  }

  @Test
  void aCampaignMadeAnewHasSpentNothing() {
    Totals totals = new Totals();
    totals.spend("a", 1, TEN, 100);
    assertThat(totals.spentMilli("a", 2)).isZero();

    totals.spend("a", 2, BigInteger.ONE, 100);
    totals.unspend("a", 1, TEN, 100);
    assertThat(totals.spentMilli("a", 2)).isEqualTo(BigInteger.ONE);
  }

  @Test
  void daysLongPastAreForgotten() throws Exception {
    Totals totals = new Totals();
    for (long day = 0; day <= 10; day++) {
      totals.spend("a", 1, TEN, day);
    }
    Totals read = Totals.decode(totals.encode());

    assertThat(read.spentMilli("a", 1)).isEqualTo(BigInteger.valueOf(110));
    assertThat(read.spentMilli("a", 1, 8)).isEqualTo(TEN);
    assertThat(read.spentMilli("a", 1, 7)).isZero();
    assertThat(read.isChanged()).isFalse();
  }
}
