package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.Purpose;
import dev.nudge.definition.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A customer as bytes: one who was sent a coupon takes some 150 of them, an open candidate its
 * moment and 40.
 *
 * <p>What a later version adds is written under the next format.
 */
final class RecipientCodec {
  private static final int FORMAT = 1;

  /** By their numbers in bytes: one is never moved. */
  private static final List<CouponState> STATES =
      List.of(
          CouponState.RESERVED,
          CouponState.OFFERED,
          CouponState.HELD,
          CouponState.REDEEMED,
          CouponState.EXPIRED,
          CouponState.LAPSED,
          CouponState.RELEASED);

  private static final List<Resource.Kind> KINDS =
      List.of(
          Resource.Kind.COUPON, Resource.Kind.RED_PACKET, Resource.Kind.POINTS, Resource.Kind.GIFT);

  private RecipientCodec() {}

  /** A customer as bytes; null for one of whom there is nothing to remember. */
  static byte[] encode(Recipient recipient) throws IOException {
    if (recipient.isEmpty()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 512);
    out.writeUInt32NoTag(FORMAT);
    out.writeSInt64NoTag(recipient.timerMillis);
    MomentCodec.writeAll(
        out,
        new ArrayList<>(recipient.consents.entrySet()),
        consent -> {
          writeText(out, consent.getKey());
          out.writeBoolNoTag(consent.getValue());
        });
    MomentCodec.writeAll(
        out, new ArrayList<>(recipient.unsubscribed), channel -> writeText(out, channel));
    MomentCodec.writeIfThere(out, recipient.zone, zone -> writeText(out, zone));
    out.writeSInt64NoTag(recipient.suspectUntilMillis);
    out.writeSInt64NoTag(recipient.windowEndMillis);
    MomentCodec.writeIfThere(
        out,
        recipient.window,
        window -> {
          out.writeSInt64NoTag(window.dueMillis());
          out.writeUInt32NoTag(window.priority());
          writeText(out, window.campaign());
          writeText(out, window.momentId());
        });
    MomentCodec.writeAll(out, recipient.candidates, candidate -> write(out, candidate));
    MomentCodec.writeAll(
        out,
        new ArrayList<>(new TreeMap<>(recipient.moments).entrySet()),
        moment -> {
          writeText(out, moment.getKey());
          out.writeByteArrayNoTag(moment.getValue().bytes());
        });
    MomentCodec.writeAll(out, recipient.grants, grant -> write(out, grant));
    MomentCodec.writeAll(
        out,
        new ArrayList<>(recipient.counts.entrySet()),
        count -> {
          writeText(out, count.getKey());
          out.writeSInt64NoTag(count.getValue().lifeMillis());
          out.writeUInt64NoTag(count.getValue().granted());
          out.writeUInt64NoTag(count.getValue().held());
        });
    out.flush();
    return bytes.toByteArray();
  }

