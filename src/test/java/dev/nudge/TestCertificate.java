package dev.nudge;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate of a server on this machine, made anew by the JDK's own tool, signed by itself.
 *
 * @param keyStore the server's key, PKCS12
 * @param password of the key store
 * @param certificate what clients trust, PEM
 */
public record TestCertificate(Path keyStore, String password, Path certificate) {

  /** Makes one, and its files, in a folder. */
  public static TestCertificate in(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String password = "only-for-this-test";
    Path passwordFile = Files.writeString(folder.resolve("key-store-password"), password);
    Path keyStore = folder.resolve("server.p12");
    Path certificate = folder.resolve("server.pem");
    keytool(
        "-genkeypair -alias server -keyalg EC -validity 2 -dname CN=127.0.0.1"
            + " -ext san=ip:127.0.0.1,dns:localhost -storetype PKCS12",
        "-keystore",
        keyStore.toString(),
        "-storepass:file",
        passwordFile.toString());
    keytool(
        "-exportcert -rfc -alias server",
        "-file",
        certificate.toString(),
        "-keystore",
        keyStore.toString(),
        "-storepass:file",
        passwordFile.toString());
    return new TestCertificate(keyStore, password, certificate);
  }

  private static void keytool(String words, String... files)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words.split(" ")));
    command.addAll(List.of(files));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("keytool: " + said);
    }
  }
}
