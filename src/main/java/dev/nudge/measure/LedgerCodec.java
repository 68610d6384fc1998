package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.Cost;
import dev.nudge.definition.CostModel;
import dev.nudge.definition.Resource;
import dev.nudge.event.DeliveryStatus;
import dev.nudge.event.OrderStatus;
import dev.nudge.event.Topic;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A customer's ledger as bytes: a grant takes some 200 of them, an event that is kept some 60.
 *
 * <p>What a later version adds is written under the next format.
 */
public final class LedgerCodec {
  private static final int FORMAT = 1;

  /** By their numbers in bytes: one is never moved. */
  private static final List<CostModel> MODELS =
      List.of(
          CostModel.CPM,
          CostModel.CPC,
          CostModel.CPA,
          CostModel.CPS,
          CostModel.PER_SEND,
          CostModel.FLAT);

  private static final List<Resource.Kind> KINDS =
      List.of(
          Resource.Kind.COUPON, Resource.Kind.RED_PACKET, Resource.Kind.POINTS, Resource.Kind.GIFT);

  private static final List<Topic> TOPICS =
      List.of(Topic.PROFILES, Topic.ORDERS, Topic.DELIVERIES, Topic.CLICKSTREAM);

  private static final List<OrderStatus> ORDERS =
      List.of(OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.CANCELLED, OrderStatus.REFUNDED);

  private static final List<DeliveryStatus> DELIVERIES =
      List.of(
          DeliveryStatus.SENT,
          DeliveryStatus.DELIVERED,
          DeliveryStatus.FAILED,
          DeliveryStatus.EXPOSED,
          DeliveryStatus.CLICKED,
          DeliveryStatus.UNSUBSCRIBED,
          DeliveryStatus.COUPON_CLAIMED,
          DeliveryStatus.COUPON_REDEEMED,
          DeliveryStatus.COUPON_EXPIRED);

  private LedgerCodec() {}

  /** Writes a ledger; not a byte of one that {@linkplain CustomerLedger#isEmpty is empty}. */
  public static void write(CodedOutputStream out, CustomerLedger ledger) throws IOException {
    if (ledger.isEmpty()) {
      return;
    }
    out.writeUInt32NoTag(FORMAT);
    out.writeSInt64NoTag(ledger.clockMillis);
    List<Grant> grants = ledger.history.grants;
    out.writeUInt32NoTag(grants.size());
    for (Grant grant : grants) {
      write(out, grant);
    }
    out.writeUInt32NoTag(ledger.history.facts.size());
    for (Fact fact : ledger.history.facts) {
      write(out, fact, grants);
    }
    out.writeUInt32NoTag(ledger.pasts.size());
    for (Map.Entry<String, ArmPast> past : ledger.pasts.entrySet()) {
      writeText(out, past.getKey());
      write(out, past.getValue());
    }
  }

  /**
   * The ledger that {@link #write} made bytes of.
   *
   * @param length how many bytes there are; 0 for a customer of whom nothing is known
   * @throws IOException if they are none
   */
  public static CustomerLedger read(
      String tenant, AttributionRules rules, byte[] bytes, int from, int length)
      throws IOException {
    CustomerLedger ledger = new CustomerLedger(tenant, rules);
    if (length == 0) {
      return ledger;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
    int format = in.readUInt32();
    if (format != FORMAT) {
      throw new IOException("a customer's ledger: found format " + format + ", expected " + FORMAT);
    }
    ledger.clockMillis = in.readSInt64();
    List<Grant> grants = ledger.history.grants;
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      grants.add(readGrant(in));
    }
    int facts = in.readUInt32();
    for (int i = 0; i < facts; i++) {
      ledger.history.facts.add(readFact(in, grants));
    }
    int pasts = in.readUInt32();
    for (int i = 0; i < pasts; i++) {
      ledger.pasts.put(in.readString(), readPast(in));
    }
    return ledger;
  }

  private static void write(CodedOutputStream out, Grant grant) throws IOException {
    writeText(out, grant.id());
    writeText(out, grant.campaign());
    out.writeUInt32NoTag(grant.version());
    writeText(out, grant.variant());
    out.writeSInt64NoTag(grant.atMillis());
    out.writeBoolNoTag(grant.control());
    out.writeSInt64NoTag(grant.amountUnits());
    writeTextIfThere(out, grant.channel());
    out.writeUInt32NoTag(grant.triggers().size());
    for (Grant.GrantTrigger trigger : grant.triggers()) {
      out.writeFixed64NoTag(trigger.hash());
      writeText(out, trigger.channel());
      write(out, trigger.cost());
    }
    write(out, grant.terms());
    writeTextIfThere(out, grant.currency());
  }

