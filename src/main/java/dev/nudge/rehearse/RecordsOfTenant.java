package dev.nudge.rehearse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Takes one brand's records out of a file that many write to, so that it rehearses on its own. */
public final class RecordsOfTenant {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
  private static final int TELL_EVERY = 10_000;

  private RecordsOfTenant() {}

  /**
   * Copies the records that say they are the brand's. What does not say whose it is, or is no JSON
   * object, is left out.
   *
   * @param from JSON lines, unpacked; closed behind
   * @param progress told now and then how many lines have been read
   * @return how many records were copied
   * @throws IOException if one can't be read or the other not be written
   * @throws InterruptedException if the thread was interrupted
   */
  public static long copy(InputStream from, String tenant, Path to, LongConsumer progress)
      throws IOException, InterruptedException {
    long copied = 0;
    try (Lines lines = new Lines(from, Lines.MAX_RECORD_LINE_BYTES);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(to))) {
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        if (tenant.equals(tenantOf(line))) {
          out.write(line);
          out.write('\n');
          copied++;
        }
        if (lines.number() % TELL_EVERY == 0) {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          progress.accept(lines.number());
        }
      }
    }
    return copied;
  }

  /** Of a key that stands twice the last one counts, as when it is decoded. */
  private static String tenantOf(byte[] line) {
    String tenant = null;
    try (JsonParser json = JSON.createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        if (!field.equals("tenant")) {
          json.skipChildren();
        } else if (value == JsonToken.VALUE_STRING) {
          tenant = json.getText();
        } else {
          return null;
        }
      }
      return tenant;
    } catch (IOException unreadable) {
      return null;
    }
  }
}
