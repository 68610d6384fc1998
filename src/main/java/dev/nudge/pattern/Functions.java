package dev.nudge.pattern;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelFunctionOverload;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.CelStandardFunctions.StandardFunction.Overload.Arithmetic;
import dev.nudge.event.Units;
import dev.nudge.pattern.Expression.Unavailable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The functions of expressions beside CEL's own, and the runtime that has both.
 *
 * <p>Those that compare with a customer's orders compute exactly. They get the scope as one more
 * argument, which the {@link ExpressionCompiler} adds and nobody can write.
 */
final class Functions {
  /** The name that stands for the scope; no expression can say it. */
  static final String SCOPE = "@scope";

  /** The scope's type, no value of which can be written. */
  static final OpaqueType SCOPE_TYPE = OpaqueType.create("scope");

  /** Whether a name is there; what {@code has(event.x)} becomes. */
  static final String HAS = "@has";

  /** The functions that take the scope. */
  static final Set<String> SCOPED =
      Set.of("aboveMean", "belowMean", "meanUnits", "gapTimes", "ordersWithin");

  /** CEL with its own bounds. */
  static final CelOptions OPTIONS =
      CelOptions.current()
          .enableHeterogeneousNumericComparisons(true)
          .evaluateCanonicalTypesToNativeValues(true)
          .maxExpressionCodePointSize(Expression.MAX_LENGTH)
          .maxParseRecursionDepth(Expression.MAX_DEPTH)
          .comprehensionMaxIterations(Expression.MAX_ITERATIONS)
          .maxRegexProgramSize(Expression.MAX_REGEX)
          .build();

  static final List<CelFunctionDecl> DECLARATIONS =
      List.of(
          declare("millis", SimpleType.DURATION, SimpleType.INT),
          declare("days", SimpleType.DURATION, SimpleType.INT),
          declare("time", SimpleType.TIMESTAMP, SimpleType.INT),
          declare("money", SimpleType.STRING, SimpleType.INT),
          declare("aboveMean", SimpleType.BOOL, SimpleType.INT, SimpleType.DOUBLE, SCOPE_TYPE),
          declare("belowMean", SimpleType.BOOL, SimpleType.INT, SimpleType.DOUBLE, SCOPE_TYPE),
          declare("meanUnits", SimpleType.INT, SCOPE_TYPE),
          declare("gapTimes", SimpleType.INT, SimpleType.DOUBLE, SCOPE_TYPE),
          declare("ordersWithin", SimpleType.INT, SimpleType.INT, SimpleType.INT, SCOPE_TYPE),
          declare(HAS, SimpleType.BOOL, SimpleType.STRING, SCOPE_TYPE));

  /** CEL's {@code +} builds texts and lists of any length; ours stop. */
  static final CelRuntime RUNTIME =
      CelRuntimeFactory.standardCelRuntimeBuilder()
          .setOptions(OPTIONS)
          .setStandardEnvironmentEnabled(false)
          .setStandardFunctions(
              CelStandardFunctions.newBuilder().filterFunctions(Functions::isBounded).build())
          .addFunctionBindings(
              CelFunctionBinding.from("millis", Long.class, Duration::ofMillis),
              CelFunctionBinding.from("days", Long.class, Duration::ofDays),
              CelFunctionBinding.from("time", Long.class, Instant::ofEpochMilli),
              CelFunctionBinding.from("money", Long.class, units -> Units.format(units)),
              bind(
                  "aboveMean",
                  a -> compareWithMean((Long) a[0], (Double) a[1], (Scope) a[2]) > 0,
                  Long.class,
                  Double.class,
                  Scope.class),
              bind(
                  "belowMean",
                  a -> compareWithMean((Long) a[0], (Double) a[1], (Scope) a[2]) < 0,
                  Long.class,
                  Double.class,
                  Scope.class),
              CelFunctionBinding.from("meanUnits", Scope.class, Functions::meanUnits),
              CelFunctionBinding.from("gapTimes", Double.class, Scope.class, Functions::gapTimes),
              bind(
                  "ordersWithin",
                  a -> ordersWithin((Long) a[0], (Long) a[1], (Scope) a[2]),
                  Long.class,
                  Long.class,
                  Scope.class),
              CelFunctionBinding.from(
                  HAS, String.class, Scope.class, (name, scope) -> isThere(name, scope)),
              CelFunctionBinding.from(
                  "add_string", String.class, String.class, Functions::concatenated),
              bind("add_list", a -> joined((List<?>) a[0], (List<?>) a[1]), List.class, List.class))
          .build();

