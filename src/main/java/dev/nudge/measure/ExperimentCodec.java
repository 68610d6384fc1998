package dev.nudge.measure;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.nudge.definition.Experiment;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A campaign's experiment as bytes: an arm takes some 50 of them, two variants that were compared
 * 20 more, a version 50.
 *
 * <p>What a later version adds is written under the next format.
 */
public final class ExperimentCodec {
  private static final int FORMAT = 1;

  /** By their numbers in bytes: one is never moved. */
  private static final List<Experiment.Metric> METRICS =
      List.of(
          Experiment.Metric.PAID_RATE,
          Experiment.Metric.REVENUE_PER_CUSTOMER,
          Experiment.Metric.ROI);

  private static final List<Experiment.Then> THENS =
      List.of(Experiment.Then.WINNER, Experiment.Then.BEST, Experiment.Then.STOP);

  private ExperimentCodec() {}

  /** Writes a book. */
  public static void write(CodedOutputStream out, ExperimentBook book) throws IOException {
    out.writeUInt32NoTag(FORMAT);
    out.writeSInt64NoTag(book.openMillis);
    out.writeUInt64NoTag(book.refused);
    out.writeUInt64NoTag(book.inputs);
    out.writeUInt32NoTag(book.asked.size());
    for (Map.Entry<Integer, Long> asked : book.asked.entrySet()) {
      out.writeUInt32NoTag(asked.getKey());
      out.writeSInt64NoTag(asked.getValue());
    }
    out.writeUInt32NoTag(book.declared.size());
    for (DeclaredArms declared : book.declared.values()) {
      write(out, declared);
    }
    writeNumbers(out, book.expectedBefore);
    write(out, book.standings);
    out.writeUInt32NoTag(book.open.size());
    for (Map.Entry<Long, Map<ExperimentBook.OfVersion, ArmSums>> minute : book.open.entrySet()) {
      out.writeSInt64NoTag(minute.getKey());
      out.writeUInt32NoTag(minute.getValue().size());
      for (Map.Entry<ExperimentBook.OfVersion, ArmSums> each : minute.getValue().entrySet()) {
        out.writeUInt32NoTag(each.getKey().version());
        writeText(out, each.getKey().arm());
        write(out, each.getValue());
      }
    }
  }

  /**
   * The book that {@link #write} made bytes of.
   *
   * @param length how many bytes there are; 0 for a campaign of which nothing is known
   * @throws IOException if they are none
   */
  public static ExperimentBook read(
      String tenant, String campaign, byte[] bytes, int from, int length) throws IOException {
    ExperimentBook book = new ExperimentBook(tenant, campaign);
    if (length == 0) {
      return book;
    }
    CodedInputStream in = CodedInputStream.newInstance(bytes, from, length);
    int format = in.readUInt32();
    if (format != FORMAT) {
      throw new IOException(
          "a campaign's experiment: found format " + format + ", expected " + FORMAT);
    }
    book.openMillis = in.readSInt64();
    book.refused = in.readUInt64();
    book.inputs = in.readUInt64();
    for (int left = in.readUInt32(); left > 0; left--) {
      book.asked.put(in.readUInt32(), in.readSInt64());
    }
    int versions = in.readUInt32();
    for (int i = 0; i < versions; i++) {
      DeclaredArms declared = readDeclared(in, tenant, campaign);
      book.declared.put(declared.version(), declared);
    }
    readNumbers(in, book.expectedBefore);
    read(in, book.standings);
    int minutes = in.readUInt32();
    for (int i = 0; i < minutes; i++) {
      Map<ExperimentBook.OfVersion, ArmSums> changes = new HashMap<>();
      book.open.put(in.readSInt64(), changes);
      int count = in.readUInt32();
      for (int k = 0; k < count; k++) {
        ExperimentBook.OfVersion of =
            new ExperimentBook.OfVersion(in.readUInt32(), in.readString());
        changes.put(of, readSums(in));
        book.known.add(of.arm());
      }
    }
    book.known.addAll(book.standings.arms.keySet());
    return book;
  }

  private static void write(CodedOutputStream out, DeclaredArms declared) throws IOException {
    out.writeUInt32NoTag(declared.version());
    out.writeUInt32NoTag(declared.shares().size());
    for (ArmShare share : declared.shares()) {
      writeText(out, share.arm());
      out.writeUInt64NoTag(share.shareE8());
    }
    Experiment experiment = declared.experiment();
    out.writeBoolNoTag(experiment != null);
    if (experiment != null) {
      out.writeUInt32NoTag(experiment.exploreBasisPoints());
      out.writeUInt64NoTag(experiment.decideAfterMillis());
      out.writeUInt32NoTag(METRICS.indexOf(experiment.metric()));
      out.writeUInt32NoTag(THENS.indexOf(experiment.then()));
    }
    out.writeBoolNoTag(declared.scheduled());
    writeText(out, declared.currency());
  }

