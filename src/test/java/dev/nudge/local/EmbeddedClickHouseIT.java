package dev.nudge.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedClickHouseIT {

  private static final Path LIBRARY = ChdbLibrary.locate(Path.of("unused"));
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path directory;
  private static EmbeddedClickHouse clickHouse;

  @BeforeAll
  static void start() {
    clickHouse = EmbeddedClickHouse.start(LIBRARY, directory, 0);
  }

  @AfterAll
  static void stop() {
    clickHouse.close();
  }

  @Test
  void driverRoundTripsEveryType() throws Exception {
    try (Connection connection = connect("");
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE types (
            u UInt64, d Decimal(18, 4), t DateTime64(3, 'UTC'), n Nullable(String),
            l LowCardinality(Nullable(String)), a Array(Int32), m Map(String, UInt64),
            v UInt64)
          ENGINE = ReplacingMergeTree(v) ORDER BY u
          """);
      BigInteger most = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
      Instant at = Instant.parse("2026-01-05T09:00:00.123Z");
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO types (u, d, t, n, l, a, m, v) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
        for (int version = 1; version <= 2; version++) {
          insert.setObject(1, most);
          insert.setBigDecimal(2, new BigDecimal("-12345678901234.5678"));
          insert.setObject(3, at);
          insert.setString(4, version == 1 ? "old\n\n';" : null);
          insert.setString(5, "low");
          insert.setObject(6, new int[] {1, -2});
          insert.setObject(7, Map.of("k", 7L));
          insert.setLong(8, version);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      try (ResultSet rows = statement.executeQuery("SELECT * FROM types FINAL")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getObject("u", BigInteger.class)).isEqualTo(most);
        assertThat(rows.getBigDecimal("d")).isEqualByComparingTo("-12345678901234.5678");
        assertThat(rows.getObject("t", ZonedDateTime.class).toInstant()).isEqualTo(at);
        assertThat(rows.getString("n")).isNull();
        assertThat(rows.getString("l")).isEqualTo("low");
        assertThat((Object[]) rows.getArray("a").getArray()).containsExactly(1, -2);
        assertThat(rows.getObject("m").toString()).isEqualTo("{k=7}");
        assertThat(rows.getLong("v")).isEqualTo(2);
        assertThat(rows.next()).isFalse();
      }
      assertThat(connection.getMetaData().getDatabaseProductVersion()).startsWith("26.");
    }
  }

  @Test
  void driverWorksWithAndWithoutCompression() throws Exception {
    for (String options :
        List.of("?compress=false", "?compress=true", "?compress=true&decompress=true")) {
      try (Connection connection = connect(options);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT number FROM numbers(100000)")) {
        long sum = 0;
        while (rows.next()) {
          sum += rows.getLong(1);
        }
        assertThat(sum).isEqualTo(100_000L * 99_999 / 2);
        assertThatThrownBy(() -> statement.execute("SELECT * FROM nowhere"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("UNKNOWN_TABLE")
            .extracting(e -> ((SQLException) e).getErrorCode())
            .isEqualTo(60);
      }
    }
  }

  @Test
  void httpSpeaksLikeAServer() throws Exception {
    assertThat(get("/ping").body()).isEqualTo("Ok.\n");
    assertThat(get("/").body()).isEqualTo("Ok.\n");
    assertThat(get("/?query=SELECT%201%2C2").body()).isEqualTo("1\t2\n");
    assertThat(post("", "SELECT 1 AS a, 2 AS b").body()).isEqualTo("1\t2\n");
    HttpResponse<String> json = post("default_format=JSON", "SELECT 1 AS a");
    assertThat(json.headers().firstValue("Content-Type"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("application/json"));
    assertThat(json.headers().firstValue("X-ClickHouse-Format")).hasValue("JSON");
    HttpResponse<String> csv = post("default_format=JSON", "SELECT 1 AS a FORMAT CSVWithNames");
    assertThat(csv.body()).isEqualTo("\"a\"\n1\n");
    assertThat(csv.headers().firstValue("X-ClickHouse-Format")).hasValue("CSVWithNames");
    assertThat(csv.headers().firstValue("X-ClickHouse-Timezone")).hasValue("UTC");
    assertThat(post("database=system", "SELECT currentDatabase()").body()).isEqualTo("system\n");
    assertThat(post("param_x=" + encoded("a'b"), "SELECT {x:String}").body()).isEqualTo("a\\'b\n");
    assertThat(post("max_threads=3", "SELECT getSetting('max_threads')").body()).isEqualTo("3\n");
    assertThat(post("", "SELECT getSetting('async_insert'), timezone()").body())
        .isEqualTo("false\tUTC\n");
  }

  @Test
  void answersAreGzippedForWhoTakesThem() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.url() + "/?enable_http_compression=1"))
            .header("Accept-Encoding", "gzip")
            .POST(BodyPublishers.ofString("SELECT number FROM numbers(1000)"))
            .build();
    HttpResponse<InputStream> response = HTTP.send(request, BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
    assertThat(new GZIPInputStream(response.body()).readAllBytes()).hasSize(10 + 180 + 2700 + 1000);
  }

  @Test
  void settingsEndWithTheirRequest() throws Exception {
    post("", "SET max_threads = 7");
    post("", "USE system");
    post("", "CREATE TEMPORARY TABLE gone (a Int8)");
    assertThat(post("", "SELECT getSetting('max_threads') = 7, currentDatabase()").body())
        .isEqualTo("0\tdefault\n");
    assertThat(post("", "SELECT * FROM gone").statusCode()).isEqualTo(404);
  }

  @Test
  void dataWithBlankLinesSurvives() throws Exception {
    post("", "CREATE TABLE bytes (s String) ENGINE = MergeTree ORDER BY s");
    byte[] row = {6, '\n', '\n', 0, '\n', '\n', (byte) 0xff};
    String insert = "INSERT INTO bytes FORMAT RowBinary";
    assertThat(post("query=" + encoded(insert), row).statusCode()).isEqualTo(200);
    assertThat(post("", joined((insert + "\n").getBytes(UTF_8), row)).statusCode()).isEqualTo(200);
    assertThat(post("", "INSERT INTO bytes VALUES ('a\n\nb'), (concat('c', '\n\n;'))").statusCode())
        .isEqualTo(200);
    assertThat(post("query=" + encoded("INSERT INTO bytes VALUES"), "('later')").statusCode())
        .isEqualTo(200);
    assertThat(post("", "SELECT hex(s), count() FROM bytes GROUP BY s ORDER BY s").body())
        .isEqualTo("0A0A000A0AFF\t2\n610A0A62\t1\n630A0A3B\t1\n6C61746572\t1\n");
  }

  @Test
  void gzippedDataIsTaken() throws Exception {
    post("", "CREATE TABLE zipped (n UInt64) ENGINE = MergeTree ORDER BY n");
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
      gzip.write("INSERT INTO zipped FORMAT TSV\n".getBytes(UTF_8));
      for (int i = 0; i < 500_000; i++) {
        gzip.write((i + "\n").getBytes(UTF_8));
      }
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.url()))
            .header("Content-Encoding", "gzip")
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertThat(response.headers().firstValue("X-ClickHouse-Summary"))
        .hasValueSatisfying(s -> assertThat(s).contains("\"written_rows\":\"500000\""));
    assertThat(post("", "SELECT count(), sum(n) FROM zipped").body())
        .isEqualTo("500000\t124999750000\n");
  }

  @Test
  void errorsCarryCodeAndMessage() throws Exception {
    HttpResponse<String> syntax = post("", "SELECT FROM WHERE");
    assertThat(syntax.statusCode()).isEqualTo(400);
    assertThat(syntax.headers().firstValue("X-ClickHouse-Exception-Code")).hasValue("62");
    assertThat(syntax.body()).startsWith("Code: 62. DB::Exception: Syntax error");
    assertThat(post("database=nowhere", "SELECT 1").statusCode()).isEqualTo(404);
    assertThat(post("no_such_setting=1", "SELECT 1").body()).contains("UNKNOWN_SETTING");
    assertThat(post("", "SELECT 1; DROP TABLE x").body()).contains("Multi-statements");
    assertThat(post("client_protocol_version=54460&default_format=Native", "SELECT 1").body())
        .contains("NOT_IMPLEMENTED");
    post("", "CREATE TABLE strict (n UInt8) ENGINE = MergeTree ORDER BY n");
    assertThat(post("", "INSERT INTO strict FORMAT CSV\n1\nx\n").statusCode()).isEqualTo(400);
    assertThat(post("", "INSERT INTO nowhere FORMAT CSV\n1\n").statusCode()).isEqualTo(404);
    assertThat(post("", "SELECT count() FROM strict").body()).isEqualTo("0\n");
  }

  @Test
  void getChangesNothing() throws Exception {
    post("", "CREATE TABLE precious (n UInt8) ENGINE = MergeTree ORDER BY n");
    for (String sql :
        List.of(
            "DROP TABLE precious",
            "INSERT INTO precious VALUES (1)",
            "INSERT INTO precious SELECT 1",
            "SELECT 1 INTO OUTFILE 'file'")) {
      HttpResponse<String> response = get("/?query=" + encoded(sql));
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(response.body()).contains("READONLY");
    }
    assertThat(post("", "SELECT count() FROM precious").body()).isEqualTo("0\n");
  }

  @Test
  void pagesOfOtherSitesAreRefused() throws Exception {
    String here = "127.0.0.1:" + clickHouse.port();
    assertThat(raw("Host: " + here)).startsWith("HTTP/1.1 200");
    assertThat(raw("Host: LOCALHOST:1")).startsWith("HTTP/1.1 200");
    assertThat(raw("Host: " + here, "Origin: http://" + here, "Sec-Fetch-Site: same-origin"))
        .startsWith("HTTP/1.1 200");
    assertThat(raw("Host: " + here, "Sec-Fetch-Site: none")).startsWith("HTTP/1.1 200");
    assertThat(raw("Host: " + here, "Sec-Fetch-Site: cross-site")).startsWith("HTTP/1.1 403");
    assertThat(raw("Host: " + here, "Sec-Fetch-Site: same-site")).startsWith("HTTP/1.1 403");
    assertThat(raw("Host: " + here, "Origin: http://shop.example")).startsWith("HTTP/1.1 403");
    assertThat(raw("Host: " + here, "Origin: null")).startsWith("HTTP/1.1 403");
    assertThat(raw("Host: rebound.example:80")).startsWith("HTTP/1.1 403");
    assertThat(raw("Host: 127.0.0.1.example")).startsWith("HTTP/1.1 403");
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    post("", "CREATE TABLE torn (n UInt64) ENGINE = MergeTree ORDER BY n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clickHouse.port())) {
      String torn =
          """
          POST / HTTP/1.1\r
          Host: localhost\r
          Content-Length: 1000\r
          \r
          INSERT INTO torn FORMAT CSV
          1
          2
          """;
      socket.getOutputStream().write(torn.getBytes(UTF_8));
      socket.shutdownOutput();
      // The answer, whatever it is, comes when the server is done with the request.
      socket.getInputStream().readAllBytes();
    }
    assertThat(post("", "SELECT count() FROM torn").body()).isEqualTo("0\n");
  }

  @Test
  void eightClientsAtOnceEachGetTheirOwn() throws Exception {
    post("", "CREATE TABLE shared (c UInt8, n UInt32) ENGINE = MergeTree ORDER BY (c, n)");
    ExecutorService clients = Executors.newFixedThreadPool(8);
    List<Future<?>> all = new ArrayList<>();
    for (int c = 0; c < 8; c++) {
      int client = c;
      all.add(
          clients.submit(
              () -> {
                try (Connection connection = connect("");
                    Statement statement = connection.createStatement()) {
                  for (int round = 1; round <= 10; round++) {
                    statement.execute(
                        "INSERT INTO shared SELECT %d, number FROM numbers(1000)"
                            .formatted(client));
                    try (ResultSet rows =
                        statement.executeQuery(
                            "SELECT c, count() FROM shared WHERE c = %d GROUP BY c"
                                .formatted(client))) {
                      rows.next();
                      assertThat(rows.getInt(1)).isEqualTo(client);
                      assertThat(rows.getInt(2)).isEqualTo(round * 1000);
                    }
                  }
                }
                return null;
              }));
    }
    for (Future<?> client : all) {
      client.get();
    }
    clients.shutdown();
  }

  @Test
  void bigResultsArriveWhole() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.url()))
            .POST(BodyPublishers.ofString("SELECT repeat('x', 999) FROM numbers(150000)"))
            .build();
    long bytes = 0;
    try (InputStream body = HTTP.send(request, BodyHandlers.ofInputStream()).body()) {
      byte[] buffer = new byte[1 << 16];
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        bytes += n;
      }
    }
    assertThat(bytes).isEqualTo(150_000_000L);
  }

  @Test
  void restartKeepsDataAndTakenPortOrDirectoryIsSaid() throws Exception {
    post("", "CREATE TABLE stays (n UInt8) ENGINE = MergeTree ORDER BY n");
    post("", "INSERT INTO stays VALUES (42)");
    assertThatThrownBy(() -> EmbeddedClickHouse.start(LIBRARY, directory, 0))
        .isInstanceOf(EngineException.DirectoryInUse.class)
        .hasMessageContaining(directory.toString());
    clickHouse.close();
    clickHouse.close();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedClickHouse.start(LIBRARY, directory, taken.getLocalPort()))
          .isInstanceOf(EngineException.PortInUse.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
    start();
    assertThat(post("", "SELECT n FROM stays").body()).isEqualTo("42\n");
    assertThat(clickHouse.failure()).isNotDone();
  }

  @Test
  void closingCancelsWhatWouldTakeTooLong() throws Exception {
    CompletableFuture<HttpResponse<String>> endless =
        HTTP.sendAsync(
            HttpRequest.newBuilder(URI.create(clickHouse.url()))
                .POST(BodyPublishers.ofString("SELECT max(number) FROM system.numbers"))
                .build(),
            BodyHandlers.ofString());
    String running = "SELECT count() FROM system.processes WHERE query LIKE '%.numbers'";
    while (!post("", running).body().equals("1\n")) {
      assertThat(endless).isNotDone();
    }
    clickHouse.close();
    start();
    // It is told so, or finds the connection closed, whichever comes first; it never gets a result.
    assertThat(
            endless
                .handle(
                    (answer, broken) ->
                        broken == null ? answer.body() : "QUERY_WAS_CANCELLED: " + broken)
                .join())
        .contains("QUERY_WAS_CANCELLED");
  }

  @Test
  void killedProcessKeepsWholeInserts(@TempDir Path killed) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ClickHouseChild.class.getName(),
                LIBRARY.toString(),
                killed.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int done = -1;
    try (BufferedReader said = child.inputReader(UTF_8)) {
      while (done < 15) {
        done = Integer.parseInt(said.readLine());
      }
      assertThatThrownBy(() -> EmbeddedClickHouse.start(LIBRARY, killed, 0))
          .isInstanceOf(EngineException.DirectoryInUse.class);
      // Through the handle: what the child has said can still be read.
      child.toHandle().destroyForcibly();
      child.waitFor();
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        done = Math.max(done, Integer.parseInt(line));
      }
    }
    // A process has one data directory at a time.
    clickHouse.close();
    try (EmbeddedClickHouse survivor = EmbeddedClickHouse.start(LIBRARY, killed, 0);
        Connection connection = DriverManager.getConnection(survivor.config().url());
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery("SELECT batch, count() FROM kept GROUP BY batch ORDER BY batch")) {
      int batches = 0;
      for (; rows.next(); batches++) {
        assertThat(rows.getInt(1)).isEqualTo(batches);
        assertThat(rows.getInt(2)).isEqualTo(ClickHouseChild.ROWS);
      }
      assertThat(batches).isBetween(done + 1, done + 2);
    } finally {
      start();
    }
  }

  private static Connection connect(String options) throws SQLException {
    return DriverManager.getConnection(clickHouse.config().url() + options);
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(clickHouse.url() + path)).build(),
        BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String parameters, String body)
      throws IOException, InterruptedException {
    return post(parameters, body.getBytes(UTF_8));
  }

  private static HttpResponse<String> post(String parameters, byte[] body)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(clickHouse.url() + "/?" + parameters))
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** A request with headers that an HTTP client would not let through; returns the answer. */
  private static String raw(String... headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clickHouse.port())) {
      socket
          .getOutputStream()
          .write(
              "POST /?query=SELECT+1 HTTP/1.1\r\n%s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                  .formatted(String.join("\r\n", headers))
                  .getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }
}
