package dev.nudge.bench;

import dev.nudge.event.CustomerEvent;
import dev.nudge.event.Occurrence;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.util.Collector;

/** Stock Flink CEP, as its manual says: one operator a pattern. */
final class StockCep {
  private StockCep() {}

  /** All patterns of a set. */
  static DataStream<BenchMatch> oneOperatorEach(
      DataStream<CustomerEvent> events, PatternSet patterns) {
    KeyedStream<Occurrence, String> byCustomer = byCustomer(events);
    DataStream<BenchMatch> all = null;
    int number = 0;
    for (Pattern<Occurrence, ?> pattern : patterns.patterns()) {
      DataStream<BenchMatch> matches = matches(byCustomer, pattern, number++);
      all = all == null ? matches : all.union(matches);
    }
    return all;
  }

  /** The one pattern that {@link SqlMatchRecognize} says too. */
  static DataStream<BenchMatch> sequence(DataStream<CustomerEvent> events) {
    int number = BenchPatterns.SEQUENCE;
    return matches(byCustomer(events), BenchPatterns.pattern(number, false), number);
  }

  private static DataStream<BenchMatch> matches(
      KeyedStream<Occurrence, String> byCustomer, Pattern<Occurrence, ?> pattern, int number) {
    return CEP.pattern(byCustomer, pattern)
        .process(new Found(number), TypeInformation.of(BenchMatch.class));
  }

  /** An occurrence doesn't say whose it is; here the message id begins with the customer's. */
  private static KeyedStream<Occurrence, String> byCustomer(DataStream<CustomerEvent> events) {
    return events
        .map(Occurrence::of, TypeInformation.of(Occurrence.class))
        .name("Occurrences")
        .keyBy(StockCep::customerOf, Types.STRING);
  }

  private static String customerOf(Occurrence occurrence) {
    String messageId = occurrence.messageId();
    return messageId.substring(0, messageId.indexOf('-'));
  }

  private static final class Found extends PatternProcessFunction<Occurrence, BenchMatch> {
    private static final long serialVersionUID = 1L;

    private final int number;

    Found(int number) {
      this.number = number;
    }

    @Override
    public void processMatch(
        Map<String, List<Occurrence>> match, Context context, Collector<BenchMatch> out) {
      out.collect(BenchMatch.of(number, match));
    }
  }
}
