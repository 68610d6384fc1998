package dev.nudge.measure.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle of experiments, on logs whose arms are worked out by hand. */
class ExperimentOracleTest {
  private static final double ONE_MILLIONTH = 1.5e-6;

  @TempDir private Path folder;
  private HandMadeLog log;

  @BeforeEach
  void begin() {
    log = new HandMadeLog(folder).withDeliveries();
  }

  /** Customers of an arm, some of whom pay an order of 10 at a time. */
  private void arm(String arm, int customers, int paying, String payAt) {
    for (int i = 0; i < customers; i++) {
      String who = "'customerId': '" + arm + i + "'";
      if (arm.equals("CONTROL")) {
        log.row("10T09:00:00Z", "g" + arm + i, "CONTROL", "{" + who + "}");
      } else {
        log.sent("10T09:00:00Z", "g" + arm + i, "{'variant': '" + arm + "'," + who + "}");
      }
      if (i < paying) {
        log.order(payAt, "PAID", "o1", "10", "{" + who + "}");
      }
    }
  }

  private JsonNode row(String arm) throws IOException {
    for (String line : log.oracle().experiments()) {
      JsonNode row = Event.JSON.readTree(line);
      if (row.get("arm").asText().equals(arm)) {
        return row;
      }
    }
    throw new AssertionError("no arm " + arm);
  }

  private static void assertNumber(JsonNode row, String field, double expected) {
    assertThat(row.get(field).doubleValue()).as(field).isCloseTo(expected, within(ONE_MILLIONTH));
  }

  @Test
  void liftHasItsIntervalsAndItsP() throws IOException {
    log.campaign("control: 50");
    arm("A", 60, 30, "10T10:00:00Z");
    arm("CONTROL", 60, 6, "10T10:00:30Z");

    JsonNode a = row("A");
    assertThat(a.get("customers").asInt()).isEqualTo(60);
    assertThat(a.get("conversions").asInt()).isEqualTo(30);
    assertNumber(a, "expected", 60);
    assertNumber(a, "conversionRate", 0.5);
    assertNumber(a, "conversionLift", 0.4);
    assertNumber(a, "conversionLiftLow", 0.251214180);
    assertNumber(a, "conversionLiftHigh", 0.548785820);
    assertNumber(a, "conversionRelativeLift", 4);
    assertNumber(a, "conversionRelativeLiftLow", -0.034522014);
    assertNumber(a, "conversionRelativeLiftHigh", 8.034522014);
    assertNumber(a, "conversionP", 0.118372331);
    assertThat(a.get("revenue").asText()).isEqualTo("300.00");
    assertNumber(a, "revenuePerCustomer", 5);
    assertNumber(a, "revenueLift", 4);
    assertNumber(a, "revenueLiftHigh", 5.4878582);
    assertNumber(a, "revenueRelativeLiftLow", -0.034522014);
    // Six of those held back have paid, which is too few to compare revenue.
    assertNumber(a, "revenueP", 1);
    assertNumber(a, "sampleRatioP", 1);
    assertThat(a.get("sampleRatioMismatch").asBoolean()).isFalse();
    assertThat(a.get("enough").asBoolean()).isTrue();
    JsonNode control = row("CONTROL");
    assertNumber(control, "conversionRate", 0.1);
    assertThat(control.get("conversionLift").isNull()).isTrue();
    assertThat(control.get("conversionP").isNull()).isTrue();
    assertThat(row("SENT").get("revenueLift")).isEqualTo(a.get("revenueLift"));
  }

  @Test
  void aLineHasAllItsFieldsInOrder() throws IOException {
    log.policy("currency: EUR").campaign("cost: {model: PER_SEND, price: 0.1}");
    log.sent("10T09:00:00Z", "g1").receipt("10T09:01:00Z", "SENT", "g1");

    assertThat(log.oracle().experiments()).containsExactly(line("A"), line("SENT"));
  }

