package dev.nudge.rehearse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes each subtask's lines to a file of its own in one folder. A rehearsal never restarts, so
 * there is nothing to commit.
 */
final class LineSink implements Sink<String> {
  private final String folder;

  LineSink(Path folder) {
    this.folder = folder.toString();
  }

  @Override
  public SinkWriter<String> createWriter(WriterInitContext context) throws IOException {
    int subtask = context.getTaskInfo().getIndexOfThisSubtask();
    // This writer replaces what UTF-8 can't hold, half a surrogate pair, where Files' own one
    // fails.
    BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                Files.newOutputStream(Path.of(folder, "part-" + subtask)), UTF_8));
    return new SinkWriter<>() {
      @Override
      public void write(String line, Context ignored) throws IOException {
        out.write(line);
        out.write('\n');
      }

      @Override
      public void flush(boolean endOfInput) throws IOException {
        out.flush();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }
}
