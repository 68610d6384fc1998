package dev.nudge.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nudge.definition.DefinitionException;
import dev.nudge.kafka.DeadLetterTopic.Place;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the console can change, and not only show. Every {@code POST} needs the header {@value
 * Gate#HEADER}, must not come from a page of another site, and needs a token for its brand.
 *
 * <ul>
 *   <li>{@code GET /api/actions}: which of these this console offers to whoever asks.
 *   <li>{@code GET /api/definition?tenant=X&campaign=C}: a {@link CampaignDesk.Definition}; 404
 *       without one.
 *   <li>{@code POST /api/definition?tenant=X}: applies the campaign of the body's text, YAML or
 *       JSON. {@code &campaign=C} says that it must be this one, {@code &version=N} from which
 *       version it was made: if another one is published by now, 409. Answers {@link
 *       CampaignDesk.Applied} once it is written; 400 with {@code problems}, {@link
 *       CampaignDesk.Trouble}, if the text is wrong.
 *   <li>{@code POST /api/pause?tenant=X&campaign=C}, {@code POST /api/resume?…}: {@link
 *       CampaignDesk.Applied}.
 *   <li>{@code POST /api/rehearsal?tenant=X}: begins to rehearse the campaign of the body's text;
 *       409 if one runs. {@code GET} tells the {@link RehearsalDesk.State}, {@code POST
 *       /api/rehearsal/stop} stops it, {@code GET /api/rehearsal/report?tenant=X&id=N} is its
 *       report.
 *   <li>{@code GET /api/dead-letter?topic=T&partition=P&offset=O&appendedAt=ISO}: a {@link
 *       DeadLetterDesk.Whole}; {@code POST /api/dead-letters/replay} with {@code {"letters":
 *       [{"topic": …, "partition": …, "offset": …, "appendedAt": …, "text": …}], "again": false}}
 *       sends letters again, and answers {@link DeadLetterDesk.Done} of each. For the platform's
 *       token alone: of what can't be read nobody knows whose it is.
 * </ul>
 */
final class Actions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Actions.class);

  /** A campaign is some kilobytes. */
  static final int MAX_TEXT_BYTES = 256 << 10;

  /** One mended record, or names of many. */
  static final int MAX_LETTERS_BYTES = 2 << 20;

  private static final String DEFINITION = "/api/definition";
  private static final String PAUSE = "/api/pause";
  private static final String RESUME = "/api/resume";
  private static final String REHEARSAL = "/api/rehearsal";
  private static final String STOP = "/api/rehearsal/stop";
  private static final String REPLAY = "/api/dead-letters/replay";
  private static final Set<String> POSTS =
      Set.of(DEFINITION, PAUSE, RESUME, REHEARSAL, STOP, REPLAY);

  /**
   * The report brings its script and style within, and names both by their hashes; in a sandbox it
   * is no page of the console's, and can ask for nothing.
   */
  private static final String REPORT_POLICY =
      "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline';"
          + " style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final ObjectMapper json = new ObjectMapper();
  private final CampaignDesk campaigns;
  private final RehearsalDesk rehearsals;
  private final DeadLetterDesk letters;
  private final boolean rehearses;

  /**
   * The actions of a console.
   *
   * @param controls null if it only reads
   */
  Actions(ConsoleControls controls) {
    campaigns = controls == null ? null : new CampaignDesk(controls.kafka());
    rehearsals = controls == null ? null : new RehearsalDesk(campaigns, controls);
    letters = controls == null ? null : new DeadLetterDesk(controls.kafka());
    rehearses = controls != null && !controls.recorded().isEmpty();
  }

  /** What this console offers to whoever asks. */
  record Offer(boolean campaigns, boolean rehearsals, boolean deadLetters) {}

  /** Something that is to be done, and may be refused for what was given. */
  @FunctionalInterface
  private interface Action {
    Object run(Context context) throws DefinitionException, IOException;
  }

  /** Whether a request is to change something that can be changed. */
  static boolean isOne(Context context) {
    return context.method().equals(HandlerType.POST) && POSTS.contains(context.path());
  }

  void routes(RoutesConfig routes) {
    routes.get(
        "/api/actions",
        context ->
            ConsoleServer.answer(
                context,
                new Offer(
                    campaigns != null,
                    rehearses,
                    letters != null && Gate.access(context).isPlatform())));
    routes.get(DEFINITION, doing(this::definition));
    routes.post(DEFINITION, doing(this::apply));
    routes.post(PAUSE, doing(context -> pause(context, true)));
    routes.post(RESUME, doing(context -> pause(context, false)));
    routes.get(REHEARSAL, doing(context -> rehearsals.state(ConsoleServer.tenant(context))));
    routes.post(REHEARSAL, doing(this::rehearse));
    routes.post(STOP, doing(context -> rehearsals.stop(ConsoleServer.tenant(context))));
    routes.get("/api/rehearsal/report", this::report);
    routes.get("/api/dead-letter", doing(this::deadLetter));
    routes.post(REPLAY, doing(this::replay));
  }

  private Handler doing(Action action) {
    return context -> {
      refuseIfReadOnly();
      try {
        ConsoleServer.answer(context, action.run(context));
      } catch (DefinitionException refused) {
        context
            .status(400)
            .contentType("application/json")
            .result(
                Json.write(
                    Map.of(
                        "error",
                        "This is wrong, and nothing was written",
                        "problems",
                        CampaignDesk.troubles(refused))));
      } catch (KafkaException e) {
        LOG.warn("Kafka does not do what the console asks: {}", context.path(), e);
        throw new HttpResponseException(
            503, "Kafka did not confirm it: look at what is there before you try again");
      }
    };
  }

  private void refuseIfReadOnly() {
    if (campaigns == null) {
      throw new HttpResponseException(
          501, "This console only reads: start it with --kafka to change anything");
    }
  }

  private Object definition(Context context) {
    return campaigns
        .published(ConsoleServer.tenant(context), ConsoleServer.required(context, "campaign"))
        .orElseThrow(Actions::noCampaign);
  }

  private Object apply(Context context) throws DefinitionException, IOException {
    String tenant = ConsoleServer.tenant(context);
    String campaign =
        context.queryParam("campaign") == null ? null : ConsoleServer.required(context, "campaign");
    return campaigns.apply(tenant, body(context, MAX_TEXT_BYTES), campaign, version(context));
  }

  private static Integer version(Context context) {
    String version = context.queryParam("version");
    if (version == null) {
      return null;
    } else if (version.matches("[0-9]{1,9}")) {
      return Integer.valueOf(version);
    }
    throw new HttpResponseException(400, "version is no number from 0 on");
  }

  private Object pause(Context context, boolean paused) throws DefinitionException {
    return campaigns
        .pause(ConsoleServer.tenant(context), ConsoleServer.required(context, "campaign"), paused)
        .orElseThrow(Actions::noCampaign);
  }

  private static HttpResponseException noCampaign() {
    return new HttpResponseException(404, "No such campaign is published");
  }

  private Object rehearse(Context context) throws DefinitionException, IOException {
    return rehearsals.begin(ConsoleServer.tenant(context), body(context, MAX_TEXT_BYTES));
  }

  private void report(Context context) throws IOException {
    refuseIfReadOnly();
    String tenant = ConsoleServer.tenant(context);
    String id = ConsoleServer.required(context, "id");
    if (!id.matches("[0-9]{1,18}")) {
      throw new HttpResponseException(400, "id is no number");
    }
    String page =
        rehearsals
            .report(tenant, Long.parseLong(id))
            .orElseThrow(
                () -> new HttpResponseException(404, "This report is gone: rehearse again"));
    context
        .header("Content-Security-Policy", REPORT_POLICY)
        .contentType("text/html; charset=utf-8")
        .result(page);
  }

  private Object deadLetter(Context context) {
    Gate.platformOnly(context);
    Place place =
        new Place(
            ConsoleServer.required(context, "topic"),
            (int) number(ConsoleServer.required(context, "partition"), "partition", 9),
            number(ConsoleServer.required(context, "offset"), "offset", 18));
    return letters
        .whole(place, instant(ConsoleServer.required(context, "appendedAt")))
        .orElseThrow(
            () -> new HttpResponseException(404, "The topic of dead letters keeps it no longer"));
  }

  private Object replay(Context context) throws IOException {
    Gate.platformOnly(context);
    JsonNode body = json(context);
    JsonNode list = body.path("letters");
    if (!list.isArray() || list.isEmpty() || list.size() > DeadLetterDesk.MAX_LETTERS) {
      throw new HttpResponseException(
          400, "Expected {\"letters\": […]}, 1 to " + DeadLetterDesk.MAX_LETTERS + " of them");
    }
    List<DeadLetterDesk.Wish> wishes = new ArrayList<>();
    for (JsonNode one : list) {
      String topic = one.path("topic").asText();
      if (topic.isEmpty()) {
        throw new HttpResponseException(400, "topic is missing");
      }
      JsonNode text = one.path("text");
      wishes.add(
          new DeadLetterDesk.Wish(
              new Place(
                  topic,
                  (int) number(one.path("partition").asText(), "partition", 9),
                  number(one.path("offset").asText(), "offset", 18)),
              instant(one.path("appendedAt").asText()),
              text.isTextual() ? text.textValue() : null));
    }
    return Map.of("letters", letters.replay(wishes, body.path("again").asBoolean(false)));
  }

  private JsonNode json(Context context) throws IOException {
    try {
      return json.readTree(new String(body(context, MAX_LETTERS_BYTES), StandardCharsets.UTF_8));
    } catch (JsonProcessingException unreadable) {
      throw new HttpResponseException(400, "The body is not JSON");
    }
  }

  private static long number(String text, String name, int digits) {
    if (!text.matches("[0-9]{1," + digits + "}")) {
      throw new HttpResponseException(400, name + " is no number from 0 on");
    }
    return Long.parseLong(text);
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new HttpResponseException(400, "appendedAt is no instant such as 2026-01-05T09:00:00Z");
    }
  }

  /** Never more than that, whatever the request says of its length. */
  private static byte[] body(Context context, int maxBytes) throws IOException {
    byte[] body = context.bodyInputStream().readNBytes(maxBytes + 1);
    if (body.length > maxBytes) {
      throw new HttpResponseException(413, "Expected at most %,d bytes".formatted(maxBytes));
    }
    return body;
  }

  @Override
  public void close() {
    if (rehearsals != null) {
      rehearsals.close();
    }
  }
}
