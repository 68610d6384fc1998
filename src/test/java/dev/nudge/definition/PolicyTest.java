package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.nudge.event.Value;
import dev.nudge.pattern.PropertyType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy's keys, in a file and on the topic. */
class PolicyTest {
  private static final Policy ACME =
      new Policy(
          "acme", "Asia/Shanghai", "CNY", new LifecyclePolicy(14, 60, 5, 3, RecoverTo.GROWING));
  private static final String KEY = "acme|policy|default";
  private static final String RECORD =
      "{\"kind\":\"policy\",\"tenant\":\"acme\",\"id\":\"default\",\"version\":3,"
          + "\"effectiveAt\":\"2026-01-05T09:00:03Z\",\"zone\":\"Asia/Shanghai\","
          + "\"currency\":\"CNY\",\"lifecycle\":{\"dormantDays\":14,\"lostDays\":60,"
          + "\"stableOrders\":5,\"declineMinDays\":3,\"recoverTo\":\"GROWING\"}}";
  private static final PolicyVersion VERSION =
      new PolicyVersion("acme", 3, 1_767_603_603_000L, ACME, false);

  @Test
  void yamlAndJsonSayTheSame() throws DefinitionException {
    String yaml =
        """
        kind: policy
        tenant: acme
        zone: Asia/Shanghai        # where its days begin
        currency: CNY
        lifecycle: {dormantDays: 14, lostDays: 60, stableOrders: 5, declineMinDays: 3,
                    recoverTo: GROWING}
        """;
    String json =
        """
        {
        \t"kind": "policy", "tenant": "acme", "zone": "Asia\\/Shanghai", "currency": "CNY",
        \t"lifecycle": {
        \t\t"dormantDays": 14, "lostDays": 60, "stableOrders": 5, "declineMinDays": 3,
        \t\t"recoverTo":\t\t"GROWING"
        \t}
        }
        """;
    assertThat(read(yaml)).isEqualTo(ACME);
    assertThat(read(json)).isEqualTo(ACME);
    assertThat(read("\uFEFF" + json)).isEqualTo(ACME);
    assertThat(read("\uFEFF" + yaml.replace("\n", "\r\n"))).isEqualTo(ACME);
  }

  @Test
  void everyKeyButItsKindMayBeLeftOut() throws DefinitionException {
    assertThat(read("kind: policy")).isEqualTo(Policy.DEFAULT);
    assertThat(read("{kind: policy, lifecycle: {}}")).isEqualTo(Policy.DEFAULT);
    assertThat(Policy.DEFAULT)
        .isEqualTo(
            new Policy(null, "UTC", null, new LifecyclePolicy(30, 90, 4, 7, RecoverTo.BY_COUNT)));
  }

  @Test
  void anomaliesAndSchemaAreReadAndSurviveTheTopic() throws DefinitionException {
    Policy policy =
        read(
            """
            kind: policy
            tenant: acme
            anomalies: {SPEND_SPIKE: {enabled: false, factor: 2, minOrders: 5}}
            schema: {size: INTEGER, weight: NUMBER, color: STRING, gift: BOOLEAN}
            """);
    assertThat(policy)
        .isEqualTo(
            new Policy(
                "acme",
                "UTC",
                null,
                LifecyclePolicy.DEFAULT,
                Map.of(
                    "SPEND_SPIKE",
                    new AnomalyPolicy(
                        false,
                        Map.of("factor", Value.number("2"), "minOrders", Value.number("5")))),
                Map.of(
                    "size", PropertyType.INTEGER,
                    "weight", PropertyType.NUMBER,
                    "color", PropertyType.STRING,
                    "gift", PropertyType.BOOLEAN)));
    PolicyVersion version = new PolicyVersion("acme", 1, 0, policy, false);
    byte[] value = PolicyCodec.value(version);
    assertThat(new String(value, StandardCharsets.UTF_8))
        .contains(
            "\"anomalies\":{\"SPEND_SPIKE\":{\"enabled\":false,\"factor\":2,\"minOrders\":5}},"
                + "\"schema\":{\"color\":\"STRING\",\"gift\":\"BOOLEAN\",\"size\":\"INTEGER\","
                + "\"weight\":\"NUMBER\"}}");
    assertThat(PolicyCodec.read(PolicyCodec.key("acme"), value)).contains(version);
  }