  private static DeclaredArms readDeclared(CodedInputStream in, String tenant, String campaign)
      throws IOException {
    int version = in.readUInt32();
    List<ArmShare> shares = new ArrayList<>();
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      shares.add(new ArmShare(in.readString(), in.readUInt64()));
    }
    Experiment experiment = in.readBool() ? readExperiment(in) : null;
    return new DeclaredArms(
        tenant, campaign, version, shares, experiment, in.readBool(), in.readString());
  }

  private static Experiment readExperiment(CodedInputStream in) throws IOException {
    return new Experiment(
        in.readUInt32(), in.readUInt64(), METRICS.get(in.readUInt32()), THENS.get(in.readUInt32()));
  }

  private static void write(CodedOutputStream out, ArmStandings standings) throws IOException {
    out.writeUInt32NoTag(standings.arms.size());
    for (Map.Entry<String, ArmSums> arm : standings.arms.entrySet()) {
      writeText(out, arm.getKey());
      write(out, arm.getValue());
    }
    out.writeUInt32NoTag(standings.dealt.size());
    for (Map.Entry<Integer, ? extends Map<String, Long>> version : standings.dealt.entrySet()) {
      out.writeUInt32NoTag(version.getKey());
      writeNumbers(out, version.getValue());
    }
    out.writeUInt32NoTag(standings.againstControl.size());
    for (Map.Entry<String, ArmStandings.Chances> arm : standings.againstControl.entrySet()) {
      writeText(out, arm.getKey());
      write(out, arm.getValue());
    }
    out.writeUInt32NoTag(standings.amongVariants.size());
    for (Map.Entry<ArmStandings.Pair, ArmStandings.Chances> pair :
        standings.amongVariants.entrySet()) {
      writeText(out, pair.getKey().one());
      writeText(out, pair.getKey().other());
      write(out, pair.getValue());
    }
    write(out, standings.ofSent);
  }

  private static void read(CodedInputStream in, ArmStandings standings) throws IOException {
    int arms = in.readUInt32();
    for (int i = 0; i < arms; i++) {
      standings.arms.put(in.readString(), readSums(in));
    }
    int versions = in.readUInt32();
    for (int i = 0; i < versions; i++) {
      readNumbers(in, standings.dealtOf(in.readUInt32()));
    }
    int compared = in.readUInt32();
    for (int i = 0; i < compared; i++) {
      standings.againstControl.put(in.readString(), readChances(in));
    }
    int pairs = in.readUInt32();
    for (int i = 0; i < pairs; i++) {
      ArmStandings.Pair pair = new ArmStandings.Pair(in.readString(), in.readString());
      standings.amongVariants.put(pair, readChances(in));
    }
    standings.ofSent = readChances(in);
  }

  private static void write(CodedOutputStream out, ArmSums sums) throws IOException {
    out.writeSInt64NoTag(sums.customers());
    out.writeSInt64NoTag(sums.conversions());
    out.writeByteArrayNoTag(sums.revenueUnits().toByteArray());
    out.writeByteArrayNoTag(sums.squaredUnits().toByteArray());
    out.writeByteArrayNoTag(sums.costE8().toByteArray());
  }

  private static ArmSums readSums(CodedInputStream in) throws IOException {
    return new ArmSums(
        in.readSInt64(),
        in.readSInt64(),
        new BigInteger(in.readByteArray()),
        new BigInteger(in.readByteArray()),
        new BigInteger(in.readByteArray()));
  }

  private static void write(CodedOutputStream out, ArmStandings.Chances chances)
      throws IOException {
    out.writeDoubleNoTag(chances.conversion());
    out.writeDoubleNoTag(chances.revenue());
  }

  private static ArmStandings.Chances readChances(CodedInputStream in) throws IOException {
    return new ArmStandings.Chances(in.readDouble(), in.readDouble());
  }

  private static void writeNumbers(CodedOutputStream out, Map<String, Long> numbers)
      throws IOException {
    out.writeUInt32NoTag(numbers.size());
    for (Map.Entry<String, Long> number : numbers.entrySet()) {
      writeText(out, number.getKey());
      out.writeSInt64NoTag(number.getValue());
    }
  }

  private static void readNumbers(CodedInputStream in, Map<String, Long> numbers)
      throws IOException {
    int count = in.readUInt32();
    for (int i = 0; i < count; i++) {
      numbers.put(in.readString(), in.readSInt64());
    }
  }

  private static void writeText(CodedOutputStream out, String text) throws IOException {
    out.writeByteArrayNoTag(text.getBytes(StandardCharsets.UTF_8));
  }
}
