package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.nudge.event.Units;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sends that are told one by one: those with the largest amounts, of which the earlier ones
 * where amounts are equal, and the latest.
 */
final class Sends {
  private final int max;
  private final List<DecisionLine> largest = new ArrayList<>();
  private final Deque<DecisionLine> latest = new ArrayDeque<>();

  /**
   * None yet.
   *
   * @param max how many of either are told
   */
  Sends(int max) {
    this.max = max;
  }

  /** One more; they come in order of time. */
  void add(DecisionLine send) {
    latest.addFirst(send);
    if (latest.size() > max) {
      latest.removeLast();
    }
    if (send.amountUnits() == null) {
      return;
    }
    int place = largest.size();
    while (place > 0 && send.amountUnits() > largest.get(place - 1).amountUnits()) {
      place--;
    }
    if (place < max) {
      largest.add(place, send);
    }
    if (largest.size() > max) {
      largest.remove(max);
    }
  }

  void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("sends");
    json.writeArrayFieldStart("largest");
    for (DecisionLine send : largest) {
      write(json, send);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("latest");
    for (DecisionLine send : latest) {
      write(json, send);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, DecisionLine send) throws IOException {
    json.writeStartObject();
    json.writeStringField("at", Instant.ofEpochMilli(send.atMillis()).toString());
    json.writeStringField("customerId", send.customerId());
    json.writeStringField("campaign", send.campaign());
    json.writeStringField("variant", send.variant());
    json.writeStringField("channel", send.channel());
    json.writeStringField(
        "amount", send.amountUnits() == null ? null : Units.format(send.amountUnits()));
    json.writeEndObject();
  }
}
