package dev.nudge.definition;

import dev.nudge.definition.Node.Kind;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Turns text into trees of values with their places: YAML 1.2 by its core schema, which JSON is a
 * part of.
 *
 * <p>What a definition never needs, and an attacker likes, is refused here: aliases (a few lines
 * can stand for billions of values), anchors, tags, doubled keys, values nested deeper than {@link
 * #MAX_DEPTH}, more documents than {@link #MAX_DOCUMENTS}, texts beyond {@link #MAX_BYTES}. The
 * tree is built from parse events and not by the library's composer, for that one resolves aliases
 * and merges {@code <<} keys before anyone sees them.
 */
final class NodeReader {
  /** The largest text, in bytes: 1 MiB, as for every record. */
  static final int MAX_BYTES = 1 << 20;

  /** The deepest nesting of lists and maps. */
  static final int MAX_DEPTH = 32;

  /** The most documents of one text. */
  static final int MAX_DOCUMENTS = 1_000;

  private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();
  private static final String WHAT = "a definition in YAML 1.2 or JSON";

  private final String file;
  private final Problems problems;
  private final int[] codePoints;
  private final Iterator<Event> events;

  private NodeReader(String file, String text, Problems problems) {
    this.file = file;
    this.problems = problems;
    this.codePoints = text.codePoints().toArray();
    this.events =
        new Parse(LoadSettings.builder().setLabel(file).build()).parseString(text).iterator();
  }

  /**
   * Reads a text whole.
   *
   * @param file what messages call it
   * @param bytes its content, UTF-8
   * @param problems receives what is wrong
   * @return one node for each document; those before a syntax error if there is one
   */
  static List<Node> read(String file, byte[] bytes, Problems problems) {
    List<Node> documents = new ArrayList<>();
    if (bytes.length > MAX_BYTES) {
      problems.add(new Problem(file, 1, 1, "", "more than 1 MiB", "at most 1 MiB"));
      return documents;
    }
    CharBuffer decoded = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    boolean malformed = decoder.decode(ByteBuffer.wrap(bytes), decoded, true).isError();
    String decodedText = decoded.flip().toString();
    String text = decodedText.startsWith("\uFEFF") ? decodedText.substring(1) : decodedText;
    if (malformed) {
      problems.add(atEndOf(file, text, "a byte that is not UTF-8", "UTF-8"));
      return documents;
    }
    NodeReader reader = new NodeReader(file, jsonTabsAsSpaces(text), problems);
    try {
      reader.readDocuments(documents);
    } catch (MarkedYamlEngineException refused) {
      Optional<Mark> mark = refused.getProblemMark().or(refused::getContextMark);
      problems.add(reader.syntaxProblem(refused.getProblem(), mark));
      return documents;
    } catch (ReaderException refused) {
      String before = text.substring(0, text.offsetByCodePoints(0, refused.getPosition()));
      String found = "the control character U+%04X".formatted(refused.getCodePoint());
      problems.add(atEndOf(file, before, found, "printable text"));
      return documents;
    } catch (YamlEngineException refused) {
      problems.add(reader.syntaxProblem(refused.getMessage(), Optional.empty()));
      return documents;
    }
    if (documents.isEmpty()) {
      problems.add(new Problem(file, 1, 1, "", "an empty text", WHAT));
    }
    return documents;
  }

  /**
   * Gives JSON its tabs: there they are space like any other, while the parser takes one in a row
   * and refuses the second. A tab within double quotes stays, and columns stay as they are.
   */
  private static String jsonTabsAsSpaces(String text) {
    String start = text.stripLeading();
    if (!start.startsWith("{") && !start.startsWith("[")) {
      return text;
    }
    StringBuilder spaced = new StringBuilder(text);
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == '\t' && !quoted) {
        spaced.setCharAt(i, ' ');
      }
    }
    return spaced.toString();
  }

  private void readDocuments(List<Node> documents) {
    while (events.hasNext()) {
      Event event = events.next();
      if (event instanceof NodeEvent start) {
        if (documents.size() == MAX_DOCUMENTS) {
          throw new ParserException(
              "more than " + MAX_DOCUMENTS + " documents", event.getStartMark());
        }
        documents.add(readNode(start, 0));
      }
    }
  }

  private Node readNode(NodeEvent event, int depth) {
    if (event instanceof AliasEvent alias) {
      refuse(event, "the alias *" + Node.clipped(alias.getAlias().getValue()), "the value itself");
      return node(event, Kind.REFUSED, "", List.of(), List.of());
    }
    event
        .getAnchor()
        .ifPresent(a -> refuse(event, "the anchor &" + Node.clipped(a.getValue()), "no anchors"));
    if (event instanceof ScalarEvent scalar) {
      refuseTag(event, scalar.getTag());
      if (scalar.getValue().codePoints().anyMatch(NodeReader::isSurrogate)) {
        // JSON can write one half of a pair as an escape; no UTF-8 holds it.
        refuse(event, "half a surrogate pair", "whole characters");
      }
      return readScalar(scalar);
    }
    CollectionStartEvent start = (CollectionStartEvent) event;
    refuseTag(event, start.getTag());
    if (depth == MAX_DEPTH) {
      throw new ParserException(
          "lists and maps nested deeper than " + MAX_DEPTH, event.getStartMark());
    }
    return start.getEventId() == Event.ID.MappingStart
        ? readMap(start, depth)
        : readList(start, depth);
  }

  private Node readScalar(ScalarEvent scalar) {
    Tag tag = RESOLVER.resolve(scalar.getValue(), scalar.isPlain());
    Kind kind;
    if (tag.equals(Tag.NULL)) {
      kind = Kind.NULL;
    } else if (tag.equals(Tag.BOOL)) {
      kind = Kind.BOOLEAN;
    } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      kind = Kind.NUMBER;
    } else {
      kind = Kind.TEXT;
    }
    return node(scalar, kind, scalar.getValue(), List.of(), List.of());
  }

  private Node readList(CollectionStartEvent start, int depth) {
    List<Node> items = new ArrayList<>();
    while (events.next() instanceof NodeEvent item) {
      items.add(readNode(item, depth + 1));
    }
    return node(start, Kind.LIST, "", items, List.of());
  }

  private Node readMap(CollectionStartEvent start, int depth) {
    List<Node> keys = new ArrayList<>();
    List<Node> values = new ArrayList<>();
    Map<String, Node> seen = new HashMap<>();
    while (events.next() instanceof NodeEvent keyEvent) {
      Node key = readNode(keyEvent, depth + 1);
      Node value = readNode((NodeEvent) events.next(), depth + 1);
      boolean scalar = keyEvent instanceof ScalarEvent;
      Node first = scalar ? seen.putIfAbsent(key.text(), key) : null;
      if (!scalar) {
        refuse(keyEvent, "a key that is " + key.shown(), "a name");
      } else if (first != null) {
        String found = "the key \"%s\" again, first in line %d";
        refuse(keyEvent, found.formatted(Node.clipped(key.text()), first.line()), "each key once");
      } else {
        keys.add(key);
        values.add(value);
      }
    }
    return node(start, Kind.MAP, "", values, keys);
  }

  private Node node(NodeEvent event, Kind kind, String text, List<Node> items, List<Node> keys) {
    Mark mark = event.getStartMark().orElseThrow();
    String raw = event instanceof ScalarEvent ? raw(mark, event.getEndMark().orElseThrow()) : "";
    return new Node(file, mark.getLine() + 1, mark.getColumn() + 1, kind, text, items, keys, raw);
  }

  private String raw(Mark start, Mark end) {
    return new String(codePoints, start.getIndex(), end.getIndex() - start.getIndex());
  }

  private void refuseTag(NodeEvent event, Optional<String> tag) {
    tag.ifPresent(t -> refuse(event, "the tag " + Node.clipped(t), "no tags"));
  }

  private void refuse(NodeEvent event, String found, String expected) {
    problems.add(problem(event.getStartMark(), found, expected));
  }

  private Problem syntaxProblem(String problem, Optional<Mark> mark) {
    if (problem.startsWith("found character '\\t(TAB)'")) {
      return problem(mark, "a tab", "spaces, for YAML is not indented by tabs");
    }
    return problem(mark, "a mistake in the notation (" + Node.clipped(problem) + ")", WHAT);
  }

  private Problem problem(Optional<Mark> mark, String found, String expected) {
    int line = mark.map(Mark::getLine).orElse(0) + 1;
    int column = mark.map(Mark::getColumn).orElse(0) + 1;
    return new Problem(file, line, column, "", found, expected);
  }

  private static boolean isSurrogate(int codePoint) {
    return Character.getType(codePoint) == Character.SURROGATE;
  }

  private static Problem atEndOf(String file, String before, String found, String expected) {
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int lineStart = before.lastIndexOf('\n') + 1;
    int column = 1 + before.codePointCount(lineStart, before.length());
    return new Problem(file, line, column, "", found, expected);
  }
}