  private Functions() {}

  /**
   * How an amount compares with a multiple of the customer's mean order, without rounding: amount
   * times orders against factor times their sum.
   */
  private static int compareWithMean(long amountUnits, double factor, Scope scope) {
    BigDecimal amount = BigDecimal.valueOf(amountUnits).multiply(new BigDecimal(orders(scope)));
    return amount.compareTo(decimal(factor).multiply(new BigDecimal(orderSum(scope))));
  }

  /** The mean order in ten-thousandths, rounded half up. */
  private static long meanUnits(Scope scope) {
    return new BigDecimal(orderSum(scope))
        .divide(new BigDecimal(orders(scope)), 0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /** A multiple of the mean time between orders, in whole milliseconds, rounded down. */
  private static long gapTimes(double factor, Scope scope) {
    BigInteger span = whole("customer.lastOrderAt", scope);
    span = span.subtract(whole("customer.firstOrderAt", scope));
    BigDecimal gaps = new BigDecimal(orders(scope).subtract(BigInteger.ONE));
    if (gaps.signum() == 0) {
      throw new Unavailable("one order has no gap to the next");
    }
    return decimal(factor)
        .multiply(new BigDecimal(span))
        .divide(gaps, 0, RoundingMode.FLOOR)
        .longValueExact();
  }

  private static long ordersWithin(long fromMillisAgo, long toMillisAgo, Scope scope) {
    long now = whole("now", scope).longValueExact();
    long orders =
        scope.ordersBetween(
            Math.subtractExact(now, fromMillisAgo), Math.subtractExact(now, toMillisAgo));
    if (orders < 0) {
      throw new Unavailable("the times of orders are not known here");
    }
    return orders;
  }

  private static boolean isThere(String name, Scope scope) {
    return scope.find(name) != null
        || (name.startsWith("customer.") && scope.find(name + Names.UNITS) != null);
  }

  /** The paid orders, one at least. */
  private static BigInteger orders(Scope scope) {
    BigInteger orders = whole("customer.orderCount", scope);
    if (orders.signum() <= 0) {
      throw new Unavailable("there is no order to take the mean of");
    }
    return orders;
  }

  private static BigInteger orderSum(Scope scope) {
    return whole("customer.orderSumUnits", scope);
  }

  private static BigInteger whole(String name, Scope scope) {
    Object value = scope.find(name);
    if (value == null) {
      throw new Unavailable(name + " is absent");
    }
    return Expression.exact(name, value);
  }

  /** The decimal that was written: 1.1 means 1.1 and not the nearest binary fraction. */
  private static BigDecimal decimal(double factor) {
    if (!Double.isFinite(factor)) {
      throw new Unavailable("the factor is " + factor);
    }
    return BigDecimal.valueOf(factor);
  }

  private static String concatenated(String a, String b) {
    if (a.length() + b.length() > Expression.MAX_BUILT) {
      throw new Unavailable("a text of more than " + Expression.MAX_BUILT + " characters");
    }
    return a + b;
  }

  private static List<Object> joined(List<?> a, List<?> b) {
    if (a.size() + b.size() > Expression.MAX_BUILT) {
      throw new Unavailable("a list of more than " + Expression.MAX_BUILT + " items");
    }
    List<Object> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private static boolean isBounded(StandardFunction function, Object overload) {
    return overload != Arithmetic.ADD_STRING
        && overload != Arithmetic.ADD_LIST
        && overload != Arithmetic.ADD_BYTES;
  }

  private static CelFunctionDecl declare(String name, CelType result, CelType... arguments) {
    return CelFunctionDecl.newFunctionDeclaration(
        name, CelOverloadDecl.newGlobalOverload(name, result, arguments));
  }

  private static CelFunctionBinding bind(
      String name, CelFunctionOverload body, Class<?>... arguments) {
    return CelFunctionBinding.from(name, ImmutableList.copyOf(arguments), body);
  }
}
