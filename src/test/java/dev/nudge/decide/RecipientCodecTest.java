package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.Purpose;
import dev.nudge.definition.Resource;
import dev.nudge.event.LifecycleStage;
import dev.nudge.event.Moment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecipientCodecTest {
  private static Grant grant() {
    Grant grant = new Grant();
    grant.campaign = "é🎁";
    grant.version = 3;
    grant.momentId = "m";
    grant.grantHash = -5;
    grant.purpose = Purpose.SERVICE;
    grant.exclusive = "x";
    grant.heldUntilMillis = -1;
    grant.goal = "Order Paid";
    grant.sent.add(new Grant.Sent(-7, "SMS", START));
    grant.costMilli = 50_000;
    grant.kind = Resource.Kind.POINTS;
    grant.amountUnits = 17;
    grant.coupon = CouponState.OFFERED;
    grant.mustClaim = true;
    grant.content = Map.of("a", "b");
    grant.bestHour = 0;
    grant.variant = "A";
    grant.recommendations = List.of("p");
    return grant;
  }

  @Test
  void everythingIsReadAsItWasWritten() throws Exception {
    Recipient anna = new Recipient("anna");
    anna.consents.put("SMS", false);
    anna.unsubscribed.add("PUSH");
    anna.zone = "Asia/Shanghai";
    anna.suspectUntilMillis = 5;
    anna.timerMillis = 9;
    anna.windowEndMillis = 7;
    anna.window = new Recipient.WindowKey(1, 2, "c", "m");
    Moment moment = Brand.momentOf(ANNA, "SPEND_SPIKE", START, Brand.features());
    Candidate candidate = new Candidate("c", 1, -1, 50, null, moment.id(), START, 2, 3);
    candidate.deferredMillis = 4;
    anna.candidates.add(candidate);
    anna.moments.put(moment.id(), new KeptMoment(moment));
    anna.grants.add(grant());
    anna.counts.put("c", new Recipient.Count(Long.MIN_VALUE, 1, 2));

    Recipient read = RecipientCodec.decode("acme", "anna", RecipientCodec.encode(anna));

    assertThat(read.moments.get(moment.id()).get()).isEqualTo(moment);
    assertThat(read).usingRecursiveComparison().ignoringFields("moments").isEqualTo(anna);
    assertThat(read.moments).hasSameSizeAs(anna.moments);
  }

  @Test
  void aMomentOfAnyKindIsReadAsItWasWritten() throws Exception {
    for (Moment moment :
        List.of(
            Brand.momentOf(ANNA, "SPEND_SPIKE", START, Brand.features(null, 0, 23)),
            Brand.stageOf(ANNA, LifecycleStage.LOST, START))) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      MomentCodec.write(out, moment);
      out.flush();
      CodedInputStream in = CodedInputStream.newInstance(bytes.toByteArray());

      assertThat(MomentCodec.read(in, "acme", "anna")).isEqualTo(moment);
    }
  }

  @Test
  void whoIsNotRememberedHasNoBytes() throws Exception {
    assertThat(RecipientCodec.encode(new Recipient("anna"))).isNull();
    assertThat(RecipientCodec.decode("acme", "anna", null).isEmpty()).isTrue();
  }

  @Test
  void anotherFormatIsRefused() {
    assertThatThrownBy(() -> RecipientCodec.decode("acme", "anna", new byte[] {2}))
        .isInstanceOf(IOException.class)
        .hasMessage("a customer's state: found format 2, expected 1");
  }
}
