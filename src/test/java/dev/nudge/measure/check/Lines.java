package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Lines of a result, "sorted by (time, tenant, customer, whole line)", and how numbers stand. */
final class Lines {
  private record Line(long at, byte[] tenant, byte[] bytes, String text) {}

  private final List<Line> lines = new ArrayList<>();

  void add(long at, String tenant, ObjectNode fields) {
    String text = fields.toString();
    lines.add(new Line(at, tenant.getBytes(UTF_8), text.getBytes(UTF_8), text));
  }

  List<String> sorted() {
    lines.sort(
        Comparator.comparingLong(Line::at)
            .thenComparing(Line::tenant, Arrays::compareUnsigned)
            .thenComparing(Line::bytes, Arrays::compareUnsigned));
    return lines.stream().map(Line::text).toList();
  }

  /** Two to four places. */
  static String money(BigDecimal amount) {
    BigDecimal shortest = amount.stripTrailingZeros();
    return shortest
        .setScale(Math.max(2, shortest.scale()), RoundingMode.UNNECESSARY)
        .toPlainString();
  }

  /** Without zeros at its end, and without an exponent. */
  static BigDecimal plain(BigDecimal number) {
    BigDecimal shortest = number.stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0, RoundingMode.UNNECESSARY) : shortest;
  }
}
