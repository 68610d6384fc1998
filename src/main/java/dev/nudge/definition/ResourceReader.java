package dev.nudge.definition;

import dev.nudge.event.Units;
import java.util.ArrayList;
import java.util.List;

/** Reads what a campaign gives: which coupon, points or gift, how much of it, and until when. */
final class ResourceReader {
  private static final int MAX_RATIOS = 100;

  private ResourceReader() {}

  /** Reads a resource; what is wrong is noted, and stands as its default in what is returned. */
  static Resource resource(Fields fields) {
    Resource.Kind kind = fields.required("kind").choice(Resource.Kind.class, Resource.Kind.COUPON);
    Field typeField = kind == Resource.Kind.COUPON ? fields.required("type") : fields.field("type");
    String type = typeField.id(null);
    if (fields.has("pool")) {
      fields.field("pool").refuse("a pool", "no such key, for this comes with pools");
    }
    long[] amount = {0, 0};
    Field amountField = fields.field("amount");
    if (amountField.isPresent()) {
      amountField.either(
          Node.Kind.MAP,
          map -> map.nested(part -> random(part, amount), null),
          one -> {
            amount[0] = one.moneyUnits(0, Field.MAX_MONEY, 0);
            amount[1] = amount[0];
            return null;
          });
    }
    long total = count(fields.field("total"));
    Field perCustomerField = fields.field("perCustomer");
    long perCustomer = count(perCustomerField);
    long perDay = count(fields.field("perCustomerPerDay"));
    Field claimField = fields.field("claim");
    Claim claim =
        claimField.isPresent()
            ? claimField.either(
                Node.Kind.MAP,
                map -> map.nested(ResourceReader::claim, null),
                none -> {
                  none.word(List.of("none"), null);
                  return null;
                })
            : null;
    Field forField = fields.field("validFor");
    long validFor = forField.durationMillis(1, Field.MAX_DURATION, 0);
    Field untilField = fields.field("validUntil");
    long validUntil = untilField.instantMillis(Long.MAX_VALUE);
    if (forField.isPresent() && untilField.isPresent()) {
      untilField.refuse("validUntil beside validFor", "one of them");
    }
    if (claim != null && claim.span() != null && claim.span().fromMillis() >= validUntil) {
      untilField.refuse('"' + untilField.shown() + '"', "an instant after claim.from");
    }
    return new Resource(
        kind,
        type,
        amount[0],
        amount[1],
        total,
        perCustomer,
        perDay,
        claim,
        validFor,
        validUntil,
        fields.field("threshold").nested(ResourceReader::threshold, null),
        fields.field("diminishing").nested(ResourceReader::diminishing, null));
  }

  private static Void random(Fields fields, long[] amount) {
    fields
        .required("random")
        .nested(
            bounds -> {
              amount[0] = bounds.required("min").moneyUnits(0, Field.MAX_MONEY, 0);
              Field maxField = bounds.required("max");
              amount[1] = maxField.moneyUnits(0, Field.MAX_MONEY, Field.MAX_MONEY);
              if (amount[1] < amount[0]) {
                maxField.refuse(
                    Units.format(amount[1]), "at least min, " + Units.format(amount[0]));
              }
              return null;
            },
            null);
    return null;
  }

  private static long count(Field field) {
    return field.whole(0, Field.MAX_COUNT, Campaign.UNLIMITED);
  }

  private static Claim claim(Fields fields) {
    Field within = fields.field("within");
    Field from = fields.field("from");
    Field to = fields.field("to");
    long withinMillis = within.durationMillis(1, Field.MAX_DURATION, 0);
    Span span = SendingCodec.span(from, to);
    if (within.isPresent() && (from.isPresent() || to.isPresent())) {
      within.refuse("within beside from and to", "one of them");
    } else if (!within.isPresent() && !to.isPresent()) {
      fields.self().refuse("no end", "within, or from and to");
    }
    return within.isPresent() ? new Claim(null, withinMillis) : new Claim(span, 0);
  }

  private static Threshold threshold(Fields fields) {
    return new Threshold(
        fields.field("amount").moneyUnits(0, Field.MAX_MONEY, 0),
        SendingCodec.texts(fields.field("categories"), SendingCodec.MAX_NAMES),
        SendingCodec.texts(fields.field("products"), SendingCodec.MAX_NAMES),
        SendingCodec.texts(fields.field("stores"), SendingCodec.MAX_NAMES),
        SendingCodec.texts(fields.field("cities"), SendingCodec.MAX_NAMES));
  }

  private static Diminishing diminishing(Fields fields) {
    Field field = fields.required("ratios");
    List<Long> ratios =
        new ArrayList<>(field.list(MAX_RATIOS, item -> item.moneyUnits(0, Units.ONE, 0)));
    if (field.isList() && ratios.isEmpty()) {
      field.refuse("an empty list", "one ratio or more");
    }
    for (int i = 1; i < ratios.size(); i++) {
      if (ratios.get(i) > ratios.get(i - 1)) {
        field.refuse("a ratio greater than the one before", "ratios that shrink");
        break;
      }
    }
    return new Diminishing(ratios, fields.required("then").moneyUnits(0, Field.MAX_MONEY, 0));
  }
}
