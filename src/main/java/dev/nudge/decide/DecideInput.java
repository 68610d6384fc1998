package dev.nudge.decide;

import dev.nudge.event.CodePoints;
import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Moment;
import java.util.Comparator;

/**
 * What a decision can depend on: exactly one of an accepted event and a moment.
 *
 * @param event the event, or null
 * @param moment the moment, or null
 */
public record DecideInput(CustomerEvent event, PackedMoment moment) {
  /**
   * The one order of a tenant's: time; events before moments; customers by code point; a customer's
   * events in their total order, moments by id.
   */
  static final Comparator<DecideInput> TOTAL_ORDER =
      Comparator.comparingLong(DecideInput::atMillis)
          .thenComparing(input -> input.event == null)
          .thenComparing(DecideInput::customerId, CodePoints.ORDER)
          .thenComparing(DecideInput::compareOfOneCustomer);

  private static final byte[] NO_BYTES = {};

  /** An event, without the bytes that it came in: copies have been dropped before. */
  public static DecideInput of(CustomerEvent event) {
    return new DecideInput(
        new CustomerEvent(
            event.tenant(),
            event.customerId(),
            event.messageId(),
            event.atMillis(),
            event.profile(),
            event.order(),
            event.delivery(),
            event.click(),
            NO_BYTES),
        null);
  }

  /** A moment. */
  public static DecideInput of(Moment moment) {
    return new DecideInput(null, PackedMoment.of(moment));
  }

  /** The brand. */
  public String tenant() {
    return event != null ? event.tenant() : moment.tenant();
  }

  /** The customer. */
  public String customerId() {
    return event != null ? event.customerId() : moment.customerId();
  }

  /** Event time, epoch milliseconds. */
  public long atMillis() {
    return event != null ? event.atMillis() : moment.atMillis();
  }

  private static int compareOfOneCustomer(DecideInput a, DecideInput b) {
    return a.event != null
        ? CustomerEvent.TOTAL_ORDER.compare(a.event, b.event)
        : CodePoints.ORDER.compare(a.moment.id(), b.moment.id());
  }
}
