package dev.nudge.decide;

import static dev.nudge.TestEvents.ANNA;
import static dev.nudge.TestEvents.BERT;
import static dev.nudge.TestEvents.DAY;
import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.MINUTE;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.cancelled;
import static dev.nudge.TestEvents.event;
import static dev.nudge.TestEvents.order;
import static dev.nudge.TestEvents.paid;
import static dev.nudge.TestEvents.profiled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.nudge.event.Anomaly;
import dev.nudge.event.CustomerKey;
import dev.nudge.event.Delivery;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.Features;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.Order;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Topic;
import dev.nudge.event.Trigger;
import dev.nudge.event.Units;
import dev.nudge.event.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which products go with what is sent. */
class RecommendationsTest {
  private static final String SPIKE = "trigger: {anomaly: SPEND_SPIKE}";
  private static final String PUSH = "channels: [PUSH]";
  private static final long LATER = START + DAY;

  private static Brand recommending(String recommend, String... more) throws Exception {
    List<String> keys = new ArrayList<>(List.of(SPIKE, PUSH, "recommend: " + recommend));
    keys.addAll(List.of(more));
    return Brand.open().campaign("a", keys.toArray(new String[0]));
  }

  private static List<String> sentTo(Brand brand, Features anna) throws Exception {
    brand.take(Brand.momentOf(ANNA, "SPEND_SPIKE", LATER, anna)).until(LATER + MINUTE);
    return brand.lastTrigger().recommendations();
  }

  private static Features anna(List<String> bought, List<String> viewed) {
    return Brand.features(bought, viewed, "region", "north");
  }

  @Test
  void ownViewsComeNewestFirstWithoutWhatWasBought() throws Exception {
    Brand brand = recommending("{products: 3, by: [OWN_VIEWS]}");

    assertThat(sentTo(brand, anna(List.of("v2"), List.of("v1", "v2", "v3", "v4", "v5"))))
        .containsExactly("v1", "v3", "v4");
    assertThat(brand.notes()).isEmpty();
  }

  @Test
  void withoutTheKeyNothingIsRecommended() throws Exception {
    Brand brand = Brand.open().campaign("a", SPIKE, PUSH);

    assertThat(sentTo(brand, anna(List.of(), List.of("v1")))).isEmpty();
  }

  @Test
  void whatIsBoughtTogetherMostOftenComesFirst() throws Exception {
    Brand brand = recommending("{products: 4, by: [BOUGHT_TOGETHER]}");
    brand
        .receive(paid(BERT, START, "o1", "10.00", "tea", "cup"))
        .until(START)
        .receive(paid(BERT, START + 1, "o2", "10.00", "tea", "pot", "cup"))
        .until(START + 1)
        .receive(paid(BERT, START + 2, "o3", "10.00", "jam", "bread"))
        .receive(paid(BERT, START + 3, "o4", "10.00", "tea", "jar"));

    assertThat(sentTo(brand, anna(List.of(), List.of("tea")))).containsExactly("cup", "jar", "pot");
  }

  @Test
  void whatGoesWithAllTheirProductsAddsUp() throws Exception {
    Brand brand = recommending("{products: 4, by: [BOUGHT_TOGETHER]}");
    brand.receive(
        paid(BERT, START, "o1", "10.00", "tea", "cup"),
        paid(BERT, START + 1, "o2", "10.00", "tea", "cup"),
        paid(BERT, START + 2, "o3", "10.00", "tea", "spoon"),
        paid(BERT, START + 3, "o4", "10.00", "coffee", "spoon"),
        paid(BERT, START + 4, "o5", "10.00", "coffee", "spoon"));

    // The spoon three times with what Anna bought and looked at, the cup twice; tea she has.
    assertThat(sentTo(brand, anna(List.of("tea"), List.of("coffee"))))
        .containsExactly("spoon", "cup");
  }

  @Test
  void onlyPaidOrdersSayWhatIsBoughtTogether() throws Exception {
    Brand brand = recommending("{products: 4, by: [BOUGHT_TOGETHER]}");
    brand.receive(
        event(BERT, START, order("o1", OrderStatus.PLACED, "CNY", "10.00", "tea", "cup")),
        cancelled(BERT, START + 1, "o1"),
        paid(BERT, START + 2, "o2", "10.00", "tea", "pot"));

    assertThat(sentTo(brand, anna(List.of(), List.of("tea")))).containsExactly("pot");
  }

  @Test
  void theNextMethodFillsWhatTheFirstLeavesOpen() throws Exception {
    Brand brand = recommending("{products: 3, by: [OWN_VIEWS, BOUGHT_TOGETHER]}");
    brand.receive(
        paid(BERT, START, "o1", "10.00", "tea", "cup", "pot"),
        paid(BERT, START + 1, "o2", "10.00", "tea", "cup"));

    // The cup is among the views already, and comes once.
    assertThat(sentTo(brand, anna(List.of(), List.of("tea", "cup"))))
        .containsExactly("tea", "cup", "pot");
    assertThat(
            sentTo(
                recommending("{products: 1, by: [BOUGHT_TOGETHER]}"),
                anna(List.of(), List.of("tea"))))
        .isEmpty();
  }

  private static OrderLine line(String product, String category) {
    return new OrderLine(product, null, category, null, Units.ONE, Units.ONE);
  }

