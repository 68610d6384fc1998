package dev.nudge.local;

import com.clickhouse.client.api.http.ClickHouseHttpProto;
import com.clickhouse.client.api.internal.ClickHouseLZ4InputStream;
import com.clickhouse.client.api.internal.ClickHouseLZ4OutputStream;
import com.sun.management.OperatingSystemMXBean;
import dev.nudge.clickhouse.SqlTokens;
import dev.nudge.clickhouse.SqlTokens.Kind;
import dev.nudge.clickhouse.SqlTokens.Token;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;

/**
 * ClickHouse's HTTP protocol in front of the embedded engine, as far as the official drivers, curl
 * and dashboards use it.
 *
 * <p>The statement is {@code ?query=} and the body one after the other. Known parameters are {@code
 * database}, {@code default_format}, {@code query_id}, {@code param_x} for {@code {x:Type}}, {@code
 * compress} and {@code decompress}; others are settings for this one statement. Answers are
 * compressed with gzip if {@code enable_http_compression=1} and the client takes it. GET changes
 * nothing. User and password are taken and ignored, and so is {@code session_id}: every request is
 * a session of its own.
 *
 * <p>There are no users, so the endpoint must be out of reach for strangers: it listens on loopback
 * only, and refuses what a browser sends on behalf of another site's page (by Sec-Fetch-Site,
 * Origin, and a Host that is a name of elsewhere pointed here).
 */
final class ClickHouseEndpoint {

  /** In UTC everywhere, so that a column without a time zone reads alike on all machines. */
  private static final String TIME_ZONE = "UTC";

  /** What a statement may have on the largest machine, in bytes. */
  private static final long MAX_QUERY_MEMORY_BYTES = 4L << 30;

  /** What a statement must not exceed, in bytes: the engine shares this machine with the rest. */
  private static final long QUERY_MEMORY_BYTES = queryMemoryBytes(machineBytes());

  /** After this many seconds a query is given up: nobody waits any more. */
  private static final int QUERY_SECONDS = 600;

  /** Where an insert's data must have started; ClickHouse's own limit of a statement. */
  private static final int MAX_HEAD_BYTES = 256 << 10;

  /** The longest statement, such as one with a list of values; data of inserts has no limit. */
  private static final int MAX_STATEMENT_BYTES = 64 << 20;

  private static final int BUFFER_BYTES = 1 << 20;

  /** Parameters that are no settings. */
  private static final Set<String> RESERVED =
      Set.of(
          "query",
          "user",
          "password",
          "database",
          "default_format",
          "query_id",
          "session_id",
          "session_timeout",
          "session_check",
          "close_session",
          "quota_key",
          "role",
          "stacktrace",
          "compress",
          "decompress",
          "enable_http_compression",
          "buffer_size",
          "wait_end_of_query",
          "client_protocol_version");

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  private final Chdb engine;
  private final Semaphore permits;
  private final Consumer<EngineException> onFailure;

  /**
   * Serves an engine.
   *
   * @param permits as many as statements may run at once; further requests wait in line
   * @param onFailure hears of an engine that is beyond use
   */
  ClickHouseEndpoint(Chdb engine, Semaphore permits, Consumer<EngineException> onFailure) {
    this.engine = engine;
    this.permits = permits;
    this.onFailure = onFailure;
  }

  /** A quarter of the machine: the JVM, the broker and other statements need theirs. */
  static long queryMemoryBytes(long machineBytes) {
    return Math.min(MAX_QUERY_MEMORY_BYTES, machineBytes / 4);
  }

