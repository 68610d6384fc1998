package dev.nudge.pattern;

import static dev.nudge.TestEvents.START;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import dev.nudge.event.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What stays of an event while a partial match holds it. */
class KeptEventTest {
  private final Map<String, Value> fields = new LinkedHashMap<>();

  @Test
  void fieldsOfEveryTypeAreReadAsTheyWereWritten() throws IOException {
    fields.put("category", Value.string("杯子"));
    fields.put("price", Value.number("12.5"));
    fields.put("gift", new Value(Value.Type.BOOLEAN, "true"));
    fields.put("sizes", new Value(Value.Type.JSON, "[1,2]"));
    assertThat(keptOnce().fields()).isEqualTo(fields);
    assertThat(keptOnce()).isEqualTo(event());
  }

  @Test
  void textAtTheMaximumIsKeptAndALongerOneIsNot() throws IOException {
    fields.put("fits", Value.string("x".repeat(KeptEvent.MAX_TEXT)));
    fields.put("long", Value.string("x".repeat(KeptEvent.MAX_TEXT + 1)));
    assertThat(keptOnce().fields()).containsOnlyKeys("fits");
  }

  @Test
  void ofTooManyFieldsTheFirstByNameAreKept() throws IOException {
    for (int i = KeptEvent.MAX_FIELDS; i > 0; i--) {
      fields.put("f%03d".formatted(i), Value.number("1"));
    }
    assertThat(keptOnce().fields()).isEqualTo(fields);
    fields.put("f000", Value.string("x".repeat(KeptEvent.MAX_TEXT + 1)));
    assertThat(keptOnce().fields()).hasSize(KeptEvent.MAX_FIELDS).doesNotContainKey("f000");
    fields.put("f000", Value.number("0"));
    assertThat(keptOnce().fields())
        .hasSize(KeptEvent.MAX_FIELDS)
        .containsKey("f000")
        .doesNotContainKey("f%03d".formatted(KeptEvent.MAX_FIELDS));
  }

  private Occurrence event() {
    return new Occurrence("Store Reserved", START, "m1", Topic.CLICKSTREAM, fields);
  }

  /** Written among other bytes, read, and written again as the bytes that were read. */
  private Occurrence keptOnce() throws IOException {
    KeptEvent first = read(write(new KeptEvent(event(), 7)));
    assertThat(first.atMillis()).isEqualTo(START);
    assertThat(first.ordinal()).isEqualTo(7);
    return read(write(first)).event();
  }

  private static byte[] write(KeptEvent event) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeRawByte(9);
    event.writeTo(out, new Scratch());
    out.writeRawByte(9);
    out.flush();
    return bytes.toByteArray();
  }

  private static KeptEvent read(byte[] bytes) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes, 1, bytes.length - 1);
    KeptEvent event = KeptEvent.readFrom(in, bytes, 1);
    assertThat(in.readRawByte()).isEqualTo((byte) 9);
    return event;
  }
}
