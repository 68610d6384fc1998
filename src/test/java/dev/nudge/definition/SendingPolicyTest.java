package dev.nudge.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a policy says of sends. */
class SendingPolicyTest {
  private static final String ALL =
      """
      kind: policy
      tenant: acme
      paused: true
      channels:
        SMS:     {kind: ONE_WAY, cost: {model: PER_SEND, price: 0.05}, consentDefault: DENIED}
        ON_PAGE: {positions: [HOME, CART]}
        FAX:     {cost: {model: CPM, price: 2}}
        HALL:    {kind: ON_PAGE}
        WECHAT:  {}
      quietHours: {from: "22:00", to: "08:00"}
      caps:
        - {scope: CHANNEL, channel: WECHAT, max: 4, window: {calendar: MONTH}}
        - {scope: CHANNEL, channel: SMS, max: 2, window: {rolling: 7 days}, counts: MARKETING}
        - {scope: COUPON_TYPE, max: 1, window: {rolling: 7 days}}
        - {scope: ANY, max: 10, window: {calendar: WEEK}}
      heldCoupons: 3
      globalControl: 2.5
      salt: summer
      """;
  private static final long WEEK = 7 * 86_400_000L;

  @Test
  void everyKeyIsReadAndSurvivesTheTopic() throws DefinitionException {
    SendingPolicy sending = read(ALL).sending();
    assertThat(sending)
        .isEqualTo(
            new SendingPolicy(
                true,
                Map.of(
                    "SMS",
                        new Channel(
                            Channel.Kind.ONE_WAY,
                            new Cost(CostModel.PER_SEND, 500),
                            Consent.DENIED,
                            List.of()),
                    "ON_PAGE",
                        new Channel(
                            Channel.Kind.ON_PAGE,
                            Cost.FREE,
                            Consent.GRANTED,
                            List.of("HOME", "CART")),
                    "FAX",
                        new Channel(
                            Channel.Kind.ONE_WAY,
                            new Cost(CostModel.CPM, 20_000),
                            Consent.GRANTED,
                            List.of()),
                    "HALL",
                        new Channel(
                            Channel.Kind.ON_PAGE, Cost.FREE, Consent.GRANTED, Channel.POSITIONS),
                    "WECHAT", Channel.BUILT_IN.get("WECHAT")),
                new QuietHours(22 * 60, 8 * 60),
                List.of(
                    new Cap(Cap.Scope.CHANNEL, "WECHAT", 4, 0, Cap.Calendar.MONTH, Cap.Counts.ALL),
                    new Cap(Cap.Scope.CHANNEL, "SMS", 2, WEEK, null, Cap.Counts.MARKETING),
                    new Cap(Cap.Scope.COUPON_TYPE, null, 1, WEEK, null, Cap.Counts.ALL),
                    new Cap(Cap.Scope.ANY, null, 10, 0, Cap.Calendar.WEEK, Cap.Counts.ALL)),
                3,
                250,
                "summer"));
    PolicyVersion version = new PolicyVersion("acme", 2, 5_000, read(ALL), false);
    assertThat(PolicyCodec.read(PolicyCodec.key("acme"), PolicyCodec.value(version)))
        .contains(version);
  }

  @Test
  void withoutAKeyNothingIsHeldBack() throws DefinitionException {
    SendingPolicy sending = read("kind: policy").sending();
    assertThat(sending).isEqualTo(new SendingPolicy(false, Map.of(), null, List.of(), null, 0, ""));
    assertThat(sending.allChannels().keySet())
        .containsExactly("EMAIL", "INBOX", "ON_PAGE", "PUSH", "SMS", "WECHAT", "WEIBO");
    assertThat(sending.allChannels().values())
        .allMatch(channel -> channel.cost().equals(Cost.FREE))
        .allMatch(channel -> channel.consentDefault() == Consent.GRANTED);
    assertThat(sending.channel("ON_PAGE").positions())
        .containsExactly("LOGIN", "HOME", "PRODUCT", "CART", "CHECKOUT", "ORDER_DONE", "REVIEW");
    assertThat(sending.channel("FAX")).isNull();
  }

  @Test
  void declaredChannelsStandBesideTheBuiltInOnes() throws DefinitionException {
    SendingPolicy sending = read(ALL).sending();
    assertThat(sending.channel("SMS").consentDefault()).isEqualTo(Consent.DENIED);
    assertThat(sending.channel("PUSH")).isEqualTo(Channel.BUILT_IN.get("PUSH"));
    assertThat(sending.allChannels().keySet())
        .containsExactly(
            "EMAIL", "FAX", "HALL", "INBOX", "ON_PAGE", "PUSH", "SMS", "WECHAT", "WEIBO");
  }

  @Test
  void stateOfBeforeThereWereSendsHasTheDefaults() {
    assertThat(new Policy("acme", "UTC", null, LifecyclePolicy.DEFAULT, null, null, null).sending())
        .isEqualTo(SendingPolicy.DEFAULT);
    assertThat(new SendingPolicy(false, null, null, null, null, 0, null))
        .isEqualTo(SendingPolicy.DEFAULT);
    assertThat(new Channel(Channel.Kind.ONE_WAY, Cost.FREE, Consent.GRANTED, null).positions())
        .isEmpty();
  }

