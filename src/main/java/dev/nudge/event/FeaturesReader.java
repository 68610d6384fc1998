package dev.nudge.event;

import static dev.nudge.event.JsonFields.amount;
import static dev.nudge.event.JsonFields.integer;
import static dev.nudge.event.JsonFields.number;
import static dev.nudge.event.JsonFields.strings;
import static dev.nudge.event.JsonFields.time;
import static dev.nudge.event.JsonFields.wholeNumber;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** A customer's features of a moment; one that is not there is as of a customer nobody knows. */
final class FeaturesReader {
  private LifecycleStage stage;
  private int life;
  private int orderCount;
  private int lifeOrderCount;
  private BigInteger orderSum = BigInteger.ZERO;
  private double orderMean;
  private double orderStdDev;
  private BigInteger refundSum = BigInteger.ZERO;
  private BigInteger netSum = BigInteger.ZERO;
  private Long firstOrderAt;
  private Long lastOrderAt;
  private Long daysSinceOrder;
  private double meanGapMillis;
  private int orders30d;
  private int orders90d;
  private int orders180d;
  private int orders365d;
  private BigInteger sum30d = BigInteger.ZERO;
  private BigInteger sum90d = BigInteger.ZERO;
  private BigInteger sum180d = BigInteger.ZERO;
  private BigInteger sum365d = BigInteger.ZERO;
  private List<String> lastBoughtProducts = List.of();
  private Long lastSeenAt;
  private Long daysSinceSeen;
  private int viewCount7d;
  private BigInteger cartValue = BigInteger.ZERO;
  private List<String> favouriteCategories = List.of();
  private List<String> lastViewedProducts = List.of();
  private Integer bestHour;
  private int sent30d;
  private int clicked30d;
  private int redeemed30d;
  private Long lastClickedAt;
  private BigInteger discountSum = BigInteger.ZERO;
  private Integer age;
  private Integer daysToBirthday;
  private Map<String, Value> attributes = Map.of();

  private FeaturesReader() {}

  /** Reads the object at whose beginning a parser stands. */
  static Features read(JsonParser json) throws IOException {
    JsonFields.expectObject("customer", json);
    FeaturesReader features = new FeaturesReader();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_NULL) {
        features.read(name, json);
      }
    }
    return features.build();
  }

  private void read(String field, JsonParser json) throws IOException {
    switch (field) {
      case "stage" -> stage = JsonFields.word(field, json, LifecycleStage.class);
      case "life" -> life = integer(field, json);
      case "orderCount" -> orderCount = integer(field, json);
      case "lifeOrderCount" -> lifeOrderCount = integer(field, json);
      case "orderSum" -> orderSum = amount(field, json);
      case "orderMean" -> orderMean = number(field, json);
      case "orderStdDev" -> orderStdDev = number(field, json);
      case "refundSum" -> refundSum = amount(field, json);
      case "netSum" -> netSum = amount(field, json);
      case "firstOrderAt" -> firstOrderAt = time(field, json);
      case "lastOrderAt" -> lastOrderAt = time(field, json);
      case "daysSinceOrder" -> daysSinceOrder = wholeNumber(field, json);
      case "meanGapMillis" -> meanGapMillis = number(field, json);
      case "orders30d" -> orders30d = integer(field, json);
      case "orders90d" -> orders90d = integer(field, json);
      case "orders180d" -> orders180d = integer(field, json);
      case "orders365d" -> orders365d = integer(field, json);
      case "sum30d" -> sum30d = amount(field, json);
      case "sum90d" -> sum90d = amount(field, json);
      case "sum180d" -> sum180d = amount(field, json);
      case "sum365d" -> sum365d = amount(field, json);
      case "lastBoughtProducts" -> lastBoughtProducts = strings(field, json);
      case "lastSeenAt" -> lastSeenAt = time(field, json);
      case "daysSinceSeen" -> daysSinceSeen = wholeNumber(field, json);
      case "viewCount7d" -> viewCount7d = integer(field, json);
      case "cartValue" -> cartValue = amount(field, json);
      case "favouriteCategories" -> favouriteCategories = strings(field, json);
      case "lastViewedProducts" -> lastViewedProducts = strings(field, json);
      case "bestHour" -> bestHour = integer(field, json);
      case "sent30d" -> sent30d = integer(field, json);
      case "clicked30d" -> clicked30d = integer(field, json);
      case "redeemed30d" -> redeemed30d = integer(field, json);
      case "lastClickedAt" -> lastClickedAt = time(field, json);
      case "discountSum" -> discountSum = amount(field, json);
      case "age" -> age = integer(field, json);
      case "daysToBirthday" -> daysToBirthday = integer(field, json);
      case "attributes" -> {
        JsonFields.expectObject(field, json);
        attributes = ValueReader.readAll(json);
      }
      default -> json.skipChildren();
    }
  }

  private Features build() {
    return new Features(
        stage,
        life,
        orderCount,
        lifeOrderCount,
        orderSum,
        orderMean,
        orderStdDev,
        refundSum,
        netSum,
        firstOrderAt,
        lastOrderAt,
        daysSinceOrder,
        meanGapMillis,
        orders30d,
        orders90d,
        orders180d,
        orders365d,
        sum30d,
        sum90d,
        sum180d,
        sum365d,
        lastBoughtProducts,
        lastSeenAt,
        daysSinceSeen,
        viewCount7d,
        cartValue,
        favouriteCategories,
        lastViewedProducts,
        bestHour,
        sent30d,
        clicked30d,
        redeemed30d,
        lastClickedAt,
        discountSum,
        age,
        daysToBirthday,
        attributes);
  }
}
