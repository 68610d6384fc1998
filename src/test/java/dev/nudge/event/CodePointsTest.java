package dev.nudge.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of strings is that of their UTF-8 bytes. */
class CodePointsTest {
  private static final List<String> ASCENDING =
      List.of(
          "",
          "\u0000",
          "A",
          "A\u0000",
          "AA",
          "B",
          "a",
          "\u00e9",
          "\ud7ff",
          "\ue000",
          "\ue000\ud800\udc00",
          "\uf8ff",
          "\uffff",
          "\ud800\udc00",
          "\ud83d\ude00",
          "\ud83d\ude00a",
          "\ud83d\ude01",
          "\udbff\udfff");

  @Test
  void supplementaryCharactersStandBehindPrivateUseOnes() {
    assertThat("\ud83d\ude00".compareTo("\uf8ff")).isNegative();
    assertThat(CodePoints.ORDER.compare("\ud83d\ude00", "\uf8ff")).isPositive();
  }

  @Test
  void everyPairOfTheTableComparesByPosition() {
    for (int i = 0; i < ASCENDING.size(); i++) {
      for (int j = 0; j < ASCENDING.size(); j++) {
        assertThat(Integer.signum(CodePoints.ORDER.compare(ASCENDING.get(i), ASCENDING.get(j))))
            .as("%s against %s", i, j)
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @Test
  void orderIsThatOfUtf8Bytes() {
    Random random = new Random(20260105);
    for (int i = 0; i < 20_000; i++) {
      String a = text(random);
      String b = text(random);
      assertThat(Integer.signum(CodePoints.ORDER.compare(a, b)))
          .as("%s against %s", a, b)
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))));
    }
  }

  private static String text(Random random) {
    int[] alphabet = {'a', 'b', 0xe9, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x10ffff};
    return random
        .ints(random.nextInt(4), 0, alphabet.length)
        .collect(
            StringBuilder::new,
            (text, i) -> text.appendCodePoint(alphabet[i]),
            StringBuilder::append)
        .toString();
  }
}