  @Test
  void noneMayBeHeldIsAnotherThingThanNoLimit() throws DefinitionException {
    assertThat(read("kind: policy\nheldCoupons: 0").sending().heldCoupons()).isZero();
    assertThat(read("kind: policy").sending().heldCoupons()).isNull();
    Policy zero = read("kind: policy\ntenant: acme\nheldCoupons: 0");
    byte[] value = PolicyCodec.value(new PolicyVersion("acme", 1, 0, zero, false));
    assertThat(new String(value, StandardCharsets.UTF_8)).contains("\"heldCoupons\":0");
  }

  @Test
  void quietHoursGoOverMidnight() {
    QuietHours night = new QuietHours(22 * 60, 8 * 60);
    assertThat(night.contains(LocalTime.parse("22:00"))).isTrue();
    assertThat(night.contains(LocalTime.parse("00:00"))).isTrue();
    assertThat(night.contains(LocalTime.parse("07:59:59.999"))).isTrue();
    assertThat(night.contains(LocalTime.parse("08:00"))).isFalse();
    assertThat(night.contains(LocalTime.parse("21:59:59.999"))).isFalse();
    QuietHours noon = new QuietHours(12 * 60, 13 * 60);
    assertThat(noon.contains(LocalTime.parse("12:00"))).isTrue();
    assertThat(noon.contains(LocalTime.parse("13:00"))).isFalse();
    assertThat(noon.contains(LocalTime.parse("11:59"))).isFalse();
  }

  @Test
  void quietUntilMidnightIsWrittenAndReadAsMidnight() throws DefinitionException {
    assertThat(read("kind: policy\nquietHours: {from: 22:00, to: 24:00}").sending().quietHours())
        .isEqualTo(new QuietHours(22 * 60, 0));
  }

  @Test
  void touchCostsItsPriceAndOfThousandsTheThousandth() {
    assertThat(new Cost(CostModel.PER_SEND, 500).expectedMilliUnits()).isEqualTo(500_000);
    assertThat(new Cost(CostModel.CPC, 500).expectedMilliUnits()).isEqualTo(500_000);
    assertThat(new Cost(CostModel.CPA, 500).expectedMilliUnits()).isEqualTo(500_000);
    assertThat(new Cost(CostModel.CPM, 500).expectedMilliUnits()).isEqualTo(500);
    assertThat(new Cost(CostModel.CPS, 500).expectedMilliUnits()).isZero();
    assertThat(new Cost(CostModel.FLAT, 500).expectedMilliUnits()).isZero();
  }

