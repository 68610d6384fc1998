package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Decision;
import dev.nudge.event.DecisionCode;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Profile;
import dev.nudge.event.Value;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is remembered of one customer stays within its bounds. */
class RecipientBoundsTest {
  private static final String SPIKE = "trigger: {anomaly: SPEND_SPIKE}";

  @Test
  void aCandidateTooManyIsHeldBackAtOnce() throws Exception {
    Brand brand = Brand.open().campaign("a", SPIKE, "channels: [PUSH]", "delay: 1 day");
    for (int i = 0; i < Recipient.MAX_CANDIDATES; i++) {
      brand.moment("SPEND_SPIKE", START + i);
    }
    brand.until(START + HOUR);
    assertThat(brand.rows).isEmpty();
    assertThat(brand.anna().candidates).hasSize(Recipient.MAX_CANDIDATES);

    brand.moment("SPEND_SPIKE", START + HOUR + 1).until(START + HOUR + 1);
    assertThat(brand.codes()).containsExactly(DecisionCode.FREQUENCY_CAP);
    assertThat(brand.last().atMillis()).isEqualTo(START + HOUR + 1);
    assertThat(brand.last().values())
        .containsEntry("openCandidates", Value.number("" + Recipient.MAX_CANDIDATES));
    assertThat(brand.anna().candidates).hasSize(Recipient.MAX_CANDIDATES);

    // Those before it are as they were: one a window is sent.
    brand.until(START + 3 * DAY);
    assertThat(brand.rows).hasSize(Recipient.MAX_CANDIDATES + 1);
    assertThat(brand.rows).extracting(Decision::code).contains(DecisionCode.SENT);
  }

  @Test
  void whileTooMuchIsRememberedNothingIsSent() throws Exception {
    Brand brand =
        Brand.open()
            .policy("caps: [{scope: ANY, max: 100000, window: {rolling: 30 days}}]")
            .campaign("a", SPIKE, "channels: [PUSH]");
    for (int i = 0; i <= Recipient.MAX_GRANTS; i++) {
      brand.moment("SPEND_SPIKE", START + i * MINUTE);
    }
    brand.until(START + DAY);

    assertThat(brand.triggers).hasSize(Recipient.MAX_GRANTS);
    assertThat(brand.anna().grants).hasSize(Recipient.MAX_GRANTS);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.FREQUENCY_CAP);
    assertThat(brand.last().values())
        .containsEntry("grantsRemembered", Value.number("" + Recipient.MAX_GRANTS));

    // The first is forgotten when no cap counts it any more.
    long free = START + 30 * DAY + MINUTE;
    brand.moment("SPEND_SPIKE", free).until(free + MINUTE);
    assertThat(brand.last().code()).isEqualTo(DecisionCode.SENT);
  }

  @Test
  void aChannelTooManyIsAsIfNeverSaid() throws Exception {
    Brand brand =
        Brand.open()
            .policy("channels: {SMS: {consentDefault: DENIED}}")
            .campaign("a", SPIKE, "channels: [SMS]");
    Map<String, Boolean> consents = new TreeMap<>();
    for (int i = 0; i < Recipient.MAX_CHANNELS; i++) {
      consents.put("A%03d".formatted(i), true);
    }
    brand.profile(new Profile(Map.of(), consents, false), START);
    brand.consent("SMS", true, START + 1);
    // One that is known can be changed all the same.
    brand.consent("A000", false, START + 2);
    brand.moment("SPEND_SPIKE", START + HOUR).until(START + DAY);

    assertThat(brand.anna().consents)
        .hasSize(Recipient.MAX_CHANNELS)
        .containsEntry("A000", false)
        .doesNotContainKey("SMS");
    assertThat(brand.codes()).containsExactly(DecisionCode.NO_CONSENT);
  }

  @Test
  void soManyChannelsCanBeUnsubscribedFrom() throws Exception {
    Brand brand = Brand.open().campaign("a", SPIKE, "channels: [PUSH]");
    for (int i = 0; i < Recipient.MAX_CHANNELS; i++) {
      unsubscribe(brand, "A%03d".formatted(i), START + i);
    }
    unsubscribe(brand, "PUSH", START + HOUR);
    brand.moment("SPEND_SPIKE", START + 2 * HOUR).until(START + DAY);

    assertThat(brand.anna().unsubscribed).hasSize(Recipient.MAX_CHANNELS).doesNotContain("PUSH");
    assertThat(brand.codes()).containsExactly(DecisionCode.SENT);
  }

  private static void unsubscribe(Brand brand, String channel, long at) {
    brand.deliveryTo(
        ANNA, new Delivery(DeliveryStatus.UNSUBSCRIBED, null, null, null, channel, null, null), at);
  }
}
