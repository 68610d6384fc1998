package dev.nudge.decide.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The sentence "Chance" of section 7, from its words. */
final class Chance {
  private Chance() {}

  /** "first 8 bytes, unsigned big-endian, of SHA-256 … mod 10,000". */
  static int of(
      String purpose, String tenant, String campaign, String salt, String customer, String moment) {
    byte[] digest = digest(purpose, tenant, campaign, salt, customer, moment);
    return new BigInteger(1, Arrays.copyOf(digest, 8)).mod(BigInteger.valueOf(10_000)).intValue();
  }

  /** "lower-case hex SHA-256 over (tenant, campaign, version, customer, moment id, channel)". */
  static String triggerId(
      String tenant,
      String campaign,
      long version,
      String customer,
      String moment,
      String channel) {
    StringBuilder hex = new StringBuilder();
    for (byte each : digest(tenant, campaign, Long.toString(version), customer, moment, channel)) {
      hex.append(Character.forDigit((each >> 4) & 15, 16))
          .append(Character.forDigit(each & 15, 16));
    }
    return hex.toString();
  }

  /** "each part its UTF-8 length as 4 bytes big-endian, then its bytes". */
  private static byte[] digest(String... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(UTF_8);
      for (int shift = 24; shift >= 0; shift -= 8) {
        all.write(bytes.length >>> shift);
      }
      all.writeBytes(bytes);
    }
    try {
      return MessageDigest.getInstance("SHA-256").digest(all.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
