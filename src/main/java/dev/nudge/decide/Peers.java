package dev.nudge.decide;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Identity;
import dev.nudge.event.Moment;
import dev.nudge.event.Profile;
import dev.nudge.event.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who is like whom.
 *
 * <p>It learns from profiles, and from moments, which tell all attributes of their customer: so it
 * also gets to know those whose profile came before anybody asked. Example: Anna and Bert are from
 * the north and were born in 1990 and 1995, so on a day of 2026 each is a peer of the other by
 * {@code [ageBand, region]}; Bert moves to the south, and is not.
 */
final class Peers {
  /** Customers that a group remembers: the first to come stay. */
  static final int MAX_MEMBERS = 10_000;

  private static final int FORMAT = 1;
  private static final String CUSTOMER = "c|";
  private static final String GROUP = "g|";

  /** What is remembered of a customer. */
  private static final class Person {
    final Map<String, Value> attributes = new TreeMap<>();

    /** Those that the customer came to, and where there was room is a member of. */
    final Set<String> groups = new TreeSet<>();

    /** When a profile came in this turn: it knows better than a moment of the same instant. */
    long toldMillis = Long.MIN_VALUE;

    boolean changed;
  }

  /** Customers by id, in the order in which they came, with the day of their birth. */
  private static final class Group {
    final Map<String, Long> members = new LinkedHashMap<>();
    boolean changed;
  }

  private final Notes notes;
  private final int maxMembers;
  private final Map<String, Person> people = new TreeMap<>();
  private final Map<String, Group> groups = new TreeMap<>();

  Peers(Notes notes, int maxMembers) {
    this.notes = notes;
    this.maxMembers = maxMembers;
  }

  /** A profile came: its attributes are added to those before. */
  void learn(String customerId, Profile profile, long atMillis, Curiosity asked)
      throws IOException {
    Person person = person(customerId);
    person.toldMillis = atMillis;
    Map<String, Value> now = new TreeMap<>(person.attributes);
    if (profile.erased()) {
      now.clear();
    } else {
      for (String name : asked.attributes()) {
        if (profile.attributes().containsKey(name)) {
          now.put(name, profile.attributes().get(name));
        }
      }
    }
    change(customerId, person, now, asked);
  }

  /** A moment came: its customer has these attributes and no others. */
  void learn(Moment moment, Curiosity asked) throws IOException {
    Person person = person(moment.customerId());
    if (moment.atMillis() == person.toldMillis) {
      return;
    }
    Map<String, Value> now = new TreeMap<>();
    for (String name : asked.attributes()) {
      if (moment.customer().attributes().containsKey(name)) {
        now.put(name, moment.customer().attributes().get(name));
      }
    }
    change(moment.customerId(), person, now, asked);
  }

  private void change(String customerId, Person person, Map<String, Value> now, Curiosity asked)
      throws IOException {
    now.values().removeIf(value -> !Likeness.isSaid(value));
    boolean isAnother = !now.equals(person.attributes);
    if (isAnother) {
      person.attributes.clear();
      person.attributes.putAll(now);
      person.changed = true;
    }
    Set<String> wanted = new TreeSet<>();
    for (Likeness likeness : asked.groups()) {
      String group = likeness.group(now);
      if (group != null) {
        wanted.add(group);
      }
    }
    if (isAnother || !wanted.equals(person.groups)) {
      regroup(customerId, person, wanted);
    }
  }

  private void regroup(String customerId, Person person, Set<String> wanted) throws IOException {
    for (String left : person.groups) {
      if (!wanted.contains(left)) {
        Group group = group(left);
        group.members.remove(customerId);
        group.changed = true;
      }
    }
    LocalDate born = Likeness.born(person.attributes);
    for (String joined : wanted) {
      Group group = group(joined);
      if (group.members.size() < maxMembers || group.members.containsKey(customerId)) {
        group.members.put(customerId, born == null ? 0 : born.toEpochDay());
        group.changed = true;
      }
    }
    person.groups.clear();
    person.groups.addAll(wanted);
    person.changed = true;
  }

