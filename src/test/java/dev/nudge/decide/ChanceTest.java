package dev.nudge.decide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChanceTest {
  /** Computed anew from the words of the definition. */
  private static int expected(String... parts) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String part : parts) {
      out.writeInt(part.getBytes(UTF_8).length);
      out.write(part.getBytes(UTF_8));
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
    return new BigInteger(1, Arrays.copyOf(digest, 8))
        .mod(BigInteger.valueOf(10_000))
        .intValueExact();
  }

  @Test
  void itIsTheHashOfItsParts() throws Exception {
    for (int i = 0; i < 200; i++) {
      String customer = "é🎁" + i;
      assertThat(Chance.of(Chance.Purpose.AMOUNT, "acme", "a", "s", customer, "m"))
          .isEqualTo(expected("amount", "acme", "a", "s", customer, "m"));
    }
    assertThat(Chance.of(Chance.Purpose.GLOBAL, "acme", "", "", "anna", ""))
        .isEqualTo(expected("global", "acme", "", "", "anna", ""));
  }

  @Test
  void aShareHoldsAboutItsPartOfCustomers() {
    int inside = 0;
    for (int i = 0; i < 10_000; i++) {
      inside += Chance.of(Chance.Purpose.CONTROL, "acme", "a", "", "c" + i, "") < 1_000 ? 1 : 0;
    }
    // Five standard deviations of a binomial one.
    assertThat(inside).isBetween(850, 1_150);
  }

  @ParameterizedTest
  @CsvSource({
    "10000, 20000, 0, 10000",
    "10000, 20000, 9999, 20000",
    "10000, 20000, 5000, 15000",
    "0, 10000000000000000, 9998, 9998999899989900",
    "12345, 12345, 3, 12300"
  })
  void anAmountIsRoundedDownToCents(long min, long max, int h, long expected) {
    assertThat(Chance.amount(min, max, h)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"500000, 6000, 300000", "99900, 3333, 33200", "100, 9999, 0"})
  void aPortionIsRoundedDownToCents(long amount, long ratio, long expected) {
    assertThat(Chance.portion(amount, ratio)).isEqualTo(expected);
  }
}
