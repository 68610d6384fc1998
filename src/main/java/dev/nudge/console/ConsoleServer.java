package dev.nudge.console;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.sse.SseClient;
import io.javalin.http.staticfiles.Location;
import java.net.URI;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the console: the page at {@code /}, and its API.
 *
 * <ul>
 *   <li>{@code GET /api/tenants}: the tenants that have rows, an array of names.
 *   <li>{@code GET /api/clock}: the deployment's clock, as {@link ClockReport}.
 *   <li>{@code GET /api/customers?tenant=X&prefix=P}: up to {@value #MAX_FOUND} customers whose id
 *       begins so, an array of {@link CustomerStory.Found}.
 *   <li>{@code GET /api/customer?tenant=X&id=C}: the {@link CustomerStory} of one customer; {@code
 *       &campaign=K} tells the candidates of that campaign alone, {@code &limit=N} how many.
 *       Without any row of the customer 404.
 *   <li>{@code GET /api/overview}, {@code /api/campaigns}, {@code
 *       /api/campaign?campaign=C&window=MS&touch=last|any&basis=EVENT|COHORT}, {@code
 *       /api/products?sort=UNITS|…&product=P}, {@code /api/experiments}, {@code /api/lifecycle},
 *       {@code /api/health}, each with {@code tenant=X&range=…}: the records of {@link Pages}.
 *   <li>{@code GET
 *       /api/grants?tenant=X&campaign=C&window=MS&touch=…&step=S&arm=sent|control&after=…&afterGrant=…}:
 *       who reached a step of a funnel, {@value #GRANTS} at a time.
 *   <li>{@code GET /api/participants?tenant=X&campaign=C}: {@link ParticipantQueries.Participants}.
 *   <li>{@code GET /api/live?tenant=X&range=7d|30d|90d|all}: server-sent events {@code clock},
 *       {@code stages}, {@code flow}, {@code anomalies}, {@code moments}, {@code health}, {@code
 *       trouble} and {@code heartbeat}, each when its content changed, at most about once a second.
 *       With {@code &page=campaign} and that page's parameters, {@code page} too, with what {@code
 *       /api/campaign} answers; and so for the others.
 *   <li>{@code GET /api/session}: whether a token is needed; {@code POST} signs on with {@code
 *       {"token": "…"}}, {@code DELETE} signs off.
 * </ul>
 *
 * <p>But for the session and the {@link Actions} it only reads, and only answers GET and HEAD. With
 * {@link ConsoleTokens}, who shows none gets 401, and who asks for another brand than theirs 403.
 * Errors are {@code {"error": "…"}} with a plain sentence.
 */
public final class ConsoleServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);

  private static final int MAX_LENGTH = 256;
  private static final int MAX_FOUND = 50;
  private static final int CANDIDATES = 100;
  private static final int GRANTS = 50;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SESSION = "/api/session";
  private static final Set<HandlerType> SIGN_ONS = Set.of(HandlerType.POST, HandlerType.DELETE);
  private static final Set<HandlerType> READS = Set.of(HandlerType.GET, HandlerType.HEAD);
  private static final Map<String, String> SECURITY_HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Permissions-Policy",
          "camera=(), geolocation=(), microphone=()");

  private final ConsoleConfig config;
  private final LiveFeed feed;
  private final Gate gate;
  private final Actions actions;
  private final Set<SseClient> streams = ConcurrentHashMap.newKeySet();
  private final Javalin javalin;

  private ConsoleServer(ConsoleConfig config) {
    this.config = config;
    feed = new LiveFeed(config);
    gate = new Gate(config.tokens());
    actions = new Actions(config.controls());
    javalin = Javalin.create(this::configure);
  }

  /**
   * Starts to listen. ClickHouse and Flink need not be there yet.
   *
   * @throws IllegalStateException if the page is not on the class path: the build puts it there
   */
  public static ConsoleServer start(ConsoleConfig config) {
    if (ConsoleServer.class.getResource("/console/index.html") == null) {
      throw new IllegalStateException(
          "The console's page is missing from the class path; mvn process-resources builds it");
    }
    ConsoleServer server = new ConsoleServer(config);
    try {
      server.javalin.start();
    } catch (RuntimeException e) {
      server.feed.close();
      server.actions.close();
      throw e;
    }
    LOG.info("The console answers at {}", server.uri());
    return server;
  }

  /** The port it listens on. */
  public int port() {
    return javalin.port();
  }

  /** Where a browser on this machine finds the page. */
  public URI uri() {
    return URI.create("http://" + config.host() + ":" + port() + "/");
  }

  /** Ends every open stream and stops listening. */
  @Override
  public void close() {
    feed.close();
    actions.close();
    new ArrayList<>(streams).forEach(SseClient::close);
    javalin.stop();
  }

  private void configure(JavalinConfig javalin) {
    javalin.jetty.host = config.host();
    javalin.jetty.port = config.port();
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.startup.startupWatcherEnabled = false;
    // Files in assets/ carry a hash of their content in their name; the page names them.
    javalin.staticFiles.add(
        files -> {
          files.hostedPath = "/assets";
          files.directory = "/console/assets";
          files.location = Location.CLASSPATH;
          files.headers = Map.of("Cache-Control", "public, max-age=31536000, immutable");
        });
    javalin.staticFiles.add(
        files -> {
          files.directory = "/console";
          files.location = Location.CLASSPATH;
          files.headers = Map.of("Cache-Control", "no-cache");
        });
    javalin.routes.before(this::guard);
    javalin.routes.get("/api/session", context -> answer(context, gate.session(context)));
    javalin.routes.post("/api/session", context -> answer(context, gate.signOn(context)));
    javalin.routes.delete("/api/session", context -> answer(context, gate.signOff(context)));
    javalin.routes.get("/api/tenants", this::tenants);
    javalin.routes.get("/api/clock", context -> answer(context, config.clock().get()));
    javalin.routes.get("/api/customers", this::customers);
    javalin.routes.get("/api/customer", this::customer);
    javalin.routes.get("/api/grants", this::grants);
    javalin.routes.get("/api/participants", this::participants);
    for (Question.Page page : Question.Page.values()) {
      javalin.routes.get("/api/" + page.word(), context -> page(context, page));
    }
    actions.routes(javalin.routes);
    javalin.routes.before("/api/live", this::checkLive);
    javalin.routes.sse("/api/live", this::live);
    javalin.routes.exception(HttpResponseException.class, ConsoleServer::refuse);
    javalin.routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.error("{} failed", context.path(), e);
          refuse(
              new HttpResponseException(500, "Something went wrong; the log says what"), context);
        });
  }

  private void guard(Context context) {
    SECURITY_HEADERS.forEach(context::header);
    if (context.path().startsWith("/api/")) {
      context.header("Cache-Control", "no-store");
    }
    boolean isAction = Actions.isOne(context);
    if (!READS.contains(context.method()) && !isSignOn(context) && !isAction) {
      context.header("Allow", "GET, HEAD");
      throw new HttpResponseException(405, "This is only for reading: use GET or HEAD");
    }
    // A page of another site may resolve its own name to this machine; its name gives it away.
    String name = hostName(context.host());
    if (!LOOPBACK.contains(name) && !config.hostNames().contains(name)) {
      throw new HttpResponseException(421, "The console does not answer under this host name");
    }
    if (context.path().startsWith("/api/") && !context.path().equals(SESSION)) {
      gate.enter(context);
    }
    if (isAction) {
      Gate.fromThePage(context);
    }
  }

  private static boolean isSignOn(Context context) {
    return context.path().equals(SESSION) && SIGN_ONS.contains(context.method());
  }

  /** The Host header without its port, in lower case; empty if there is none. */
  static String hostName(String host) {
    if (host == null) {
      return "";
    }
    int colon = host.lastIndexOf(':');
    boolean port = colon > host.lastIndexOf(']');
    return (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
  }

  private void tenants(Context context) {
    try (LifecycleQueries queries = new LifecycleQueries(config.clickHouse())) {
      answer(context, queries.tenants().stream().filter(Gate.access(context)::allows).toList());
    } catch (SQLException e) {
      throw away(e);
    }
  }

  private void customers(Context context) {
    String tenant = tenant(context);
    String prefix = required(context, "prefix");
    try (Why why = new Why(config.clickHouse())) {
      answer(context, why.search(tenant, prefix, MAX_FOUND));
    } catch (SQLException e) {
      throw away(e);
    }
  }

  private void customer(Context context) {
    String tenant = tenant(context);
    String id = required(context, "id");
    String campaign = context.queryParam("campaign") == null ? null : required(context, "campaign");
    int limit = limit(context);
    Optional<CustomerStory> story;
    try (Why why = new Why(config.clickHouse())) {
      story = why.tell(tenant, id, campaign, null, limit);
    } catch (SQLException e) {
      throw away(e);
    }
    answer(
        context,
        story.orElseThrow(
            () -> new HttpResponseException(404, "Nothing is known of this customer")));
  }

  private void page(Context context, Question.Page page) {
    String tenant = tenant(context);
    Question question = question(context, page);
    try (Pages pages = new Pages(config.clickHouse())) {
      answer(context, pages.answer(tenant, question, config.clock().get()));
    } catch (SQLException e) {
      throw away(e);
    }
  }

  private static Question question(Context context, Question.Page page) {
    if (page == Question.Page.HEALTH) {
      Gate.platformOnly(context);
    }
    try {
      return Question.of(page, asked(context), period(context), Gate.access(context).isPlatform());
    } catch (IllegalArgumentException e) {
      throw new HttpResponseException(400, e.getMessage());
    }
  }

  /** What a stream asks beside the stages; null if nothing. */
  private static Question question(Context context) {
    String word = context.queryParam("page");
    if (word == null) {
      return null;
    }
    return question(
        context,
        Question.Page.of(word)
            .orElseThrow(() -> new HttpResponseException(400, "page is none of the pages")));
  }

  private static Map<String, String> asked(Context context) {
    Map<String, String> asked = new HashMap<>();
    context.queryParamMap().forEach((name, values) -> asked.put(name, values.get(0)));
    return asked;
  }

  private void grants(Context context) {
    String tenant = tenant(context);
    Map<String, String> asked = asked(context);
    try (ClickHouseReader clickHouse = new ClickHouseReader(config.clickHouse())) {
      answer(
          context,
          new GrantQueries(clickHouse)
              .grants(
                  tenant,
                  Question.text(asked, "campaign"),
                  Question.millis(required(context, "window")),
                  Question.oneOf(asked, "touch", "last", "any"),
                  Question.text(asked, "step"),
                  Question.oneOf(asked, "arm", "sent", "control").equals("control"),
                  asked.getOrDefault("after", ""),
                  asked.getOrDefault("afterGrant", ""),
                  GRANTS));
    } catch (IllegalArgumentException e) {
      throw new HttpResponseException(400, e.getMessage());
    } catch (SQLException e) {
      throw away(e);
    }
  }

  private void participants(Context context) {
    String tenant = tenant(context);
    try (ClickHouseReader clickHouse = new ClickHouseReader(config.clickHouse())) {
      answer(
          context,
          new ParticipantQueries(clickHouse)
              .participants(tenant, Question.text(asked(context), "campaign")));
    } catch (IllegalArgumentException e) {
      throw new HttpResponseException(400, e.getMessage());
    } catch (SQLException e) {
      throw away(e);
    }
  }

  private static HttpResponseException away(SQLException e) {
    if (LiveFeed.isOld(e)) {
      LOG.warn("ClickHouse lacks tables of this version", e);
      return new HttpResponseException(503, "The database lacks tables of this version");
    }
    LOG.warn("ClickHouse does not answer the console", e);
    return new HttpResponseException(503, "The database does not answer");
  }

  private void checkLive(Context context) {
    String accept = context.header("Accept");
    if (accept == null || !accept.contains("text/event-stream")) {
      throw new HttpResponseException(406, "This is a stream of events: accept text/event-stream");
    }
    tenant(context);
    period(context);
    question(context);
    if (!feed.hasRoom()) {
      throw new HttpResponseException(503, "Too many pages are open");
    }
  }

  /** The brand that is asked about; refuses with 403 whose token is not for it. */
  static String tenant(Context context) {
    String tenant = required(context, "tenant");
    if (!Gate.access(context).allows(tenant)) {
      throw new HttpResponseException(403, "This token is not for this brand");
    }
    return tenant;
  }

  /** A parameter that must be there. */
  static String required(Context context, String name) {
    String value = context.queryParam(name);
    if (value == null || value.isEmpty() || value.length() > MAX_LENGTH) {
      throw new HttpResponseException(
          400, name + " is missing, or longer than " + MAX_LENGTH + " characters");
    }
    return value;
  }

  private static int limit(Context context) {
    String limit = context.queryParam("limit");
    if (limit == null) {
      return CANDIDATES;
    }
    if (limit.matches("[1-9][0-9]{0,2}") && Integer.parseInt(limit) <= Why.MAX_LIMIT) {
      return Integer.parseInt(limit);
    }
    throw new HttpResponseException(400, "limit is not one of 1 to " + Why.MAX_LIMIT);
  }

  private static Period period(Context context) {
    String range = context.queryParam("range");
    return Period.of(range == null ? "30d" : range)
        .orElseThrow(() -> new HttpResponseException(400, "range is not one of 7d, 30d, 90d, all"));
  }

  private void live(SseClient stream) {
    Viewer viewer =
        new Viewer(
            tenant(stream.ctx()),
            period(stream.ctx()),
            question(stream.ctx()),
            Gate.access(stream.ctx()).isPlatform(),
            send(stream),
            feed.writers());
    stream.keepAlive();
    streams.add(stream);
    stream.onClose(
        () -> {
          streams.remove(stream);
          feed.leave(viewer);
        });
    if (!feed.join(viewer)) {
      stream.close(); // the last seat was taken since it was checked
    } else if (stream.terminated()) {
      feed.leave(viewer); // it closed before it was known
    }
  }

  /** A page that has gone is told nothing more. */
  private static BiConsumer<String, String> send(SseClient stream) {
    return (event, data) -> {
      if (!stream.terminated()) {
        stream.sendEvent(event, data);
      }
    };
  }

  /** Answers with one of this room's records. */
  static void answer(Context context, Object value) {
    context.contentType("application/json").result(Json.write(value));
  }

  private static void refuse(HttpResponseException refusal, Context context) {
    context
        .status(refusal.getStatus())
        .contentType("application/json")
        .result(Json.write(Map.of("error", refusal.getMessage())));
  }
}