  /** This machine's memory or the container's; without bound where a JVM does not tell. */
  private static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /** Whether the request comes from a program of this machine, not from a page of another site. */
  static boolean isLocal(Context http) {
    String host = http.header("Host");
    if (host == null || !LOOPBACK.contains(withoutPort(host).toLowerCase(Locale.ROOT))) {
      return false;
    }
    String origin = http.header("Origin");
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      return false;
    }
    String site = http.header("Sec-Fetch-Site");
    return site == null || OWN_SITE.contains(site);
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":\\d*$", "");
  }

  /** Runs the statement of a request. */
  void run(Context http) throws IOException, InterruptedException {
    if (http.method().equals(HandlerType.GET) && http.queryParam("query") == null) {
      ok(http);
      return;
    }
    permits.acquire();
    try (Chdb.Session session = engine.session()) {
      prepare(http, session);
      run(http, session);
    } catch (SqlException e) {
      http.status(e.status());
      http.header(ClickHouseHttpProto.HEADER_EXCEPTION_CODE, String.valueOf(e.code()));
      http.contentType("text/plain; charset=UTF-8");
      http.result(e.getMessage() + "\n");
    } catch (EngineException e) {
      onFailure.accept(e);
      throw e;
    } finally {
      permits.release();
    }
  }

  /** Answers that the server is there. */
  static void ok(Context http) {
    http.contentType("text/plain; charset=UTF-8").result("Ok.\n");
  }

  private static void prepare(Context http, Chdb.Session session) throws SqlException {
    StringJoiner settings = new StringJoiner(", ", "SET ", "");
    // An insert that returned is in the table.
    settings.add("async_insert = 0");
    settings.add("max_memory_usage = " + QUERY_MEMORY_BYTES);
    settings.add("max_execution_time = " + QUERY_SECONDS);
    settings.add("session_timezone = '%s'".formatted(TIME_ZONE));
    for (Map.Entry<String, List<String>> parameter : http.queryParamMap().entrySet()) {
      String name = parameter.getKey();
      if (!RESERVED.contains(name)) {
        if (!name.matches("\\w+")) {
          throw new SqlException(115, "UNKNOWN_SETTING", "Unknown setting '%s'".formatted(name));
        }
        settings.add("%s = %s".formatted(name, quoted(parameter.getValue().get(0), '\'')));
      }
    }
    session.execute(settings.toString());
    String database = either(http, "database", ClickHouseHttpProto.HEADER_DATABASE, "");
    if (!database.isEmpty() && !database.equals("default")) {
      session.execute("USE " + quoted(database, '`'));
    }
  }

  private static String quoted(String text, char quote) {
    return quote + text.replace("\\", "\\\\").replace(String.valueOf(quote), "\\" + quote) + quote;
  }

  private static void run(Context http, Chdb.Session session) throws SqlException, IOException {
    boolean get = http.method().equals(HandlerType.GET);
    InputStream request = request(http, get);
    byte[] head = request.readNBytes(MAX_HEAD_BYTES);
    String text = new String(head, StandardCharsets.ISO_8859_1);
    InlineInsert insert = InlineInsert.find(text);
    String format =
        either(http, "default_format", ClickHouseHttpProto.HEADER_FORMAT, "TabSeparated");
    if (insert == null) {
      byte[] sql = whole(head, request);
      checkAllowed(session.analyse(sql), get);
      String answerFormat = formatOf(text, format);
      checkNative(http, answerFormat);
      try (Chdb.Result result = session.query(sql, format)) {
        answer(http, result, answerFormat);
      }
    } else if (get) {
      throw readOnly();
    } else {
      byte[] statement = text.substring(0, insert.headEnd()).getBytes(StandardCharsets.ISO_8859_1);
      try (Chdb.Session.Insert open = session.insert(statement, insert.format())) {
        byte[] data = Arrays.copyOfRange(head, insert.dataStart(), head.length);
        open.append(data, data.length);
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = request.readNBytes(buffer, 0, BUFFER_BYTES);
            n > 0;
            n = request.readNBytes(buffer, 0, BUFFER_BYTES)) {
          open.append(buffer, n);
        }
        try (Chdb.Result result = open.done()) {
          answer(http, result, format);
        }
      }
    }
  }

  private static InputStream request(Context http, boolean get) throws IOException {
    String query = http.queryParam("query");
    InputStream parameter =
        query == null
            ? InputStream.nullInputStream()
            : new ByteArrayInputStream((query + "\n").getBytes(StandardCharsets.UTF_8));
    if (get) {
      return parameter;
    }
    InputStream body = http.bodyInputStream();
    if ("gzip".equalsIgnoreCase(http.header("Content-Encoding"))) {
      body = new GZIPInputStream(body, BUFFER_BYTES);
    }
    if (isOn(http, ClickHouseHttpProto.QPARAM_DECOMPRESS)) {
      body =
          new ClickHouseLZ4InputStream(
              body, LZ4Factory.fastestInstance().fastDecompressor(), BUFFER_BYTES);
    }
    return new SequenceInputStream(parameter, body);
  }

  private static byte[] whole(byte[] head, InputStream rest) throws SqlException, IOException {
    if (head.length < MAX_HEAD_BYTES) {
      return head;
    }
    ByteArrayOutputStream sql = new ByteArrayOutputStream(2 * head.length);
    sql.write(head);
    sql.write(rest.readNBytes(MAX_STATEMENT_BYTES - head.length));
    if (rest.read() >= 0) {
      throw new SqlException(
          62, "SYNTAX_ERROR", "The statement exceeds %d bytes".formatted(MAX_STATEMENT_BYTES));
    }
    return sql.toByteArray();
  }

  private static void checkAllowed(Chdb.Analysis analysis, boolean get) throws SqlException {
    if (analysis.statements() > 1) {
      throw new SqlException(62, "SYNTAX_ERROR", "Multi-statements are not allowed");
    }
    if (get && analysis.statements() == 1 && !analysis.readOnly()) {
      throw readOnly();
    }
  }

  /**
   * A client that names its protocol expects blocks with headers, which the library can't write.
   */
  private static void checkNative(Context http, String format) throws SqlException {
    String protocol = http.queryParam("client_protocol_version");
    if (format.equals("Native") && protocol != null && !protocol.equals("0")) {
      throw new SqlException(
          48,
          "NOT_IMPLEMENTED",
          "The embedded ClickHouse has no Native format for protocol %s: use another format"
              .formatted(protocol));
    }
  }

  private static SqlException readOnly() {
    return new SqlException(
        164, "READONLY", "Cannot execute query in readonly mode: GET changes nothing, use POST");
  }

  /** The format that a statement names in its last FORMAT clause, or the default one. */
  private static String formatOf(String sql, String byDefault) {
    SqlTokens tokens = new SqlTokens(sql);
    String format = byDefault;
    for (Token token = tokens.next(); token != null; token = tokens.next()) {
      if (token.depth() == 0 && tokens.keyword(token).equals("FORMAT")) {
        Token name = tokens.next();
        if (name != null && name.kind() == Kind.WORD) {
          format = tokens.text(name);
        }
      }
    }
    return format;
  }

  private static void answer(Context http, Chdb.Result result, String format) throws IOException {
    String id = http.queryParam(ClickHouseHttpProto.QPARAM_QUERY_ID);
    String zone = http.queryParam(ClickHouseHttpProto.QPARAM_SESSION_TIMEZONE);
    http.header(
        ClickHouseHttpProto.HEADER_QUERY_ID, id == null ? UUID.randomUUID().toString() : id);
    http.header(ClickHouseHttpProto.HEADER_FORMAT, format);
    http.header(ClickHouseHttpProto.HEADER_TIMEZONE, zone == null ? TIME_ZONE : zone);
    http.header(ClickHouseHttpProto.HEADER_SRV_DISPLAY_NAME, "nudge");
    http.header(ClickHouseHttpProto.HEADER_SRV_SUMMARY, result.summary());
    http.header("X-Content-Type-Options", "nosniff");
    http.contentType(contentType(format));
    boolean gzip =
        isOn(http, ClickHouseHttpProto.QPARAM_ENABLE_HTTP_COMPRESSION)
            && String.valueOf(http.header("Accept-Encoding")).contains("gzip");
    boolean lz4 = isOn(http, ClickHouseHttpProto.QPARAM_COMPRESS);
    if (gzip) {
      http.header("Content-Encoding", "gzip");
    } else if (!lz4) {
      http.res().setContentLengthLong(result.length());
    }
    OutputStream body = http.res().getOutputStream();
    if (gzip) {
      body = new GZIPOutputStream(body, 1 << 16);
    } else if (lz4) {
      body =
          new ClickHouseLZ4OutputStream(
              body, LZ4Factory.fastestInstance().fastCompressor(), BUFFER_BYTES);
    }
    try (OutputStream out = body) {
      result.writeTo(out);
    }
  }

  private static String contentType(String format) {
    if (format.startsWith("JSON") && !format.contains("EachRow")) {
      return "application/json; charset=UTF-8";
    }
    if (format.startsWith("CSV")) {
      return "text/csv; charset=UTF-8; header=" + (format.contains("Names") ? "present" : "absent");
    }
    if (format.startsWith("TabSeparated") || format.startsWith("TSV")) {
      return "text/tab-separated-values; charset=UTF-8";
    }
    return format.startsWith("RowBinary") || format.equals("Native")
        ? "application/octet-stream"
        : "text/plain; charset=UTF-8";
  }

  private static boolean isOn(Context http, String parameter) {
    String value = http.queryParam(parameter);
    return "1".equals(value) || "true".equals(value);
  }

  private static String either(Context http, String parameter, String header, String byDefault) {
    String value = http.queryParam(parameter);
    if (value == null) {
      value = http.header(header);
    }
    return value == null ? byDefault : value;
  }
}
