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
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return text;
  }

  static void write(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
