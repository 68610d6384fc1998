package dev.nudge.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.detect.Browsing.CategoryDay;
import dev.nudge.detect.Browsing.HourViews;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A customer's features go to bytes and come back as they were. */
class CustomerCodecTest {
  private static final BigInteger HUGE = BigInteger.TWO.pow(120).add(BigInteger.ONE);

  private static final Purchases PURCHASES =
      new Purchases(
          7,
          3,
          HUGE,
          HUGE.negate(),
          BigInteger.valueOf(-1),
          -5_000L,
          1_767_603_600_000L,
          List.of(
              new Purchases.Day(-1, 2, BigInteger.valueOf(128)),
              new Purchases.Day(20_458, 5, HUGE)),
          List.of("p1", "", "\ud83d\ude00"),
          // Before 1970, at one instant, and far apart.
          List.of(-5_000L, -5_000L, 0L, 1_767_603_600_000L));

  private static final Browsing BROWSING =
      new Browsing(
          1_767_603_600_001L,
          List.of(new HourViews(491_000, 4), new HourViews(491_001, 1)),
          List.of(new CategoryDay(20_458, "Tee", 3), new CategoryDay(20_459, "茶", 1)),
          hours(),
          List.of("p9"),
          new Cart(Map.of("p1", new Cart.Item(10_000, 99_900), "", new Cart.Item(1, 0)), 55L, 44L));

  private static final Responses RESPONSES =
      new Responses(List.of(new Responses.Day(20_458, 1, 2, 3)), 77L, HUGE);

  private static final Refills REFILLS =
      new Refills(
          List.of(
              new Refills.Refill("p1", "o1", 1_770_000_000_000L, 30),
              new Refills.Refill("p2", "o1", -1, 3_650)));

  private static final Map<String, Value> ATTRIBUTES =
      Map.of(
          "city", Value.string("Wien"),
          "points", Value.number("1e3"),
          "vip", new Value(Value.Type.BOOLEAN, "true"),
          "tags", new Value(Value.Type.JSON, "[1,{}]"),
          "", Value.string(""));

  private static final Customer FULL =
      new Customer(
          new Lifecycle(LifecycleStage.DECLINING, 2, 3),
          PURCHASES,
          BROWSING,
          RESPONSES,
          REFILLS,
          ATTRIBUTES,
          Long.MAX_VALUE);

  private static List<Integer> hours() {
    List<Integer> hours = new ArrayList<>(Collections.nCopies(24, 0));
    hours.set(23, Integer.MAX_VALUE);
    return hours;
  }

  /** Nobody, everything, and each part alone. */
  static Stream<Customer> customers() {
    Customer nobody = Customer.unknown();
    return Stream.of(
        nobody,
        FULL,
        with(FULL.lifecycle(), nobody.purchases(), nobody.browsing()),
        with(nobody.lifecycle(), PURCHASES, nobody.browsing()),
        with(nobody.lifecycle(), nobody.purchases(), BROWSING),
        new Customer(
            nobody.lifecycle(),
            nobody.purchases(),
            nobody.browsing(),
            RESPONSES,
            nobody.refills(),
            Map.of(),
            1),
        new Customer(
            nobody.lifecycle(),
            nobody.purchases(),
            nobody.browsing(),
            nobody.responses(),
            REFILLS,
            Map.of(),
            2),
        new Customer(
            nobody.lifecycle(),
            nobody.purchases(),
            nobody.browsing(),
            nobody.responses(),
            nobody.refills(),
            ATTRIBUTES,
            3));
  }

  private static Customer with(Lifecycle lifecycle, Purchases purchases, Browsing browsing) {
    return new Customer(
        lifecycle, purchases, browsing, Responses.none(), Refills.none(), Map.of(), 9);
  }

  @ParameterizedTest
  @MethodSource("customers")
  void customerIsReadAsWritten(Customer customer) throws IOException {
    assertThat(decode(encode(customer))).isEqualTo(customer);
  }

  @ParameterizedTest
  @EnumSource
  void everyStageIsReadAsWritten(LifecycleStage stage) throws IOException {
    Customer customer = with(new Lifecycle(stage, 1, 1), Purchases.none(), Browsing.none());
    assertThat(decode(encode(customer)).lifecycle().stage()).isEqualTo(stage);
  }

  @Test
  void equalCustomersAreEqualBytes() throws IOException {
    assertThat(encode(decode(encode(FULL)))).isEqualTo(encode(FULL));
  }

  @Test
  void whoOnlyLookedAroundTakesFewBytes() throws IOException {
    assertThat(encode(Customer.unknown())).hasSizeLessThan(64);
  }

  @Test
  void bytesThatEndEarlyAreNoCustomer() throws IOException {
    byte[] bytes = encode(FULL);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> decode(cut)).isInstanceOf(IOException.class);
    }
  }

  private static byte[] encode(Customer customer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    CustomerCodec.encode(customer, out);
    out.flush();
    return bytes.toByteArray();
  }

  private static Customer decode(byte[] bytes) throws IOException {
    return CustomerCodec.decode(CodedInputStream.newInstance(bytes));
  }
}
