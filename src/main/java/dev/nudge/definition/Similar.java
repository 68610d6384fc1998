package dev.nudge.definition;

import java.util.List;

/**
 * To which similar people a campaign goes too.
 *
 * @param by the attributes that they have in common, such as {@code region}; one or more
 * @param limit how many at most for each moment, 1 to 10,000
 */
public record Similar(List<String> by, int limit) {
  /** In place of an attribute: the ten years of age that the {@code birthDate} lies in. */
  public static final String AGE_BAND = "ageBand";
}
