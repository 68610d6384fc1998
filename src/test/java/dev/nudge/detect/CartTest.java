package dev.nudge.detect;

import static dev.nudge.TestEvents.HOUR;
import static dev.nudge.TestEvents.START;
import static dev.nudge.TestEvents.click;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nudge.event.Click;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** What lies in a customer's cart. */
class CartTest {
  @Test
  void quantitiesAddUpAndTheLastPriceHolds() {
    Cart cart = added(added(Cart.empty(), START, "p", "2", "10"), START + 1, "p", "0.5", "8");
    assertThat(cart.valueUnits(START + 1)).isEqualTo(200_000);
    assertThat(cart.items()).hasSize(1);
    assertThat(cart.changedAtMillis()).isEqualTo(START + 1);
  }

  @Test
  void valueIsRoundedDownOnceForTheWholeCart() {
    Cart cart = added(Cart.empty(), START, "p", "0.5", "0.0001");
    assertThat(cart.valueUnits(START)).isZero();
    assertThat(added(cart, START, "q", "0.5", "0.0001").valueUnits(START)).isEqualTo(1);
  }

  @Test
  void removingTheLastUnitEmptiesTheCart() {
    Cart cart = added(added(Cart.empty(), START, "p", "2", "10"), START, "q", "1", "1");
    cart = removed(cart, START + 1, "p", "1");
    assertThat(cart.valueUnits(START + 1)).isEqualTo(110_000);
    cart = removed(cart, START + 2, "p", "5");
    assertThat(cart.valueUnits(START + 2)).isEqualTo(10_000);
    assertThat(removed(cart, START + 3, "q", "1")).isEqualTo(Cart.empty());
  }

  @Test
  void removingWhatIsNotThereTakesNothingOut() {
    Cart cart = added(Cart.empty(), START, "p", "2", "10");
    assertThat(removed(cart, START + 1, "q", "1").items()).isEqualTo(cart.items());
    assertThat(removed(Cart.empty(), START, "q", "1")).isEqualTo(Cart.empty());
  }

  @Test
  void cartIsStaleAfter24HoursWithoutChange() {
    Cart cart = added(Cart.empty(), START, "p", "2", "10");
    assertThat(cart.valueUnits(START + 24 * HOUR - 1)).isEqualTo(200_000);
    assertThat(cart.valueUnits(START + 24 * HOUR)).isZero();
    assertThat(added(cart, START + 24 * HOUR - 1, "q", "1", "1").items()).hasSize(2);
    assertThat(added(cart, START + 24 * HOUR, "q", "1", "1").items()).containsOnlyKeys("q");
    assertThat(removed(cart, START + 24 * HOUR, "p", "1")).isEqualTo(Cart.empty());
  }

  @Test
  void hundredProductsAreKnownAndAFurtherOneIsNotTakenUp() {
    Cart cart = Cart.empty();
    for (int i = 0; i < Cart.MAX_ITEMS; i++) {
      cart = added(cart, START + i, "p" + i, "1", "1");
    }
    assertThat(cart.items()).hasSize(100);
    assertThat(added(cart, START + 500, "p100", "1", "1")).isEqualTo(cart);
    assertThat(added(cart, START + 500, "p99", "1", "1").valueUnits(START + 500))
        .isEqualTo(1_010_000);
    assertThat(removed(cart, START + 500, "p99", "1").items()).hasSize(99);
  }

  @Test
  void productWithoutIdIsOneProduct() {
    Cart cart = Cart.empty().added(click(Click.PRODUCT_ADDED, "price", "3"), START);
    cart = cart.added(click(Click.PRODUCT_ADDED, "price", "3"), START);
    assertThat(cart.valueUnits(START)).isEqualTo(60_000);
    assertThat(cart.removed(click(Click.PRODUCT_REMOVED, "quantity", "2"), START))
        .isEqualTo(Cart.empty());
  }

  @Test
  void greatestQuantitiesNeverTurnNegative() {
    Cart cart = Cart.empty();
    for (int i = 0; i < 1_000; i++) {
      cart = added(cart, START, "p", "1000000000000", "1000000000000");
    }
    assertThat(cart.valueUnits(START)).isEqualTo(BigInteger.TEN.pow(28));
    assertThat(cart.items().get("p").quantityUnits()).isEqualTo(Cart.MAX_QUANTITY_UNITS);
    assertThat(removed(cart, START, "p", "-1000000000000")).isEqualTo(cart);
  }

  private static Cart added(Cart cart, long at, String product, String quantity, String price) {
    return cart.added(
        click(Click.PRODUCT_ADDED, "productId", product, "quantity", quantity, "price", price), at);
  }

  private static Cart removed(Cart cart, long at, String product, String quantity) {
    return cart.removed(
        click(Click.PRODUCT_REMOVED, "productId", product, "quantity", quantity), at);
  }
}
