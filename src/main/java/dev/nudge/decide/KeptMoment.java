package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import dev.nudge.event.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A candidate's moment: as bytes, as an object, or both; each is made of the other once. */
final class KeptMoment {
  private final String tenant;
  private final String customerId;
  private byte[] bytes;
  private Moment moment;

  /** One as {@link MomentCodec} wrote it. */
  KeptMoment(String tenant, String customerId, byte[] bytes) {
    this.tenant = tenant;
    this.customerId = customerId;
    this.bytes = bytes;
  }

  /** One that was made here. */
  KeptMoment(Moment moment) {
    this(moment.tenant(), moment.customerId(), null);
    this.moment = moment;
  }

  byte[] bytes() {
    if (bytes == null) {
      bytes = PackedMoment.of(moment).bytes();
    }
    return bytes;
  }

  Moment get() {
    if (moment == null) {
      try {
        moment = MomentCodec.read(CodedInputStream.newInstance(bytes), tenant, customerId);
      } catch (IOException e) {
        throw new UncheckedIOException("a moment's bytes can't be read", e);
      }
    }
    return moment;
  }
}
