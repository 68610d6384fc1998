package dev.nudge.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** Reads server-sent events as a browser would; gives up after half a minute of silence. */
final class EventStream implements AutoCloseable {
  private final BufferedReader lines;

  EventStream(ConsoleServer server, String query) throws IOException {
    URLConnection connection = server.uri().resolve("/api/live?" + query).toURL().openConnection();
    connection.setRequestProperty("Accept", "text/event-stream");
    connection.setReadTimeout(30_000);
    lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
  }

  /** The data of the next event of that name. */
  String next(String event) throws IOException {
    return next(event, data -> true);
  }

  /** The data of the next event of that name that is wanted. */
  String next(String event, Predicate<String> wanted) throws IOException {
    String name = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event:")) {
        name = line.substring(6).trim();
      } else if (line.startsWith("data:")
          && name.equals(event)
          && wanted.test(line.substring(5).trim())) {
        return line.substring(5).trim();
      }
    }
    throw new IOException("the stream ended without " + event);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
