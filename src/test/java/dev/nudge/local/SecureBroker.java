package dev.nudge.local;

import dev.nudge.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A real broker that speaks TLS only and wants a name and a password: {@code nudge}, by
 * SCRAM-SHA-512, and {@code admin}, by PLAIN, as which it signs on at itself.
 */
public final class SecureBroker implements AutoCloseable {
  /** The password of the user {@code nudge}: no text that a log would hold by chance. */
  public static final String PASSWORD = "quiet-Heron-51-lantern";

  private static final String ADMIN_PASSWORD = "quiet-Otter-52-lantern";
  private static final int SCRAM_ITERATIONS = 4096;

  private final EmbeddedKafka kafka;
  private final TestCertificate certificate;

  private SecureBroker(EmbeddedKafka kafka, TestCertificate certificate) {
    this.kafka = kafka;
    this.certificate = certificate;
  }

  /** Starts it, and makes the user {@code nudge}. */
  public static SecureBroker start(Path directory, TestCertificate certificate) throws Exception {
    String listener = "listener.name." + EmbeddedKafka.CLIENTS.toLowerCase(Locale.ROOT);
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "listener.security.protocol.map", EmbeddedKafka.CLIENTS + ":SASL_SSL,CONTROLLER:PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put(
        listener + ".plain.sasl.jaas.config",
        plain("admin", ADMIN_PASSWORD).replace(";", " user_admin=\"" + ADMIN_PASSWORD + "\";"));
    settings.put(
        listener + ".scram-sha-512.sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", certificate.keyStore().toString());
    settings.put("ssl.keystore.password", certificate.password());
    settings.put("ssl.key.password", certificate.password());
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificate.certificate().toString());
    SecureBroker broker =
        new SecureBroker(EmbeddedKafka.start(directory, 0, settings), certificate);
    Map<String, Object> admin = new HashMap<>(broker.encryption());
    admin.put("bootstrap.servers", broker.bootstrapServers());
    admin.put("sasl.mechanism", "PLAIN");
    admin.put("sasl.jaas.config", plain("admin", ADMIN_PASSWORD));
    try (Admin client = Admin.create(admin)) {
      client
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      "nudge",
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS),
                      PASSWORD)))
          .all()
          .get(1, TimeUnit.MINUTES);
    }
    return broker;
  }

  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  private Map<String, String> encryption() {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "ssl.truststore.type",
        "PEM",
        "ssl.truststore.location",
        certificate.certificate().toString());
  }

  private static String plain(String user, String password) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(user, password);
  }

  /**
   * Writes the client properties of {@code nudge}, as a deployment would.
   *
   * @param password the password itself, or where it stands
   * @param trusted whom the client trusts
   */
  public static Path clientProperties(Path file, String password, Path trusted) throws IOException {
    return Files.writeString(
        file,
        """
        security.protocol=SASL_SSL
        sasl.mechanism=SCRAM-SHA-512
        sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
          username="nudge" password="%s";
        ssl.truststore.type=PEM
        ssl.truststore.location=%s
        """
            .formatted(password, trusted));
  }

  @Override
  public void close() {
    kafka.close();
  }
}
