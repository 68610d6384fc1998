package dev.nudge.rehearse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Placeholder. */
final class Report {
  private Report() {}

  static void write(Path out, Rehearsal.Summary summary) throws IOException {
    Files.writeString(out.resolve("report.html"), summary.toString());
  }
}