  @Test
  void anomalyThatIsOnlyNamedStaysAsItIs() throws DefinitionException {
    assertThat(read("{kind: policy, anomalies: {SPEND_SPIKE: {}}}").anomalies())
        .isEqualTo(Map.of("SPEND_SPIKE", new AnomalyPolicy(true, Map.of())));
  }

  @Test
  void stateOfBeforeThereWereAnomaliesHasNone() {
    Policy old = new Policy("acme", "UTC", null, LifecyclePolicy.DEFAULT, null, null);
    assertThat(old.anomalies()).isEmpty();
    assertThat(old.schema()).isEmpty();
    assertThat(new AnomalyPolicy(true, null).params()).isEmpty();
  }

  @Test
  void boundsThemselvesAreTaken() throws DefinitionException {
    assertThat(
            read("{kind: policy, lifecycle: {dormantDays: 3650, lostDays: 3650,"
                    + " stableOrders: 1000, declineMinDays: 3650}}")
                .lifecycle())
        .isEqualTo(new LifecyclePolicy(3650, 3650, 1000, 3650, RecoverTo.BY_COUNT));
    assertThat(
            read("{kind: policy, lifecycle: {dormantDays: 1, lostDays: 1, stableOrders: 2,"
                    + " declineMinDays: 0}}")
                .lifecycle())
        .isEqualTo(new LifecyclePolicy(1, 1, 2, 0, RecoverTo.BY_COUNT));
  }