  /**
   * The customer that {@link #encode} made bytes of.
   *
   * @param bytes null for one of whom nothing is known
   * @throws IOException if they are none
   */
  static Recipient decode(String tenant, String customerId, byte[] bytes) throws IOException {
    Recipient recipient = new Recipient(customerId);
    if (bytes == null) {
      return recipient;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    int format = in.readUInt32();
    if (format != FORMAT) {
      throw new IOException("a customer's state: found format " + format + ", expected " + FORMAT);
    }
    recipient.timerMillis = in.readSInt64();
    int consents = in.readUInt32();
    for (int i = 0; i < consents; i++) {
      recipient.consents.put(in.readString(), in.readBool());
    }
    recipient.unsubscribed.addAll(MomentCodec.readAll(in, in::readString));
    recipient.zone = MomentCodec.readIfThere(in, in::readString);
    recipient.suspectUntilMillis = in.readSInt64();
    recipient.windowEndMillis = in.readSInt64();
    recipient.window =
        MomentCodec.readIfThere(
            in,
            () ->
                new Recipient.WindowKey(
                    in.readSInt64(), in.readUInt32(), in.readString(), in.readString()));
    recipient.candidates.addAll(MomentCodec.readAll(in, () -> readCandidate(in)));
    int moments = in.readUInt32();
    for (int i = 0; i < moments; i++) {
      recipient.moments.put(
          in.readString(), new KeptMoment(tenant, customerId, in.readByteArray()));
    }
    recipient.grants.addAll(MomentCodec.readAll(in, () -> readGrant(in)));
    int counts = in.readUInt32();
    for (int i = 0; i < counts; i++) {
      recipient.counts.put(
          in.readString(), new Recipient.Count(in.readSInt64(), in.readUInt64(), in.readUInt64()));
    }
    return recipient;
  }

  private static void write(CodedOutputStream out, Candidate candidate) throws IOException {
    writeText(out, candidate.campaign);
    out.writeUInt32NoTag(candidate.version);
    out.writeSInt64NoTag(candidate.effectiveAtMillis);
    out.writeUInt32NoTag(candidate.priority);
    MomentCodec.writeIfThere(out, candidate.exclusive, text -> writeText(out, text));
    writeText(out, candidate.momentId);
    out.writeSInt64NoTag(candidate.momentMillis);
    out.writeSInt64NoTag(candidate.dueMillis);
    out.writeSInt64NoTag(candidate.deferredMillis);
    out.writeSInt64NoTag(candidate.expiresMillis);
  }

  private static Candidate readCandidate(CodedInputStream in) throws IOException {
    String campaign = in.readString();
    int version = in.readUInt32();
    long effectiveAt = in.readSInt64();
    int priority = in.readUInt32();
    String exclusive = MomentCodec.readIfThere(in, in::readString);
    String momentId = in.readString();
    long momentMillis = in.readSInt64();
    long due = in.readSInt64();
    long deferred = in.readSInt64();
    Candidate candidate =
        new Candidate(
            campaign,
            version,
            effectiveAt,
            priority,
            exclusive,
            momentId,
            momentMillis,
            due,
            in.readSInt64());
    candidate.deferredMillis = deferred;
    return candidate;
  }

  private static void write(CodedOutputStream out, Grant grant) throws IOException {
    writeText(out, grant.campaign);
    out.writeUInt32NoTag(grant.version);
    out.writeSInt64NoTag(grant.effectiveAtMillis);
    out.writeSInt64NoTag(grant.lifeMillis);
    writeText(out, grant.momentId);
    out.writeSInt64NoTag(grant.momentMillis);
    out.writeFixed64NoTag(grant.grantHash);
    out.writeSInt64NoTag(grant.decidedMillis);
    out.writeBoolNoTag(grant.purpose == Purpose.SERVICE);
    out.writeBoolNoTag(grant.control);
    MomentCodec.writeIfThere(out, grant.exclusive, text -> writeText(out, text));
    out.writeSInt64NoTag(grant.heldUntilMillis);
    MomentCodec.writeIfThere(out, grant.goal, text -> writeText(out, text));
    out.writeSInt64NoTag(grant.reentryUntilMillis);
    out.writeSInt64NoTag(grant.expiresMillis);
    MomentCodec.writeAll(
        out,
        grant.sent,
        sent -> {
          out.writeFixed64NoTag(sent.triggerHash());
          writeText(out, sent.channel());
          out.writeSInt64NoTag(sent.atMillis());
        });
    out.writeSInt64NoTag(grant.costMilli);
    out.writeSInt64NoTag(grant.costDay);
    out.writeSInt64NoTag(grant.amountDay);
    MomentCodec.writeIfThere(out, grant.variant, text -> writeText(out, text));
    MomentCodec.writeIfThere(out, grant.bestHour, out::writeSInt32NoTag);
    MomentCodec.writeAll(out, grant.recommendations, text -> writeText(out, text));
    MomentCodec.writeIfThere(
        out,
        grant.content,
        content ->
            MomentCodec.writeAll(
                out,
                new ArrayList<>(content.entrySet()),
                field -> {
                  writeText(out, field.getKey());
                  writeText(out, field.getValue());
                }));
    MomentCodec.writeIfThere(out, grant.kind, kind -> writeResource(out, grant));
  }

  private static void writeResource(CodedOutputStream out, Grant grant) throws IOException {
    out.writeUInt32NoTag(KINDS.indexOf(grant.kind));
    MomentCodec.writeIfThere(out, grant.type, text -> writeText(out, text));
    out.writeSInt64NoTag(grant.amountUnits);
    out.writeBoolNoTag(grant.mustClaim);
    out.writeUInt32NoTag(STATES.indexOf(grant.coupon));
    out.writeSInt64NoTag(grant.receiptByMillis);
    out.writeSInt64NoTag(grant.lapsesMillis);
    out.writeSInt64NoTag(grant.usableUntilMillis);
    out.writeSInt64NoTag(grant.validForMillis);
    out.writeBoolNoTag(grant.counted);
    out.writeBoolNoTag(grant.countsPerDay);
  }

  private static Grant readGrant(CodedInputStream in) throws IOException {
    Grant grant = new Grant();
    grant.campaign = in.readString();
    grant.version = in.readUInt32();
    grant.effectiveAtMillis = in.readSInt64();
    grant.lifeMillis = in.readSInt64();
    grant.momentId = in.readString();
    grant.momentMillis = in.readSInt64();
    grant.grantHash = in.readFixed64();
    grant.decidedMillis = in.readSInt64();
    grant.purpose = in.readBool() ? Purpose.SERVICE : Purpose.MARKETING;
    grant.control = in.readBool();
    grant.exclusive = MomentCodec.readIfThere(in, in::readString);
    grant.heldUntilMillis = in.readSInt64();
    grant.goal = MomentCodec.readIfThere(in, in::readString);
    grant.reentryUntilMillis = in.readSInt64();
    grant.expiresMillis = in.readSInt64();
    grant.sent.addAll(
        MomentCodec.readAll(
            in, () -> new Grant.Sent(in.readFixed64(), in.readString(), in.readSInt64())));
    grant.costMilli = in.readSInt64();
    grant.costDay = in.readSInt64();
    grant.amountDay = in.readSInt64();
    grant.variant = MomentCodec.readIfThere(in, in::readString);
    grant.bestHour = MomentCodec.readIfThere(in, in::readSInt32);
    grant.recommendations = MomentCodec.readAll(in, in::readString);
    grant.content =
        MomentCodec.readIfThere(
            in,
            () -> {
              Map<String, String> content = new TreeMap<>();
              int fields = in.readUInt32();
              for (int i = 0; i < fields; i++) {
                content.put(in.readString(), in.readString());
              }
              return content;
            });
    if (in.readBool()) {
      readResource(in, grant);
    }
    return grant;
  }

  private static void readResource(CodedInputStream in, Grant grant) throws IOException {
    grant.kind = KINDS.get(in.readUInt32());
    grant.type = MomentCodec.readIfThere(in, in::readString);
    grant.amountUnits = in.readSInt64();
    grant.mustClaim = in.readBool();
    grant.coupon = STATES.get(in.readUInt32());
    grant.receiptByMillis = in.readSInt64();
    grant.lapsesMillis = in.readSInt64();
    grant.usableUntilMillis = in.readSInt64();
    grant.validForMillis = in.readSInt64();
    grant.counted = in.readBool();
    grant.countsPerDay = in.readBool();
  }

  private static void writeText(CodedOutputStream out, String text) throws IOException {
    MomentCodec.writeText(out, text);
  }
}
