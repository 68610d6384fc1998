package dev.nudge.measure.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** "One SENT or CONTROL decision, whatever its deliveries". */
final class Grant {
  /** The newest last; of one instant the higher priority, then the smaller ids, come later. */
  static final Comparator<Grant> NEWEST_LAST =
      Comparator.comparingLong((Grant each) -> each.at)
          .thenComparing(each -> each.definition.priority())
          .thenComparing(
              Comparator.comparing(Grant::campaignBytes, Arrays::compareUnsigned).reversed())
          .thenComparing(Comparator.comparing(Grant::idBytes, Arrays::compareUnsigned).reversed());

  final String tenant;
  final String customer;
  final String campaign;
  final int version;
  final String variant;
  final String channel;
  final long at;
  final boolean control;
  final BigDecimal amount;
  final String id;
  final String rowId;
  final Definitions.Campaign definition;
  private final Map<String, String> channelsByTrigger = new HashMap<>();

  Grant(JsonNode row, Definitions definitions) {
    tenant = row.get("tenant").asText();
    customer = row.get("customerId").asText();
    campaign = row.get("campaign").asText();
    version = row.get("version").asInt();
    control = row.get("code").asText().equals("CONTROL");
    variant = control ? "CONTROL" : row.path("variant").asText("");
    channel = row.path("channel").asText(null);
    at = Event.time(row.get("at"));
    amount =
        row.hasNonNull("amount") ? new BigDecimal(row.get("amount").asText()) : BigDecimal.ZERO;
    id = row.get("grantId").asText();
    rowId = row.get("id").asText();
    definition = definitions.campaign(tenant, campaign, version, variant);
    if (!control) {
      String moment = row.get("moment").asText();
      for (String each : definition.channels()) {
        channelsByTrigger.put(triggerId(tenant, campaign, version, customer, moment, each), each);
      }
      if (channel != null) {
        channelsByTrigger.put(
            triggerId(tenant, campaign, version, customer, moment, channel), channel);
        if (row.hasNonNull("triggerId")) {
          channelsByTrigger.put(row.get("triggerId").asText(), channel);
        }
      }
    }
  }

  private byte[] campaignBytes() {
    return campaign.getBytes(UTF_8);
  }

  private byte[] idBytes() {
    return id.getBytes(UTF_8);
  }

  boolean declares(long window) {
    return definition.windows().contains(window);
  }

  boolean isOpen(long instant, long window) {
    return at <= instant && instant < at + window;
  }

  /** The channel that a trigger of this grant goes by; null if it is none of this grant. */
  String channelOf(String triggerId) {
    return channelsByTrigger.get(triggerId);
  }

  /** "lower-case hex SHA-256 over (tenant, campaign, version, customer, moment id, channel)". */
  static String triggerId(
      String tenant, String campaign, int version, String customer, String moment, String channel) {
    return hash(tenant, campaign, Integer.toString(version), customer, moment, channel);
  }

  /** "each part its UTF-8 length as 4 bytes big-endian, then its bytes". */
  static String hash(String... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String part : parts) {
      byte[] bytes = part.getBytes(UTF_8);
      for (int shift = 24; shift >= 0; shift -= 8) {
        all.write(bytes.length >>> shift);
      }
      all.writeBytes(bytes);
    }
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(all.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