  private static String line(String arm) {
    return ("{'tenant':'acme','campaign':'k','arm':'%s','asOf':'2026-03-31T00:00:00Z',"
            + "'customers':1,'expected':1,'conversions':0,'conversionRate':0,"
            + "'conversionLift':null,'conversionLiftLow':null,'conversionLiftHigh':null,"
            + "'conversionRelativeLift':null,'conversionRelativeLiftLow':null,"
            + "'conversionRelativeLiftHigh':null,'conversionP':null,'currency':'EUR',"
            + "'revenue':'0.00','cost':'0.10','revenuePerCustomer':0,'revenueLift':null,"
            + "'revenueLiftLow':null,'revenueLiftHigh':null,'revenueRelativeLift':null,"
            + "'revenueRelativeLiftLow':null,'revenueRelativeLiftHigh':null,'revenueP':null,"
            + "'sampleRatioP':null,'sampleRatioMismatch':false,'enough':false,'winner':false}")
        .formatted(arm)
        .replace('\'', '"');
  }

  @Test
  void theSmallestPStays() throws IOException {
    log.campaign("control: 50\nconversion: {windows: [9 h]}");
    arm("A", 60, 30, "10T10:00:00Z");
    arm("CONTROL", 60, 6, "10T10:00:30Z");
    for (int i = 6; i < 36; i++) {
      log.order("10T11:00:00Z", "PAID", "o1", "10", "{'customerId': 'CONTROL" + i + "'}");
    }

    assertNumber(row("A"), "conversionLift", -0.1);
    assertNumber(row("A"), "conversionP", 0.118372331);
  }

  @Test
  void beforeThereIsEnoughDataNothingIsTested() throws IOException {
    log.campaign("control: 50");
    arm("A", 60, 60, "10T10:00:00Z");
    arm("CONTROL", 60, 4, "10T10:00:00Z");

    assertNumber(row("A"), "conversionP", 1);
    assertThat(row("A").get("enough").asBoolean()).isFalse();
    assertThat(row("CONTROL").get("enough").asBoolean()).isFalse();
    assertNumber(row("A"), "conversionLift", 1 - 4 / 60.0);
  }

  @Test
  void revenueIsComparedFromFiftyConversionsOn() throws IOException {
    log.campaign("control: 50");
    arm("A", 100, 90, "10T10:00:00Z");
    arm("CONTROL", 100, 49, "10T10:00:30Z");
    double p = row("A").get("conversionP").doubleValue();
    assertThat(p).isLessThan(0.01);
    assertNumber(row("A"), "revenueP", 1);

    log.order("10T10:00:40Z", "PAID", "o1", "10", "{'customerId': 'CONTROL49'}");

    // Everybody who paid paid 10, so what they paid is ten times whether they did.
    assertThat(row("A").get("conversionP").doubleValue()).isGreaterThan(p);
    assertThat(row("A").get("revenueP")).isEqualTo(row("A").get("conversionP"));
  }

  @Test
  void aCustomerBelongsToItsFirstGrantAndIsConvertedByAny() throws IOException {
    log.campaign("control: 50");
    log.control("10T09:00:00Z", "g2").sent("15T09:00:00Z", "g1");
    log.order("15T10:00:00Z", "PAID", "o1", "3");

    assertThat(row("CONTROL").get("conversions").asInt()).isEqualTo(1);
    assertThat(row("CONTROL").get("revenue").asText()).isEqualTo("3.00");
    assertThat(row("A").get("customers").asInt()).isZero();
    assertThat(row("A").get("conversionRate").isNull()).isTrue();
  }

  @Test
  void anOrderCountsOnceNetOfRefundsInTheCurrencyAndThePrimaryWindow() throws IOException {
    log.policy("currency: EUR").campaign("conversion: {windows: [3 h, 1 days]}");
    log.sent("10T09:00:00Z", "g1").sent("10T10:00:00Z", "g2");
    log.order("10T11:00:00Z", "PAID", "o1", "10").order("12T11:00:00Z", "REFUNDED", "o1", "4");
    log.order("10T11:00:00Z", "PAID", "o2", "5", "{'currency': 'USD'}");
    log.order("10T20:00:00Z", "PAID", "o3", "7");

    assertThat(row("A").get("revenue").asText()).isEqualTo("6.00");
    assertNumber(row("A"), "revenuePerCustomer", 6);
  }

