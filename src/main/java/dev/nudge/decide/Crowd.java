package dev.nudge.decide;

import dev.nudge.definition.Policy;
import dev.nudge.definition.Recommend;
import dev.nudge.definition.Similar;
import dev.nudge.event.CodePoints;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Moment;
import dev.nudge.event.Occurrence;
import dev.nudge.event.OrderLine;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Step;
import dev.nudge.event.Value;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a shard's customers have in common, as far as a campaign in force asks: who is like whom,
 * what is bought together, what people who are alike buy. It picks the products that go with what
 * is sent.
 *
 * <p>Example: Anna looked at a teapot. Of 40 paid orders with a teapot 25 had a strainer too and 3
 * a cup; she has bought the strainer already, so {@code [OWN_VIEWS, BOUGHT_TOGETHER]} gives her the
 * teapot and the cup.
 */
final class Crowd {
  /** Lines of one order that are looked at. */
  static final int MAX_LINES = 20;

  /** Products that are tracked: 1,024 x 20, with 20 companions each. */
  static final Together.Bounds PRODUCTS = new Together.Bounds(1_024, 20, 20);

  /** Groups of people whose purchases are tracked: 256 x 20, with 60 products each. */
  static final Together.Bounds BUYERS = new Together.Bounds(256, 20, 60);

  /** Notes held in memory within a turn; beyond it all are written. */
  static final int MAX_IN_MEMORY = 10_000;

  private static final String PRODUCT = "p|";

  private static final Comparator<Map.Entry<String, Long>> MOST_FIRST =
      Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
          .thenComparing(Map.Entry::getKey, CodePoints.ORDER);

  private final String tenant;
  private final Playbook playbook;
  private final Peers peers;
  private final Together products;
  private final Together buyers;
  private long lastMillis = Long.MIN_VALUE;

  Crowd(String tenant, Playbook playbook, Notes notes) {
    this.tenant = tenant;
    this.playbook = playbook;
    this.peers = new Peers(notes, Peers.MAX_MEMBERS);
    this.products = new Together(notes, PRODUCT, PRODUCTS);
    this.buyers = new Together(notes, "b|", BUYERS);
  }

  /** To which of {@link Curiosity#parts} a note belongs. */
  static int partOf(String note) {
    return note.startsWith(PRODUCT) ? Curiosity.BASKETS : Curiosity.PEOPLE;
  }

  /** Learns from a profile or a paid order. */
  void take(CustomerEvent event) throws IOException {
    boolean isPaid = event.order() != null && event.order().status() == OrderStatus.PAID;
    if (event.profile() == null && !isPaid) {
      return;
    }
    Playbook.Standing standing = playbook.at(tenant, event.atMillis());
    Curiosity asked = standing.asked();
    if (event.profile() != null) {
      // Whoever is erased is forgotten even if nobody asks for people just now.
      if (!asked.groups().isEmpty() || event.profile().erased()) {
        makeRoom(event.atMillis());
        peers.learn(event.customerId(), event.profile(), event.atMillis(), asked);
      }
      return;
    }
    if (asked.parts() == 0) {
      return;
    }
    makeRoom(event.atMillis());
    Map<String, String> bought = bought(event.order().lines());
    if (asked.baskets()) {
      for (Map.Entry<String, String> each : bought.entrySet()) {
        Set<String> others = new LinkedHashSet<>(bought.keySet());
        others.remove(each.getKey());
        products.add(each.getKey(), each.getValue(), others);
      }
    }
    if (!asked.sellers().isEmpty()) {
      Map<String, Value> attributes = peers.attributes(event.customerId());
      for (Likeness likeness : asked.sellers()) {
        String name = likeness.name(attributes, today(standing.policy(), event.atMillis()));
        if (name != null) {
          buyers.add(name, null, bought.keySet());
        }
      }
    }
  }

  /** The products of an order's first lines, each once, with their categories. */
  private static Map<String, String> bought(List<OrderLine> lines) {
    Map<String, String> bought = new LinkedHashMap<>();
    for (OrderLine line : lines.subList(0, Math.min(lines.size(), MAX_LINES))) {
      if (line.productId() != null && line.productId().length() <= Likeness.MAX_VALUE) {
        bought.put(line.productId(), category(line.category()));
      }
    }
    return bought;
  }

  private static String category(String text) {
    return text == null || text.length() > Likeness.MAX_VALUE ? null : text;
  }

