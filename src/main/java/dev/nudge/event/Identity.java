package dev.nudge.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids that anybody can compute again from what they name. */
public final class Identity {
  private Identity() {}

  /**
   * Lower-case hex SHA-256 over the parts, each its UTF-8 length as 4 bytes big-endian, then its
   * bytes: so ("a", "bc") and ("ab", "c") differ.
   */
  public static String of(String... parts) {
    return HexFormat.of().formatHex(digest(parts));
  }

  /** The same as 32 bytes. */
  public static byte[] digest(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