  private static Order paidOrder(String id, OrderLine... lines) {
    return new Order(id, OrderStatus.PAID, "CNY", 10, null, null, Map.of(), List.of(lines));
  }

  @Test
  void aCampaignAboutProductsRecommendsThoseOnly() throws Exception {
    String products = "products: [kitchen, p9]";
    Brand brand = recommending("{products: 4, by: [OWN_VIEWS, BOUGHT_TOGETHER]}", products);
    brand.receive(
        event(
            BERT,
            START,
            paidOrder("o1", line("tea", "food"), line("cup", "kitchen"), line("pot", "kitchen"))));

    assertThat(sentTo(brand, anna(List.of(), List.of("p8", "p9", "tea"))))
        .containsExactly("p9", "cup", "pot");
  }

  @Test
  void theMomentItselfKnowsCategoriesToo() throws Exception {
    Brand brand = recommending("{products: 4, by: [OWN_VIEWS]}", "products: [shoes]");
    Occurrence viewed =
        new Occurrence(
            "Product Viewed",
            LATER,
            "m1",
            Topic.CLICKSTREAM,
            Map.of(
                "productId", Value.string("boot"),
                "category", Value.string("shoes")));
    Anomaly burst =
        new Anomaly("acme", "anna", "SPEND_SPIKE", LATER, null, null, null, Map.of(), 1);
    Features features = anna(List.of(), List.of("boot", "hat"));
    brand.take(Moment.of(burst, viewed, Map.of(), features)).until(LATER + MINUTE);

    assertThat(brand.lastTrigger().recommendations()).containsExactly("boot");
  }

  @Test
  void similarPeopleRecommendWhatTheyBuy() throws Exception {
    Brand brand =
        recommending("{products: 2, by: [SIMILAR_PEOPLE]}", "similar: {by: [region], limit: 1}");
    brand.receive(
        profiled(BERT, START, "region", "north"),
        paid(BERT, START + 1, "o1", "10.00", "skates"),
        paid(BERT, START + 2, "o2", "10.00", "skates", "gloves", "hat"));
    CustomerKey carl = new CustomerKey("acme", "carl");
    brand.receive(
        profiled(carl, START, "region", "south"), paid(carl, START + 1, "o3", "10.00", "fan"));
    // Nobody knows yet where she is from.
    brand.receive(paid(ANNA, START, "o4", "10.00", "sledge"));

    sentTo(brand, anna(List.of("gloves"), List.of()));
    assertThat(brand.triggers)
        .extracting(Trigger::customerId, Trigger::recommendations)
        // Bert's own purchases are no attribute, and so not known where he is a peer.
        .containsExactly(
            tuple("anna", List.of("skates", "hat")), tuple("bert", List.of("skates", "gloves")));
  }

  @Test
  void whoLacksAnAttributeIsLikeNobody() throws Exception {
    Brand brand =
        recommending(
            "{products: 2, by: [SIMILAR_PEOPLE]}", "similar: {by: [region, job], limit: 1}");
    brand.receive(
        profiled(BERT, START, "region", "north"), paid(BERT, START + 1, "o1", "10.00", "skates"));

    assertThat(sentTo(brand, anna(List.of(), List.of()))).isEmpty();
  }

  @Test
  void anotherChannelShowsTheSameProducts() throws Exception {
    Brand brand =
        Brand.withDeliveries()
            .campaign(
                "a", SPIKE, "channels: [PUSH, SMS]", "recommend: {products: 2, by: [OWN_VIEWS]}");
    Features features = anna(List.of(), List.of("v1", "v2", "v3"));
    brand.take(Brand.momentOf(ANNA, "SPEND_SPIKE", START, features)).until(START + MINUTE);
    brand
        .delivery(
            new Delivery(
                DeliveryStatus.FAILED, brand.lastTrigger().id(), null, null, null, null, null),
            START + HOUR)
        .until(START + HOUR);

    assertThat(brand.triggers)
        .extracting(Trigger::channel, Trigger::recommendations)
        .containsExactly(tuple("PUSH", List.of("v1", "v2")), tuple("SMS", List.of("v1", "v2")));
  }

  @Test
  void ofALongOrderTheFirstLinesCount() throws Exception {
    Brand brand = recommending("{products: 20, by: [BOUGHT_TOGETHER]}");
    String[] products =
        IntStream.range(0, Crowd.MAX_LINES + 1).mapToObj("p%02d"::formatted).toArray(String[]::new);
    brand.receive(paid(BERT, START, "o1", "10.00", products));

    assertThat(sentTo(brand, anna(List.of(), List.of("p00"))))
        .hasSize(Crowd.MAX_LINES - 1)
        .doesNotContain("p" + Crowd.MAX_LINES);
    String last = "p" + Crowd.MAX_LINES;
    Brand other = recommending("{products: 20, by: [BOUGHT_TOGETHER]}");
    other.receive(paid(BERT, START, "o1", "10.00", products));
    assertThat(sentTo(other, anna(List.of(), List.of(last)))).isEmpty();
  }

  @Test
  void nobodyWatchesWhatNoCampaignAsks() throws Exception {
    Brand brand = recommending("{products: 3, by: [OWN_VIEWS]}");
    brand.receive(
        profiled(BERT, START, "region", "north"), paid(BERT, START, "o1", "10.00", "tea", "cup"));
    sentTo(brand, anna(List.of(), List.of("tea")));

    assertThat(brand.notes()).isEmpty();
  }
}
