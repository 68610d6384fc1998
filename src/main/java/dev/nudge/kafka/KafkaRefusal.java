package dev.nudge.kafka;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/**
 * What a failure of a Kafka client means, in the words of the properties that a deployment sets.
 *
 * <p>A wrong password says {@code client properties: sasl.jaas.config: found a name and password
 * that the broker refuses (…)}. No value of a property is told.
 */
public final class KafkaRefusal {
  private KafkaRefusal() {}

  /** A sentence without a full stop; the client's own words where there are no better ones. */
  public static String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String told = told(cause);
      if (told != null) {
        return told;
      }
    }
    StringBuilder words = new StringBuilder();
    String last = "";
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (!last.contains(message)) {
        words.append(words.isEmpty() ? "" : ": ").append(message);
        last = message;
      }
    }
    return words.toString();
  }

  private static String told(Throwable cause) {
    if (cause instanceof SaslAuthenticationException) {
      return "client properties: sasl.jaas.config: found a name and password that the broker refuses"
          + " (%s), expected those of a user it knows".formatted(cause.getMessage());
    }
    if (cause instanceof UnsupportedSaslMechanismException) {
      return "client properties: sasl.mechanism: found one that the broker refuses (%s)"
          .formatted(cause.getMessage());
    }
    if (cause instanceof IllegalSaslStateException) {
      return "client properties: security.protocol: found one that the broker does not speak (%s)"
          .formatted(cause.getMessage());
    }
    if (cause instanceof SslAuthenticationException) {
      Throwable why = cause.getCause() == null ? cause : cause.getCause();
      return "client properties: ssl.truststore.location: found nothing that vouches for the broker"
          + " (%s), expected the certificate of who signed the broker's, in the name it is called by"
              .formatted(why.getMessage());
    }
    if (cause instanceof ConfigException) {
      return "client properties: " + cause.getMessage();
    }
    if (cause instanceof TimeoutException) {
      return "no answer (%s); expected a broker there that speaks the security.protocol of the client"
              .formatted(cause.getMessage())
          + " properties, PLAINTEXT if they name none";
    }
    return null;
  }
}