  static Stream<Arguments> refusedPolicies() {
    String id = "expected 1 to 256 characters, none of them | or a control character";
    return Stream.of(
        arguments("tenant: ''", "2:9: tenant: found \"\", " + id),
        arguments("tenant: a|b", "2:9: tenant: found \"a|b\", " + id),
        arguments("tenant: \"a\\nb\"", "2:9: tenant: found \"a b\", " + id),
        arguments(
            "tenant: 2024",
            "2:9: tenant: found 2024, "
                + id
                + " (text that looks like a number, true or false needs quotes)"),
        arguments("tenant:", "2:8: tenant: found nothing, " + id),
        arguments(
            "tenant: " + "x".repeat(257), "2:9: tenant: found \"" + "x".repeat(60) + "…\", " + id),
        arguments(
            "zone: Asia/Shangai",
            "2:7: zone: found \"Asia/Shangai\", expected an IANA time zone such as Asia/Shanghai;"
                + " did you mean Asia/Shanghai?"),
        arguments(
            "zone: +08:00",
            "2:7: zone: found \"+08:00\", expected an IANA time zone such as Asia/Shanghai"),
        arguments(
            "zone: asia/shanghai",
            "2:7: zone: found \"asia/shanghai\", expected an IANA time zone such as Asia/Shanghai;"
                + " did you mean Asia/Shanghai?"),
        arguments(
            "currency: cny",
            "2:11: currency: found \"cny\", expected three capital letters such as CNY"),
        arguments(
            "currency: null",
            "2:11: currency: found nothing, expected three capital letters such as CNY"),
        arguments(
            "quiteHours: {from: '22:00', to: '08:00'}",
            "2:1: quiteHours: found an unknown key, expected one of kind, tenant, zone, currency,"
                + " lifecycle, anomalies, schema, paused, channels, quietHours, caps, heldCoupons,"
                + " globalControl, salt; did you mean quietHours?"),
        arguments("lifecycle:", "2:11: lifecycle: found nothing, expected a map"),
        arguments("lifecycle: [30, 90]", "2:12: lifecycle: found a list, expected a map"),
        arguments(
            "lifecycle: {dormantDays: 0}",
            "2:26: lifecycle.dormantDays: found 0, expected a whole number from 1 to 3650"),
        arguments(
            "lifecycle: {lostDays: 3651}",
            "2:23: lifecycle.lostDays: found 3651, expected a whole number from 1 to 3650"),
        arguments(
            "lifecycle: {stableOrders: 1}",
            "2:27: lifecycle.stableOrders: found 1, expected a whole number from 2 to 1000"),
        arguments(
            "lifecycle: {declineMinDays: -1}",
            "2:29: lifecycle.declineMinDays: found -1, expected a whole number from 0 to 3650"),
        arguments(
            "lifecycle: {dormantDays: 30 days}",
            "2:26: lifecycle.dormantDays: found \"30 days\", expected a whole number from 1 to"
                + " 3650"),
        arguments(
            "lifecycle: {recoverTo: growing}",
            "2:24: lifecycle.recoverTo: found \"growing\", expected one of BY_COUNT, GROWING; did"
                + " you mean GROWING?"),
        arguments(
            "lifecycle: {dormantDay: 3}",
            "2:13: lifecycle.dormantDay: found an unknown key, expected one of dormantDays,"
                + " lostDays, stableOrders, declineMinDays, recoverTo; did you mean dormantDays?"),
        arguments(
            "lifecycle:\n  dormantDays: 60\n  lostDays: 59",
            "4:13: lifecycle.lostDays: found 59, expected at least dormantDays, 60"),
        arguments(
            "lifecycle: {lostDays: 29}",
            "2:23: lifecycle.lostDays: found 29, expected at least dormantDays, 30"),
        arguments(
            "anomalies: {SPEND_SPIK: {}}",
            "2:25: anomalies.SPEND_SPIK: found the anomaly SPEND_SPIK, expected one of "
                + String.join(", ", BuiltInRules.anomalies().keySet())
                + "; did you mean SPEND_SPIKE?"),
        arguments(
            "anomalies: {SPEND_SPIKE: {factr: 2}}",
            "2:27: anomalies.SPEND_SPIKE.factr: found an unknown key, expected one of enabled,"
                + " factor, minOrders; did you mean factor?"),
        arguments(
            "anomalies: {SPEND_SPIKE: {minOrders: 2.5}}",
            "2:38: anomalies.SPEND_SPIKE.minOrders: found 2.5, expected a whole number"),
        arguments(
            "anomalies: {SPEND_SPIKE: {factor: -1.5}}",
            "2:35: anomalies.SPEND_SPIKE.factor: found -1.5, expected no number below 0"),
        arguments(
            "anomalies: {SPEND_SPIKE: {factor: much}}",
            "2:35: anomalies.SPEND_SPIKE.factor: found \"much\", expected a value like 1.5"),
        arguments(
            "anomalies: {SPEND_SPIKE: {factor: [1]}}",
            "2:35: anomalies.SPEND_SPIKE.factor: found a list, expected a text, a number, true or"
                + " false"),
        arguments(
            "anomalies: {SPEND_SPIKE: {enabled: yes}}",
            "2:36: anomalies.SPEND_SPIKE.enabled: found \"yes\", expected true or false"),
        arguments(
            "schema: {size: INT}",
            "2:16: schema.size: found \"INT\", expected one of STRING, NUMBER, INTEGER, BOOLEAN"),
        arguments(
            "lifecycle: {dormantDays: 91}",
            "2:26: lifecycle.dormantDays: found 91, expected at most lostDays, which is 90 unless"
                + " given"));
  }

  @ParameterizedTest
  @MethodSource("refusedPolicies")
  void policyIsRefusedWithItsPlace(String keys, String message) {
    assertThatThrownBy(() -> read("kind: policy\n" + keys + "\n"))
        .isInstanceOf(DefinitionException.class)
        .hasMessage("policy.yaml:" + message);
  }

  @Test
  void onePolicyHoldsForEveryTenantAtMost() {
    assertThatThrownBy(() -> read("kind: policy\n---\nkind: policy\n"))
        .hasMessage(
            "policy.yaml:3:1: tenant: found a second policy of every tenant, after policy.yaml:1,"
                + " expected one");
  }

  @Test
  void recordIsWrittenWithEveryKeyAndReadBack() throws DefinitionException {
    assertThat(PolicyCodec.key("acme")).isEqualTo(utf8(KEY));
    assertThat(PolicyCodec.value(VERSION)).isEqualTo(utf8(RECORD));
    assertThat(PolicyCodec.read(utf8(KEY), utf8(RECORD))).contains(VERSION);
  }

