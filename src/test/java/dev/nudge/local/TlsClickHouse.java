package dev.nudge.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.nudge.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A real ClickHouse engine behind TLS, which the embedded one does not speak by itself, and with a
 * user and a password, which it does not ask for.
 */
public final class TlsClickHouse implements AutoCloseable {
  public static final String USER = "nudge_writer";
  public static final String PASSWORD = "quiet-Badger-53-lantern";

  /** What belongs to one connection, or is made anew for the next. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "upgrade",
          "expect",
          "date",
          ":status");

  private static final int REFUSED = 401;
  private static final int AUTHENTICATION_FAILED = 516;

  private final EmbeddedClickHouse clickHouse;
  private final HttpsServer https;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient http = HttpClient.newHttpClient();

  private TlsClickHouse(EmbeddedClickHouse clickHouse, HttpsServer https) {
    this.clickHouse = clickHouse;
    this.https = https;
    https.createContext("/", this::pass);
    https.setExecutor(threads);
    https.start();
  }

  public static TlsClickHouse start(Path directory, TestCertificate certificate) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(certificate.keyStore())) {
      keys.load(in, certificate.password().toCharArray());
    }
    KeyManagerFactory ours = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    ours.init(keys, certificate.password().toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(ours.getKeyManagers(), null, null);
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new TlsClickHouse(
        EmbeddedClickHouse.start(ChdbLibrary.locate(Path.of("unused")), directory, 0), https);
  }

  /** Its address, {@code https://}. */
  public String url() {
    return "https://127.0.0.1:" + https.getAddress().getPort();
  }

  /** The engine's own address, without TLS: for a test to look what came of it. */
  public String plainUrl() {
    return clickHouse.url();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (!isKnown(exchange)) {
        byte[] refusal =
            "Code: 516. DB::Exception: nudge_writer: Authentication failed. (AUTHENTICATION_FAILED)"
                .getBytes(StandardCharsets.UTF_8);
        exchange
            .getResponseHeaders()
            .set("X-ClickHouse-Exception-Code", String.valueOf(AUTHENTICATION_FAILED));
        exchange.sendResponseHeaders(REFUSED, refusal.length);
        exchange.getResponseBody().write(refusal);
        return;
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(clickHouse.url() + exchange.getRequestURI()))
              .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
      exchange.getRequestHeaders().forEach((name, values) -> each(name, values, request::header));
      HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
      answer
          .headers()
          .map()
          .forEach((name, values) -> each(name, values, exchange.getResponseHeaders()::add));
      exchange.sendResponseHeaders(
          answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void each(String name, List<String> values, BiConsumer<String, String> header) {
    if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
      values.forEach(value -> header.accept(name, value));
    }
  }

  private static boolean isKnown(HttpExchange exchange) {
    if (exchange.getRequestURI().getPath().equals("/ping")) {
      return true;
    }
    String basic =
        Base64.getEncoder()
            .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    return ("Basic " + basic).equals(exchange.getRequestHeaders().getFirst("Authorization"))
        || (USER.equals(exchange.getRequestHeaders().getFirst("X-ClickHouse-User"))
            && PASSWORD.equals(exchange.getRequestHeaders().getFirst("X-ClickHouse-Key")));
  }

  @Override
  public void close() {
    https.stop(0);
    threads.shutdownNow();
    clickHouse.close();
  }
}
