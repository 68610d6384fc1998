package dev.nudge.measure;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Text that comes back from state as it was. */
final class Texts {
  private Texts() {}

  /**
   * The text itself, or with a question mark for each half of a surrogate pair, as it would come
   * back from state: a row that a correction is for must have the name it had at first.
   */
  static String plain(String text) {
    boolean whole = text.chars().noneMatch(c -> Character.isSurrogate((char) c));
    return whole ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  static void write(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