  /** Learns from a moment, which knows its customer. */
  void take(Moment moment) throws IOException {
    Curiosity asked = playbook.at(tenant, moment.atMillis()).asked();
    if (!asked.groups().isEmpty()) {
      makeRoom(moment.atMillis());
      peers.learn(moment, asked);
    }
  }

  /** Between instants only: within one it must be known who has just been erased. */
  private void makeRoom(long atMillis) throws IOException {
    if (atMillis > lastMillis
        && peers.inMemory() + products.inMemory() + buyers.inMemory() > MAX_IN_MEMORY) {
      write();
    }
    lastMillis = atMillis;
  }

  /** By the day of the tenant, for everybody: so that likeness goes both ways. */
  private static LocalDate today(Policy policy, long atMillis) {
    return LocalDate.ofInstant(Instant.ofEpochMilli(atMillis), ZoneId.of(policy.zone()));
  }

  /** To whom else a campaign goes, with what is known of each of them. */
  Map<String, Map<String, Value>> peersOf(Attempt attempt) throws IOException {
    Similar similar = attempt.campaign().similar();
    Map<String, Map<String, Value>> found = new LinkedHashMap<>();
    List<String> alike =
        peers.of(
            attempt.recipient.customerId,
            Likeness.of(similar),
            today(attempt.policy, attempt.atMillis),
            similar.limit(),
            attempt.moment.id());
    for (String customer : alike) {
      found.put(customer, peers.attributes(customer));
    }
    return found;
  }

  /** The products that go with what is sent, the best first. */
  List<String> recommend(Attempt attempt) throws IOException {
    Recommend recommend = attempt.campaign().recommend();
    if (recommend == null) {
      return List.of();
    }
    List<String> bought = attempt.moment.customer().lastBoughtProducts();
    Set<String> picked = new LinkedHashSet<>();
    for (Recommend.By by : recommend.by()) {
      Collection<String> offered =
          switch (by) {
            case OWN_VIEWS -> attempt.moment.customer().lastViewedProducts();
            case BOUGHT_TOGETHER -> companions(attempt.moment);
            case SIMILAR_PEOPLE -> ofSimilar(attempt);
          };
      for (String product : offered) {
        if (picked.size() == recommend.products()) {
          break;
        }
        if (!bought.contains(product) && isMeant(product, attempt)) {
          picked.add(product);
        }
      }
    }
    return List.copyOf(picked);
  }

  /** What comes most often with all that the customer looked at or bought. */
  private List<String> companions(Moment moment) throws IOException {
    Set<String> own = new LinkedHashSet<>(moment.customer().lastViewedProducts());
    own.addAll(moment.customer().lastBoughtProducts());
    Map<String, Long> counts = new HashMap<>();
    for (String product : own) {
      products.with(product).forEach((other, count) -> counts.merge(other, count, Long::sum));
    }
    return mostFirst(counts);
  }

  private List<String> ofSimilar(Attempt attempt) throws IOException {
    String name =
        Likeness.of(attempt.campaign().similar())
            .name(
                peers.attributes(attempt.recipient.customerId),
                today(attempt.policy, attempt.atMillis));
    return name == null ? List.of() : mostFirst(buyers.with(name));
  }

  private static List<String> mostFirst(Map<String, Long> counts) {
    List<Map.Entry<String, Long>> all = new ArrayList<>(counts.entrySet());
    all.sort(MOST_FIRST);
    return all.stream().map(Map.Entry::getKey).toList();
  }

  /** Whether the campaign is about a product, by its id or its category where that is known. */
  private boolean isMeant(String product, Attempt attempt) throws IOException {
    List<String> meant = attempt.campaign().products();
    return meant.isEmpty() || meant.contains(product) || meant.contains(category(product, attempt));
  }

  private String category(String product, Attempt attempt) throws IOException {
    List<Occurrence> told = new ArrayList<>();
    for (Step step : attempt.moment.steps()) {
      told.addAll(step.events());
    }
    if (attempt.moment.event() != null) {
      told.add(attempt.moment.event());
    }
    for (Occurrence event : told) {
      if (product.equals(event.text("productId")) && event.text("category") != null) {
        return event.text("category");
      }
    }
    return products.label(product);
  }

  /** Writes what has changed. */
  void write() throws IOException {
    peers.write();
    products.write();
    buyers.write();
  }
}
