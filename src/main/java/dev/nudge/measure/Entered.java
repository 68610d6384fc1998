package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.event.LifecycleStage;
import java.io.IOException;
import java.util.List;

/**
 * A stage change.
 *
 * @param from the stage before, null for the first one
 * @param to the stage entered
 * @param version which of two of one instant is the later
 */
record Entered(long atMillis, LifecycleStage from, LifecycleStage to, long version)
    implements Deed {

  static final int KIND = 3;

  /** By their numbers in bytes: one is never moved. */
  private static final List<LifecycleStage> STAGES =
      List.of(
          LifecycleStage.PROSPECT,
          LifecycleStage.NEW,
          LifecycleStage.GROWING,
          LifecycleStage.STABLE,
          LifecycleStage.DECLINING,
          LifecycleStage.DORMANT,
          LifecycleStage.LOST);

  @Override
  public int kind() {
    return KIND;
  }

  @Override
  public String messageId() {
    return "";
  }

  @Override
  public void write(CodedOutputStream out) throws IOException {
    out.writeUInt32NoTag(KIND);
    out.writeSInt64NoTag(atMillis);
    out.writeUInt32NoTag(from == null ? 0 : STAGES.indexOf(from) + 1);
    out.writeUInt32NoTag(STAGES.indexOf(to));
    out.writeUInt64NoTag(version);
  }

  static Entered read(CodedInputStream in) throws IOException {
    long atMillis = in.readSInt64();
    int from = in.readUInt32();
    return new Entered(
        atMillis,
        from == 0 ? null : STAGES.get(from - 1),
        STAGES.get(in.readUInt32()),
        in.readUInt64());
  }
}