  @Test
  void armsThatAreNotOfTheirDeclaredSizeAreAMismatch() throws IOException {
    log.campaign("control: 50");
    arm("A", 30, 0, "10T10:00:00Z");
    arm("CONTROL", 10, 0, "10T10:00:00Z");

    // (10 squared over 20) twice.
    assertNumber(row("A"), "sampleRatioP", ExperimentOracle.chiSquareTail(10, 1));
    assertNumber(row("A"), "sampleRatioP", 0.001565402);
    assertThat(row("A").get("sampleRatioMismatch").asBoolean()).isFalse();
    log.sent("10T09:00:00Z", "g", "{'variant': 'unknown', 'customerId': 'zoe'}");
    assertNumber(row("A"), "sampleRatioP", 0);
    assertThat(row("CONTROL").get("sampleRatioMismatch").asBoolean()).isTrue();
  }

  @Test
  void theBestVariantWinsOnlyIfItIsSignificantlySo() throws IOException {
    String variants =
        "variants: [{id: A, weight: 50, content: {t: a}}, {id: B, weight: 50, content: {t: b}}]\n"
            + "experiment: {explore: 50, decideAfter: 2 h, then: %s}";
    log.campaign(variants.formatted("WINNER"));
    arm("A", 60, 6, "10T10:00:00Z");
    arm("B", 60, 30, "10T10:00:00Z");
    assertThat(row("B").get("winner").asBoolean()).isFalse();
    for (int i = 30; i < 58; i++) {
      log.order("10T11:00:00Z", "PAID", "o1", "10", "{'customerId': 'B" + i + "'}");
    }
    assertThat(row("B").get("winner").asBoolean()).isTrue();
    assertThat(row("A").get("winner").asBoolean()).isFalse();
    assertThat(row("SENT").get("winner").asBoolean()).isFalse();
  }

  @Test
  void theHighestEstimateIsTakenWhereTheBestOneIsWanted() throws IOException {
    log.campaign(
        """
        cost: {model: PER_SEND, price: 0.5}
        variants: [{id: A, weight: 50, content: {t: a}}, {id: B, weight: 50, content: {t: b}}]
        experiment: {explore: 50, decideAfter: 2 h, metric: roi, then: BEST}
        """);
    log.sent("10T09:00:00Z", "g1").receipt("10T09:01:00Z", "SENT", "g1");
    log.order("10T10:00:00Z", "PAID", "o1", "10");
    log.sent("10T09:00:00Z", "g2", "{'variant': 'B', 'customerId': 'bert'}");
    log.order("10T10:00:00Z", "PAID", "o1", "90", "{'customerId': 'bert'}");

    // B paid more, but cost nothing that a return could be told of.
    assertThat(row("A").get("winner").asBoolean()).isTrue();
  }

  @Test
  void tailsAreThoseOfTheTables() {
    assertThat(ExperimentOracle.chiSquareTail(3.841458820694124, 1)).isCloseTo(0.05, within(1e-12));
    assertThat(ExperimentOracle.chiSquareTail(10.827566170662733, 1))
        .isCloseTo(0.001, within(1e-12));
    assertThat(ExperimentOracle.chiSquareTail(5.991464547107979, 2)).isCloseTo(0.05, within(1e-12));
    assertThat(ExperimentOracle.chiSquareTail(7.814727903251179, 3)).isCloseTo(0.05, within(1e-12));
    assertThat(ExperimentOracle.chiSquareTail(9.487729036781154, 4)).isCloseTo(0.05, within(1e-12));
    assertThat(ExperimentOracle.chiSquareTail(11.070497693516351, 5))
        .isCloseTo(0.05, within(1e-12));
    assertThat(ExperimentOracle.chiSquareTail(0, 1)).isEqualTo(1);
  }
}
