package dev.nudge.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Chance that anybody computes again: what is drawn depends on the seed, on whom it is about and on
 * what it decides, and on nothing else; not on what was drawn before, by whom, or in which thread.
 */
final class Chance {
  private static final double STEP = 0x1.0p-53;

  private final byte[] about;

  /**
   * Chance about somebody or something.
   *
   * @param about whom, in parts: ("a", "bc") is somebody else than ("ab", "c")
   */
  Chance(long seed, String... about) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
    for (String part : about) {
      update(digest, part);
    }
    this.about = digest.digest();
  }

  /** A number from 0 to below 1 for this purpose. */
  double of(String purpose) {
    MessageDigest digest = sha256();
    digest.update(about);
    update(digest, purpose);
    return (ByteBuffer.wrap(digest.digest()).getLong() >>> 11) * STEP;
  }

  /** Whether it happens, with that probability. */
  boolean happens(String purpose, double probability) {
    return of(purpose) < probability;
  }

  /** A whole number from least up to and without bound. */
  long between(String purpose, long least, long bound) {
    return least + (long) (of(purpose) * (bound - least));
  }

  /**
   * A delay of which half are shorter than the median, exponentially distributed, at most twelve
   * times the median: whoever has not looked by then looks at that time.
   */
  long delay(String purpose, long medianMillis) {
    double medians = -Math.log1p(-of(purpose)) / Math.log(2);
    return Math.round(medianMillis * Math.min(medians, 12));
  }

  private static void update(MessageDigest digest, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
