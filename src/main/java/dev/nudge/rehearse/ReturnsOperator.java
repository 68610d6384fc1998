package dev.nudge.rehearse;

import dev.nudge.measure.MaturityChange;
import dev.nudge.measure.MoneyChange;
import dev.nudge.measure.RoiBook;
import dev.nudge.measure.RoiRow;
import dev.nudge.measure.TallyTable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * What the hours of each campaign come to, when all has been read.
 *
 * <p>On the heap and not in state: a rehearsal that fails begins anew.
 */
final class ReturnsOperator extends AbstractStreamOperator<RoiRow>
    implements OneInputStreamOperator<ReturnsInput, RoiRow> {
  private final long untilMillis;
  private transient Map<String, RoiBook> books;

  ReturnsOperator(long untilMillis) {
    this.untilMillis = untilMillis;
  }

  @Override
  public void open() throws Exception {
    super.open();
    books = new TreeMap<>();
  }

  @Override
  public void processElement(StreamRecord<ReturnsInput> element) {
    ReturnsInput input = element.getValue();
    RoiBook book =
        books.computeIfAbsent(
            input.campaign(), campaign -> new RoiBook(input.tenant(), input.id()));
    if (input.sent() != null) {
      book.add(input.sent());
    } else if (input.sums().row().table() == TallyTable.MONEY_HOURLY) {
      book.add(MoneyChange.of(input.sums()));
    } else {
      book.add(MaturityChange.of(input.sums()));
    }
  }

  @Override
  public void finish() throws Exception {
    for (RoiBook book : books.values()) {
      book.rows(untilMillis).forEach(row -> output.collect(new StreamRecord<>(row)));
    }
    super.finish();
  }
}