  @Test
  void everyNameThatAFileTakesSurvivesTheTopic() throws DefinitionException {
    for (String tenant :
        new String[] {"品牌 \uD83C\uDF81", "a\"b\\c", "$time", " ", "\u2028", "*a: b"}) {
      Policy policy = new Policy(tenant, "UTC", null, LifecyclePolicy.DEFAULT);
      PolicyVersion version = new PolicyVersion(tenant, 1, 0, policy, false);
      assertThat(PolicyCodec.read(PolicyCodec.key(tenant), PolicyCodec.value(version)))
          .contains(version);
    }
  }

  @Test
  void recordWithoutValueDeletes() throws DefinitionException {
    PolicyVersion deletion = new PolicyVersion("acme", 0, 0, null, true);
    assertThat(PolicyCodec.read(utf8(KEY), null)).contains(deletion);
    assertThat(PolicyCodec.value(deletion)).isNull();
  }

  @Test
  void timeRecordIsNoDefinition() throws DefinitionException {
    assertThat(PolicyCodec.read(utf8("$time"), utf8("{\"event\":\"$time\",\"timestamp\":1}")))
        .isEmpty();
  }

  static Stream<Arguments> refusedRecords() {
    return Stream.of(
        arguments(
            "acme",
            RECORD,
            "acme:1:1: found the record key \"acme\", expected TENANT|policy|default"),
        arguments(
            "acme|policy|other",
            RECORD,
            "acme|policy|other:1:1: found the record key \"acme|policy|other\", expected"
                + " TENANT|policy|default"),
        arguments(
            "acme|campaign|default",
            null,
            "acme|campaign|default:1:1: found the record key \"acme|campaign|default\", expected"
                + " TENANT|policy|default"),
        arguments(
            KEY, "", KEY + ":1:1: found an empty text, expected a definition in YAML 1.2 or JSON"),
        arguments(KEY, "null", KEY + ":1:1: found nothing, expected a map"),
        arguments(
            KEY,
            RECORD.replace("{\"kind\"", "{\"kind"),
            KEY
                + ":1:9: found a mistake in the notation (expected ',' or '}', but got <scalar>),"
                + " expected a definition in YAML 1.2 or JSON"),
        arguments(
            KEY,
            "kind: policy\n---\nkind: policy\n",
            KEY + ":1:1: found 2 documents, expected one policy"),
        arguments(
            KEY,
            RECORD.replace("\"acme\"", "\"bcme\""),
            KEY + ":1:27: tenant: found \"bcme\", expected the key's acme"),
        arguments(
            KEY,
            RECORD.replace("\"version\":3,", ""),
            KEY + ":1:1: version: found nothing, expected a whole number from 1 to 2147483647"),
        arguments(
            KEY,
            RECORD.replace("\"version\":3,", "\"version\":0,"),
            KEY + ":1:59: version: found 0, expected a whole number from 1 to 2147483647"),
        arguments(
            KEY,
            RECORD.replace("T09:00:03Z", ""),
            KEY
                + ":1:75: effectiveAt: found \"2026-01-05\", expected an instant with its offset"
                + " such as 2026-11-01T00:00:00+08:00"),
        arguments(
            KEY,
            RECORD.replace("\"id\":\"default\"", "\"id\":\"x\""),
            KEY + ":1:39: id: found \"x\", expected default"));
  }

  @ParameterizedTest
  @MethodSource("refusedRecords")
  void recordIsRefusedWithItsPlace(String key, String value, String message) {
    assertThatThrownBy(() -> PolicyCodec.read(utf8(key), value == null ? null : utf8(value)))
        .isInstanceOf(DefinitionException.class)
        .hasMessage(message);
  }

  @Test
  void recordWithoutKeyIsRefused() {
    assertThatThrownBy(() -> PolicyCodec.read(null, utf8(RECORD)))
        .hasMessage(":1:1: found the record key \"\", expected TENANT|policy|default");
  }

  private static Policy read(String text) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("policy.yaml", utf8(text));
    return reader.policies().get(0);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