  private static Grant readGrant(CodedInputStream in) throws IOException {
    String id = in.readString();
    String campaign = in.readString();
    int version = in.readUInt32();
    String variant = in.readString();
    long at = in.readSInt64();
    boolean control = in.readBool();
    long amount = in.readSInt64();
    String channel = readTextIfThere(in);
    List<Grant.GrantTrigger> triggers = new ArrayList<>();
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      triggers.add(new Grant.GrantTrigger(in.readFixed64(), in.readString(), readCost(in)));
    }
    return new Grant(
        id,
        campaign,
        version,
        variant,
        at,
        control,
        amount,
        channel,
        triggers,
        readTerms(in),
        readTextIfThere(in));
  }

  private static void write(CodedOutputStream out, Terms terms) throws IOException {
    out.writeSInt32NoTag(terms.priority());
    writeText(out, terms.goal());
    out.writeUInt32NoTag(terms.windowsMillis().size());
    for (long windowMillis : terms.windowsMillis()) {
      out.writeSInt64NoTag(windowMillis);
    }
    write(out, terms.cost());
    out.writeUInt32NoTag(number(KINDS, terms.resourceKind()));
    writeTextIfThere(out, terms.resourceType());
    out.writeBoolNoTag(terms.mustBeClaimed());
    out.writeBoolNoTag(terms.scheduled());
  }

  private static Terms readTerms(CodedInputStream in) throws IOException {
    int priority = in.readSInt32();
    String goal = in.readString();
    List<Long> windows = new ArrayList<>();
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      windows.add(in.readSInt64());
    }
    Cost cost = readCost(in);
    Resource.Kind kind = at(KINDS, in.readUInt32());
    return new Terms(
        priority, goal, windows, cost, kind, readTextIfThere(in), in.readBool(), in.readBool());
  }

  private static void write(CodedOutputStream out, Cost cost) throws IOException {
    out.writeUInt32NoTag(MODELS.indexOf(cost.model()));
    out.writeSInt64NoTag(cost.priceUnits());
  }

  private static Cost readCost(CodedInputStream in) throws IOException {
    return new Cost(MODELS.get(in.readUInt32()), in.readSInt64());
  }

  private static void write(CodedOutputStream out, Fact fact, List<Grant> grants)
      throws IOException {
    out.writeSInt64NoTag(fact.atMillis());
    out.writeUInt32NoTag(TOPICS.indexOf(fact.topic()));
    writeText(out, fact.messageId());
    writeText(out, fact.name());
    out.writeUInt32NoTag(number(ORDERS, fact.orderStatus()));
    writeText(out, fact.orderId());
    writeText(out, fact.ofOrder());
    out.writeBoolNoTag(fact.amountUnits() != null);
    if (fact.amountUnits() != null) {
      out.writeSInt64NoTag(fact.amountUnits());
    }
    writeText(out, fact.currency());
    writeText(out, fact.rowCurrency());
    out.writeUInt32NoTag(number(DELIVERIES, fact.deliveryStatus()));
    // Of a grant that is gone nothing is left but that the event happened.
    out.writeUInt32NoTag(number(grants, fact.grant()));
    writeTextIfThere(out, fact.channel());
  }

  private static Fact readFact(CodedInputStream in, List<Grant> grants) throws IOException {
    long at = in.readSInt64();
    Topic topic = TOPICS.get(in.readUInt32());
    String messageId = in.readString();
    String name = in.readString();
    OrderStatus orderStatus = at(ORDERS, in.readUInt32());
    String orderId = in.readString();
    String ofOrder = in.readString();
    Long amount = in.readBool() ? (Long) in.readSInt64() : null;
    return new Fact(
        at,
        topic,
        messageId,
        name,
        orderStatus,
        orderId,
        ofOrder,
        amount,
        in.readString(),
        in.readString(),
        at(DELIVERIES, in.readUInt32()),
        at(grants, in.readUInt32()),
        readTextIfThere(in));
  }

  private static void write(CodedOutputStream out, ArmPast past) throws IOException {
    writeTextIfThere(out, past.arm());
    out.writeUInt32NoTag(past.version());
    out.writeBoolNoTag(past.converted());
    out.writeByteArrayNoTag(past.revenueUnits().toByteArray());
  }

  private static ArmPast readPast(CodedInputStream in) throws IOException {
    return new ArmPast(
        readTextIfThere(in), in.readUInt32(), in.readBool(), new BigInteger(in.readByteArray()));
  }

  /** Immutable lists refuse to look for null. */
  private static <T> int number(List<T> all, T one) {
    return one == null ? 0 : all.indexOf(one) + 1;
  }

  /** Numbered from 1, so that 0 says that there is none. */
  private static <T> T at(List<T> all, int number) {
    return number == 0 ? null : all.get(number - 1);
  }

  private static void writeText(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void writeTextIfThere(CodedOutputStream out, String text) throws IOException {
    out.writeBoolNoTag(text != null);
    if (text != null) {
      writeText(out, text);
    }
  }

  private static String readTextIfThere(CodedInputStream in) throws IOException {
    return in.readBool() ? in.readString() : null;
  }
}