  /** What is known of a customer; empty for one who is not known. */
  Map<String, Value> attributes(String customerId) throws IOException {
    return Map.copyOf(person(customerId).attributes);
  }

  /**
   * Others who are like a customer. Whose turn it is follows from the moment, so that not the same
   * ones are chosen always.
   *
   * @param today the day by which people are as old as they are
   * @param limit how many at most
   */
  List<String> of(String customerId, Likeness likeness, LocalDate today, int limit, String momentId)
      throws IOException {
    Map<String, Value> own = person(customerId).attributes;
    int band = Likeness.band(Likeness.born(own), today);
    List<String> alike = new ArrayList<>();
    for (String each : likeness.groups(own, today)) {
      for (Map.Entry<String, Long> member : group(each).members.entrySet()) {
        if (!member.getKey().equals(customerId)
            && (!likeness.hasAge()
                || Likeness.band(LocalDate.ofEpochDay(member.getValue()), today) == band)) {
          alike.add(member.getKey());
        }
      }
    }
    if (alike.size() <= limit) {
      return alike;
    }
    long first = ByteBuffer.wrap(Identity.digest("similar", momentId)).getLong();
    List<String> chosen = new ArrayList<>(limit);
    for (int i = 0; i < limit; i++) {
      chosen.add(alike.get((int) Math.floorMod(first + i, (long) alike.size())));
    }
    return chosen;
  }

  /** How many customers and groups are in memory. */
  int inMemory() {
    return people.size() + groups.size();
  }

  /** Writes what has changed, and forgets what was read. */
  void write() throws IOException {
    for (Map.Entry<String, Person> each : people.entrySet()) {
      if (each.getValue().changed) {
        notes.write(CUSTOMER + each.getKey(), encode(each.getValue()));
      }
    }
    people.clear();
    for (Map.Entry<String, Group> each : groups.entrySet()) {
      if (each.getValue().changed) {
        notes.write(GROUP + each.getKey(), encode(each.getValue()));
      }
    }
    groups.clear();
  }

  private Person person(String customerId) throws IOException {
    Person known = people.get(customerId);
    if (known == null) {
      known = decodePerson(notes.read(CUSTOMER + customerId));
      people.put(customerId, known);
    }
    return known;
  }

  private Group group(String name) throws IOException {
    Group known = groups.get(name);
    if (known == null) {
      known = decodeGroup(notes.read(GROUP + name));
      groups.put(name, known);
    }
    return known;
  }

  /** One of whom nothing is known is not remembered. */
  private static byte[] encode(Person person) throws IOException {
    if (person.attributes.isEmpty()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(FORMAT);
    MomentCodec.write(out, person.attributes);
    MomentCodec.writeAll(
        out, new ArrayList<>(person.groups), group -> MomentCodec.writeText(out, group));
    out.flush();
    return bytes.toByteArray();
  }

  private static Person decodePerson(byte[] bytes) throws IOException {
    Person person = new Person();
    if (bytes != null) {
      CodedInputStream in = open(bytes);
      person.attributes.putAll(MomentCodec.readValues(in));
      person.groups.addAll(MomentCodec.readAll(in, in::readString));
    }
    return person;
  }

  private static byte[] encode(Group group) throws IOException {
    if (group.members.isEmpty()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(FORMAT);
    Collection<Map.Entry<String, Long>> members = group.members.entrySet();
    MomentCodec.writeAll(
        out,
        new ArrayList<>(members),
        member -> {
          MomentCodec.writeText(out, member.getKey());
          out.writeSInt64NoTag(member.getValue());
        });
    out.flush();
    return bytes.toByteArray();
  }

  private static Group decodeGroup(byte[] bytes) throws IOException {
    Group group = new Group();
    if (bytes != null) {
      CodedInputStream in = open(bytes);
      int size = in.readUInt32();
      for (int i = 0; i < size; i++) {
        group.members.put(in.readString(), in.readSInt64());
      }
    }
    return group;
  }

  private static CodedInputStream open(byte[] bytes) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    int format = in.readUInt32();
    if (format != FORMAT) {
      throw new IOException("who is like whom: found format " + format + ", expected " + FORMAT);
    }
    return in;
  }
}
