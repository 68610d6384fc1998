package dev.nudge.console;

import dev.nudge.kafka.DeadLetterTopic;
import dev.nudge.kafka.DeadLetterTopic.Letter;
import dev.nudge.kafka.DeadLetterTopic.Place;
import dev.nudge.kafka.DeadLetterTopic.Replayed;
import dev.nudge.kafka.KafkaConfig;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Shows dead letters whole, and sends them again, mended or as they were. One at a time. */
final class DeadLetterDesk {
  /** Letters of one call. */
  static final int MAX_LETTERS = 100;

  /** Longer records are no text to edit in a page; they can be sent again as they are. */
  static final int MAX_TEXT_BYTES = 1 << 20;

  /** Brokers' clocks may differ by less. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final KafkaConfig kafka;

  DeadLetterDesk(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /**
   * A letter whole.
   *
   * @param text null if it is no text, or too long for a page
   * @param replayable whether it came from a topic of customers' events
   * @param replayed that it was sent again; null if nobody did
   */
  record Whole(
      Place place,
      String reason,
      String message,
      String text,
      long bytes,
      boolean replayable,
      Sent replayed) {}

  /** When and as what it was sent again. */
  record Sent(Instant at, Place as) {
    private static Sent of(Replayed replayed) {
      return replayed == null ? null : new Sent(replayed.at(), replayed.as());
    }
  }

  /**
   * A letter that is to be sent again.
   *
   * @param appendedAt when the broker took the record; its letter is younger
   * @param text what is sent in its place; null for the record as it was
   */
  record Wish(Place place, Instant appendedAt, String text) {}

  /** What became of a wish. */
  enum Outcome {
    SENT,
    /** Somebody sent it before, and nobody said that it is to be sent once more. */
    SENT_BEFORE,
    /** It is not kept any more. */
    GONE,
    /** A definition: it is applied again instead. */
    NOT_REPLAYABLE
  }

  /**
   * What became of a letter.
   *
   * @param as where it stands now, or since before; null if it was not sent
   * @param at when that was; null if it was sent just now, or not at all
   */
  record Done(Place place, Outcome outcome, Place as, Instant at) {}

  /** A letter whole; empty if it is not kept any more. */
  synchronized Optional<Whole> whole(Place place, Instant appendedAt) {
    try (DeadLetterTopic topic = new DeadLetterTopic(kafka)) {
      return Optional.ofNullable(topic.find(Set.of(place), appendedAt.minus(SKEW)).get(place))
          .map(
              letter ->
                  new Whole(
                      place,
                      letter.reason(),
                      letter.message(),
                      text(letter.raw()),
                      letter.raw().length,
                      topic.isReplayable(place.topic()),
                      Sent.of(letter.replayed())));
    }
  }

  /**
   * Sends letters again, in the order of their wishes.
   *
   * @param again also those that were sent again before
   */
  synchronized List<Done> replay(List<Wish> wishes, boolean again) {
    Map<Place, Wish> byPlace = new HashMap<>();
    wishes.forEach(wish -> byPlace.put(wish.place(), wish));
    Instant from =
        wishes.stream().map(Wish::appendedAt).min(Comparator.naturalOrder()).orElseThrow();
    List<Done> done = new ArrayList<>();
    try (DeadLetterTopic topic = new DeadLetterTopic(kafka)) {
      Map<Place, Letter> letters = topic.find(byPlace.keySet(), from.minus(SKEW));
      for (Wish wish : wishes) {
        if (byPlace.remove(wish.place()) != null) { // asked for twice, it is sent once
          done.add(replay(topic, letters.get(wish.place()), wish, again));
        }
      }
    }
    return done;
  }

  private static Done replay(DeadLetterTopic topic, Letter letter, Wish wish, boolean again) {
    Place place = wish.place();
    if (letter == null) {
      return new Done(place, Outcome.GONE, null, null);
    } else if (!topic.isReplayable(place.topic())) {
      return new Done(place, Outcome.NOT_REPLAYABLE, null, null);
    } else if (letter.replayed() != null && !again) {
      return new Done(place, Outcome.SENT_BEFORE, letter.replayed().as(), letter.replayed().at());
    }
    byte[] record =
        wish.text() == null ? letter.raw() : wish.text().getBytes(StandardCharsets.UTF_8);
    return new Done(place, Outcome.SENT, topic.replay(letter, record), null);
  }

  private static String text(byte[] raw) {
    if (raw.length > MAX_TEXT_BYTES) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
    } catch (CharacterCodingException noText) {
      return null;
    }
  }
}
