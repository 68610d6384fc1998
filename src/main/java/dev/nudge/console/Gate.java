package dev.nudge.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.console.ConsoleTokens.Access;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HttpResponseException;
import io.javalin.http.SameSite;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Lets in whoever has a token, and says which brand they see.
 *
 * <p>Programs send {@code Authorization: Bearer <token>}. The page signs on once, with {@code POST
 * /api/session} and the token as JSON, and gets a cookie that scripts can't read and other sites
 * can't send; an event stream has no other way to bring one. What changes anything needs the header
 * {@value #HEADER} too, which a form of another site can't set.
 */
final class Gate {
  static final String COOKIE = "nudge-console";

  /** Any value will do: it is there that counts. */
  static final String HEADER = "X-Nudge";

  private static final String ACCESS = "nudge.access";
  private static final String BEARER = "Bearer ";
  private static final int MAX_BODY = 4_096;
  private static final int COOKIE_SECONDS = (int) Duration.ofDays(7).toSeconds();

  private final ConsoleTokens tokens;
  private final ObjectMapper json = new ObjectMapper();

  Gate(ConsoleTokens tokens) {
    this.tokens = tokens;
  }

  /**
   * What the page needs to know before it asks for anything.
   *
   * @param required whether a token is needed
   * @param signedOn whether this browser has shown one that holds
   * @param tenant the only brand that it opens; null for all
   */
  record Session(boolean required, boolean signedOn, String tenant) {}

  /** Refuses with 401 who needs a token and shows none that holds. */
  void enter(Context context) {
    context.attribute(
        ACCESS,
        shown(context)
            .orElseThrow(
                () -> {
                  context.header("WWW-Authenticate", "Bearer realm=\"nudge\"");
                  return new HttpResponseException(401, "A token is needed, and this is none");
                }));
  }

  /** Who asks; only behind {@link #enter}. */
  static Access access(Context context) {
    return context.attribute(ACCESS);
  }

  /** Refuses with 403 who may not see the deployment as a whole. */
  static void platformOnly(Context context) {
    if (!access(context).isPlatform()) {
      throw new HttpResponseException(403, "This is for the platform's token");
    }
  }

  private Optional<Access> shown(Context context) {
    if (!tokens.required()) {
      return Optional.of(Access.EVERYTHING);
    }
    String header = context.header("Authorization");
    if (header != null) {
      return header.startsWith(BEARER)
          ? tokens.ofToken(header.substring(BEARER.length()))
          : Optional.empty();
    }
    String cookie = context.cookie(COOKIE);
    return cookie == null ? Optional.empty() : tokens.ofCookie(cookie);
  }

  Session session(Context context) {
    Optional<Access> shown = shown(context);
    return new Session(
        tokens.required(), shown.isPresent(), shown.map(Access::tenant).orElse(null));
  }

  /** Gives the cookie for a token. */
  Session signOn(Context context) {
    fromThePage(context);
    String token = token(context);
    Access access =
        tokens
            .ofToken(token)
            .orElseThrow(() -> new HttpResponseException(401, "This is no token of anybody's"));
    context.cookie(cookie(context, ConsoleTokens.cookie(token), COOKIE_SECONDS));
    return new Session(true, true, access.tenant());
  }

  /** Takes it back. */
  Session signOff(Context context) {
    fromThePage(context);
    context.cookie(cookie(context, "", 0));
    return new Session(tokens.required(), false, null);
  }

  /** Refuses with 403 what a page of another site may have sent, in the name of who looks at it. */
  static void fromThePage(Context context) {
    if (context.header(HEADER) == null) {
      throw new HttpResponseException(403, "The header " + HEADER + " is missing");
    }
    // Browsers say where a request comes from; programs have no reason to.
    String origin = context.header("Origin");
    String site = context.header("Sec-Fetch-Site");
    if ((origin != null && !isOwn(origin, context.host()))
        || (site != null && !site.equals("same-origin"))) {
      throw new HttpResponseException(403, "Another site sent this");
    }
  }

  /** A proxy may speak TLS where the console does not, so that only what is behind it counts. */
  private static boolean isOwn(String origin, String host) {
    int name = origin.indexOf("://");
    return name > 0 && host != null && plain(origin.substring(name + 3)).equals(plain(host));
  }

  private static String plain(String authority) {
    return authority.toLowerCase(Locale.ROOT).replaceFirst(":(80|443)$", "");
  }

  private String token(Context context) {
    byte[] body = context.bodyAsBytes();
    if (body.length <= MAX_BODY) {
      try {
        JsonNode token = json.readTree(new String(body, StandardCharsets.UTF_8));
        if (token != null && token.path("token").isTextual()) {
          return token.path("token").textValue();
        }
      } catch (JsonProcessingException unreadable) {
        // Told below, without a word of it.
      }
    }
    throw new HttpResponseException(400, "Expected {\"token\": \"…\"}");
  }

  private static Cookie cookie(Context context, String value, int seconds) {
    boolean https =
        context.scheme().equals("https") || "https".equals(context.header("X-Forwarded-Proto"));
    return new Cookie(COOKIE, value, "/api", seconds, https, true, null, SameSite.STRICT);
  }
}
