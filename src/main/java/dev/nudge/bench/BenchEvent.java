package dev.nudge.bench;

import dev.nudge.event.Occurrence;
import dev.nudge.event.Topic;
import java.nio.charset.StandardCharsets;

/**
 * One event of the stream, before it is a record.
 *
 * @param customer the customer's number, from 0
 * @param name as patterns know it; the four names of orders become order records
 * @param atMillis event time, epoch milliseconds, never twice in a stream
 * @param visit the number of the visit it belongs to
 * @param number its place in the stream, from 0
 */
record BenchEvent(int customer, String name, long atMillis, long visit, long number) {
  static final String TENANT = "bench";

  /** The customer's id. */
  String customerId() {
    return "c" + customer;
  }

  /** The topic it stands on. */
  Topic topic() {
    return status() == null ? Topic.CLICKSTREAM : Topic.ORDERS;
  }

  /** The record as a shop writes it. */
  byte[] json() {
    return json(atMillis);
  }

  /** The record, dated otherwise. */
  byte[] json(long datedMillis) {
    long product = number * 31 % 5_000;
    String status = status();
    StringBuilder json = new StringBuilder(320);
    json.append("{\"messageId\":\"").append(customerId()).append('-').append(number);
    json.append("\",\"tenant\":\"").append(TENANT);
    json.append("\",\"customerId\":\"").append(customerId());
    if (status == null) {
      json.append("\",\"event\":\"").append(name);
    } else {
      json.append("\",\"orderId\":\"o").append(visit).append("\",\"status\":\"").append(status);
    }
    json.append("\",\"timestamp\":").append(datedMillis);
    if (status == null) {
      json.append(",\"sessionId\":\"s").append(visit);
      json.append("\",\"properties\":{\"productId\":\"p").append(product);
      json.append("\",\"category\":\"k").append(product % 40);
      json.append("\",\"price\":\"").append(product % 300).append(".90\",\"currency\":\"CNY\"}}");
    } else {
      json.append(",\"currency\":\"CNY\",\"amount\":\"").append(product % 300).append(".90\"");
      json.append(",\"lines\":[{\"productId\":\"p").append(product);
      json.append("\",\"quantity\":1,\"price\":\"").append(product % 300).append(".90\"}]}");
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String status() {
    return switch (name) {
      case Occurrence.ORDER_PLACED -> "PLACED";
      case Occurrence.ORDER_PAID -> "PAID";
      case Occurrence.ORDER_CANCELLED -> "CANCELLED";
      case Occurrence.ORDER_REFUNDED -> "REFUNDED";
      default -> null;
    };
  }
}
