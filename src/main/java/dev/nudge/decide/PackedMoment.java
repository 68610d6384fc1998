package dev.nudge.decide;

import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Moment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A moment on its way to its tenant: what its place in the order needs, and the rest as bytes. They
 * are read once, when it is its turn, and kept as they are for as long as a candidate is open.
 *
 * @param tenant the brand
 * @param customerId the customer
 * @param id the moment's
 * @param atMillis event time, epoch milliseconds
 * @param bytes as {@link MomentCodec} writes them
 * @param arrivedMillis when Kafka took the record that brought it about; 0 where none did
 */
public record PackedMoment(
    String tenant, String customerId, String id, long atMillis, byte[] bytes, long arrivedMillis) {

  static PackedMoment of(Moment moment) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 512);
    try {
      MomentCodec.write(out, moment);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory is always there to be written", e);
    }
    return new PackedMoment(
        moment.tenant(),
        moment.customerId(),
        moment.id(),
        moment.atMillis(),
        bytes.toByteArray(),
        moment.arrivedMillis());
  }

  /** The same, to be read. */
  KeptMoment kept() {
    return new KeptMoment(tenant, customerId, bytes);
  }
}
