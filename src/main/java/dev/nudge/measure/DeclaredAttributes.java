package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.Profile;
import dev.nudge.event.Value;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the shop says of one customer, of the attributes that its policy declares: by those its
 * participants are told apart.
 *
 * <p>Example: a policy with {@code schema: {memberLevel: STRING}} and a profile with {@code
 * memberLevel: GOLD, shoeSize: 39} leave {@code memberLevel: GOLD}.
 *
 * <p>State: at most {@value #MAX_ATTRIBUTES} of {@value #MAX_LENGTH} characters each, until the
 * customer is erased.
 */
final class DeclaredAttributes {
  /** Attributes that are kept of a customer, the first ones told. */
  static final int MAX_ATTRIBUTES = 50;

  /** A longer value is no group that one could look at: its attribute is left out. */
  static final int MAX_LENGTH = 200;

  private static final String NOTHING = "";

  private record Told(String text, long atMillis) {}

  private final Map<String, Told> byName = new TreeMap<>();

  /**
   * Takes what a profile says; of one attribute what was said of the latest time stands, however
   * late it comes.
   *
   * @param atMillis the profile's time, epoch milliseconds
   * @param declared the attributes that the policy declares
   */
  void take(Profile profile, long atMillis, Collection<String> declared) {
    byName.keySet().retainAll(declared);
    for (String name : new TreeMap<>(profile.attributes()).keySet()) {
      Value value = profile.attributes().get(name);
      Told before = byName.get(name);
      boolean isNewest = before == null || before.atMillis <= atMillis;
      if (!declared.contains(name) || !isNewest) {
        continue;
      }
      String text = Texts.plain(value.text());
      boolean fits = text.length() <= MAX_LENGTH && name.length() <= MAX_LENGTH;
      if (before != null || (fits && byName.size() < MAX_ATTRIBUTES)) {
        // What does not fit takes the place of what was said before.
        byName.put(name, new Told(fits ? text : NOTHING, atMillis));
      }
    }
  }

  /**
   * What stands of those that are declared now, by name.
   *
   * @param atMillis what is of later says nothing, epoch milliseconds
   */
  Map<String, String> of(Collection<String> declared, long atMillis) {
    Map<String, String> texts = new TreeMap<>();
    byName.forEach(
        (name, told) -> {
          if (declared.contains(name) && told.atMillis <= atMillis && !told.text.equals(NOTHING)) {
            texts.put(name, told.text);
          }
        });
    return texts;
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(byName.size());
    for (Map.Entry<String, Told> attribute : byName.entrySet()) {
      out.writeStringNoTag(attribute.getKey());
      out.writeStringNoTag(attribute.getValue().text);
      out.writeSInt64NoTag(attribute.getValue().atMillis);
    }
  }

  static DeclaredAttributes read(CodedInputStream in) throws IOException {
    DeclaredAttributes attributes = new DeclaredAttributes();
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      attributes.byName.put(in.readString(), new Told(in.readString(), in.readSInt64()));
    }
    return attributes;
  }
}
