package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * An event in the shop.
 *
 * @param sessionId the visit; '' without one
 * @param source where the visit came from, if this is its first event
 * @param shared whether a product was shared
 */
record Clicked(long atMillis, String messageId, String sessionId, String source, boolean shared)
    implements Deed {

  static final int KIND = 2;

  @Override
  public int kind() {
    return KIND;
  }

  @Override
  public void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(KIND);
    out.writeSInt64NoTag(atMillis);
    Texts.write(out, messageId);
    Texts.write(out, sessionId);
    Texts.write(out, source);
    out.writeBoolNoTag(shared);
  }

  static Clicked read(CodedInputStream in) throws IOException {
    return new Clicked(
        in.readSInt64(), in.readString(), in.readString(), in.readString(), in.readBool());
  }
}
