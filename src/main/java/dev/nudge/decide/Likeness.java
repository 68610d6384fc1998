package dev.nudge.decide;

import dev.nudge.definition.Similar;
import dev.nudge.event.Identity;
import dev.nudge.event.Value;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * By what people are alike: they have the same values of some attributes, and all of them.
 *
 * <p>{@value Similar#AGE_BAND} stands for ten years of age, 20 to 29, 30 to 39 and so on, by the
 * {@value #BIRTH_DATE} of the profile. People grow older without telling, so they are grouped by
 * the year of birth, and asked for their band when it matters.
 *
 * @param by the names, sorted, each once
 */
record Likeness(List<String> by) {
  static final String BIRTH_DATE = "birthDate";

  /** The longest value, in characters, that is compared; a longer one is as good as none. */
  static final int MAX_VALUE = 256;

  static final int BAND_YEARS = 10;

  /** What a campaign says, whatever the order of its names. */
  static Likeness of(Similar similar) {
    return new Likeness(List.copyOf(new TreeSet<>(similar.by())));
  }

  /** The attributes that have to be known. */
  List<String> attributes() {
    return by.stream().map(name -> name.equals(Similar.AGE_BAND) ? BIRTH_DATE : name).toList();
  }

  boolean hasAge() {
    return by.contains(Similar.AGE_BAND);
  }

  /** The group in which a customer waits to be found; null if a value is missing. */
  String group(Map<String, Value> attributes) {
    LocalDate born = born(attributes);
    return born == null && hasAge() ? null : group(attributes, born == null ? 0 : born.getYear());
  }

  /**
   * The groups that have all who are like a customer, and perhaps others.
   *
   * @param today the day by which people are as old as they are
   */
  List<String> groups(Map<String, Value> attributes, LocalDate today) {
    List<String> groups = new ArrayList<>();
    if (!hasAge()) {
      groups.add(group(attributes, 0));
    } else {
      int band = band(born(attributes), today);
      if (band >= 0) {
        int last = today.getYear() - band * BAND_YEARS;
        for (int year = last - BAND_YEARS; year <= last; year++) {
          groups.add(group(attributes, year));
        }
      }
    }
    groups.removeIf(group -> group == null);
    return groups;
  }

  /** A name for all who are alike on a day; null if a value is missing. */
  String name(Map<String, Value> attributes, LocalDate today) {
    int band = hasAge() ? band(born(attributes), today) : 0;
    return band < 0 ? null : group(attributes, band);
  }

  private String group(Map<String, Value> attributes, int age) {
    List<String> parts = new ArrayList<>();
    for (String name : by) {
      parts.add(name);
      if (name.equals(Similar.AGE_BAND)) {
        parts.add(Integer.toString(age));
      } else if (isSaid(attributes.get(name))) {
        parts.add(attributes.get(name).text());
      } else {
        return null;
      }
    }
    return Identity.of(parts.toArray(new String[0]));
  }

  /** Whether a value can be compared. */
  static boolean isSaid(Value value) {
    return value != null && !value.text().isEmpty() && value.text().length() <= MAX_VALUE;
  }

  /** The birth date; null without a valid one. */
  static LocalDate born(Map<String, Value> attributes) {
    Value text = attributes.get(BIRTH_DATE);
    try {
      return text == null ? null : LocalDate.parse(text.text());
    } catch (DateTimeException e) {
      // What a shop writes into a profile is not checked; an unknown date is as good as none.
      return null;
    }
  }

  /** 0 from birth to the tenth birthday, 1 to the twentieth; -1 for who is not born. */
  static int band(LocalDate born, LocalDate today) {
    if (born == null || born.isAfter(today)) {
      return -1;
    }
    boolean isYetToCome = born.withYear(today.getYear()).isAfter(today);
    return (today.getYear() - born.getYear() - (isYetToCome ? 1 : 0)) / BAND_YEARS;
  }
}