  static Stream<Arguments> refused() {
    String channels = "EMAIL, INBOX, ON_PAGE, PUSH, SMS, WECHAT, WEIBO";
    String money = "an amount from 0.00 to 100000000000.00 with at most four decimal places";
    String clock = "a time of the day from 00:00 to 24:00, such as 09:00";
    return Stream.of(
        arguments("paused: 1", "2:9: paused: found 1, expected true or false"),
        arguments("channels: [SMS]", "2:11: channels: found a list, expected a map of at most 50"),
        arguments(
            "channels: {\"a|b\": {}}",
            "2:19: channels.a|b: found the name \"a|b\", expected 1 to 256 characters, none of"
                + " them | or a control character"),
        arguments(
            "channels: {SMS: {kind: TEXT}}",
            "2:24: channels.SMS.kind: found \"TEXT\", expected one of ONE_WAY, TWO_WAY, ON_PAGE"),
        arguments(
            "channels: {SMS: {cost: 0.05}}", "2:24: channels.SMS.cost: found 0.05, expected a map"),
        arguments(
            "channels: {SMS: {cost: {model: PER_SEND}}}",
            "2:24: channels.SMS.cost.price: found nothing, expected " + money),
        arguments(
            "channels: {SMS: {cost: {model: FLAT, price: 5}}}",
            "2:24: channels.SMS.cost: found FLAT, expected another model, for FLAT is a campaign's"
                + " alone"),
        arguments(
            "channels: {SMS: {cost: {model: CPS, price: 2}}}",
            "2:44: channels.SMS.cost.price: found 2.00, expected at most 1, for it is a share of"
                + " the revenue"),
        arguments(
            "channels: {SMS: {consentDefault: YES}}",
            "2:34: channels.SMS.consentDefault: found \"YES\", expected one of GRANTED, DENIED"),
        arguments(
            "channels: {SMS: {positions: [HOME]}}",
            "2:29: channels.SMS.positions: found positions, expected no such key, for only an"
                + " ON_PAGE channel has them"),
        arguments(
            "channels: {SMS: {price: 1}}",
            "2:18: channels.SMS.price: found an unknown key, expected one of kind, cost,"
                + " consentDefault, positions"),
        arguments(
            "quietHours: {from: \"22:00\"}",
            "2:13: quietHours.to: found nothing, expected " + clock),
        arguments(
            "quietHours: {from: 10pm, to: \"08:00\"}",
            "2:20: quietHours.from: found \"10pm\", expected " + clock),
        arguments(
            "quietHours: {from: \"08:00\", to: \"08:00\"}",
            "2:33: quietHours.to: found the time that they begin, expected another one"),
        arguments(
            "quietHours: {from: \"00:00\", to: \"24:00\"}",
            "2:33: quietHours.to: found the time that they begin, expected another one"),
        arguments(
            "caps: [{scope: ALL, max: 1, window: {rolling: 1 days}}]",
            "2:16: caps[0].scope: found \"ALL\", expected one of CHANNEL, COUPON_TYPE, ANY"),
        arguments(
            "caps: [{scope: CHANNEL, max: 1, window: {rolling: 1 days}}]",
            "2:8: caps[0].channel: found nothing, expected a channel, for the scope is CHANNEL"),
        arguments(
            "caps: [{scope: ANY, channel: SMS, max: 1, window: {rolling: 1 days}}]",
            "2:30: caps[0].channel: found a channel, expected no such key unless the scope is"
                + " CHANNEL"),
        arguments(
            "caps: [{scope: CHANNEL, channel: FAX, max: 1, window: {rolling: 1 days}}]",
            "2:34: caps[0].channel: found the channel FAX, expected one of " + channels),
        arguments(
            "caps: [{scope: ANY, max: -1, window: {rolling: 1 days}}]",
            "2:26: caps[0].max: found -1, expected a whole number from 0 to 1000000"),
        arguments(
            "caps: [{scope: ANY, window: {rolling: 1 days}}]",
            "2:8: caps[0].max: found nothing, expected a whole number from 0 to 1000000"),
        arguments(
            "caps: [{scope: ANY, max: 1}]", "2:8: caps[0].window: found nothing, expected a map"),
        arguments(
            "caps: [{scope: ANY, max: 1, window: {}}]",
            "2:37: caps[0].window: found none of them, expected one of calendar, rolling"),
        arguments(
            "caps: [{scope: ANY, max: 1, window: {rolling: 0 days}}]",
            "2:47: caps[0].window.rolling: found \"0 days\", expected a duration from 1 ms to 366"
                + " days, such as 30 min"),
        arguments(
            "caps: [{scope: ANY, max: 1, window: {calendar: YEAR}}]",
            "2:48: caps[0].window.calendar: found \"YEAR\", expected one of DAY, WEEK, MONTH"),
        arguments(
            "caps: [{scope: ANY, max: 1, window: {calendar: DAY}, counts: SERVICE}]",
            "2:62: caps[0].counts: found \"SERVICE\", expected one of ALL, MARKETING"),
        arguments(
            "caps:\n- {scope: ANY, max: 1, window: {calendar: DAY}}\n"
                + "- {scope: ANY, max: 1, window: {calendar: DAY}}",
            "4:3: caps[1]: found the same cap as in policy.yaml:3, expected each once"),
        arguments(
            "heldCoupons: -1",
            "2:14: heldCoupons: found -1, expected a whole number from 0 to 1000000"),
        arguments(
            "globalControl: 100.01",
            "2:16: globalControl: found 100.01, expected per cent from 0 to 100 with at most two"
                + " decimal places"),
        arguments("salt: [a]", "2:7: salt: found a list, expected text of at most 256 characters"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void policyIsRefusedWithItsPlace(String keys, String message) {
    assertThatThrownBy(() -> read("kind: policy\n" + keys + "\n"))
        .isInstanceOf(DefinitionException.class)
        .hasMessage("policy.yaml:" + message);
  }

  @Test
  void fiftyCapsAndChannelsAreTakenAndOneMoreOfEitherIsRefused() throws DefinitionException {
    assertThat(read(caps(50)).sending().caps()).hasSize(50);
    assertThatThrownBy(() -> read(caps(51))).hasMessageContaining("expected a list of at most 50");
    assertThat(read(channels(50)).sending().channels()).hasSize(50);
    assertThatThrownBy(() -> read(channels(51)))
        .hasMessageContaining("expected a map of at most 50");
  }

  private static String caps(int count) {
    return "kind: policy\ncaps:\n"
        + IntStream.rangeClosed(1, count)
            .mapToObj(i -> "- {scope: ANY, max: " + i + ", window: {calendar: DAY}}\n")
            .collect(Collectors.joining());
  }

  private static String channels(int count) {
    return "kind: policy\nchannels:\n"
        + IntStream.rangeClosed(1, count)
            .mapToObj(i -> "  C" + i + ": {}\n")
            .collect(Collectors.joining());
  }

  private static Policy read(String text) throws DefinitionException {
    DefinitionReader reader = DefinitionReader.forRehearsal();
    reader.read("policy.yaml", text.getBytes(StandardCharsets.UTF_8));
    return reader.policies().get(0);
  }
}
