package dev.nudge.ingest;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.ParameterTool;

/** What a job is told on its command line, and in the file that is named there. */
public final class JobArguments {
  /** The argument that names a properties file; every other argument overrules a key of it. */
  static final String CONFIG_FILE = "config";

  private JobArguments() {}

  /**
   * Reads {@code --config FILE} and {@code --key value} arguments.
   *
   * @param options every key that the job knows
   * @throws IllegalArgumentException naming the key, what was found and what is expected
   * @throws IOException if the file can't be read
   */
  public static Configuration read(String[] arguments, List<ConfigOption<?>> options)
      throws IOException {
    Map<String, String> given = new HashMap<>(ParameterTool.fromArgs(arguments).toMap());
    Map<String, String> values = new HashMap<>();
    String file = given.remove(CONFIG_FILE);
    if (file != null) {
      Properties properties = new Properties();
      try (Reader in = Files.newBufferedReader(Path.of(file))) {
        properties.load(in);
      } catch (IOException e) {
        throw unreadable(CONFIG_FILE, file, e);
      }
      properties.stringPropertyNames().forEach(k -> values.put(k, properties.getProperty(k)));
    }
    values.putAll(given);
    refuseUnknown(values, options);
    return Configuration.fromMap(values);
  }

  /**
   * The value of a key that has no default.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static String required(Configuration config, ConfigOption<String> option) {
    String value = config.get(option);
    if (value == null) {
      throw new IllegalArgumentException(option.key() + ": found nothing, expected a value");
    }
    return value;
  }

  /** Java says no more than the file's name, and nobody would know whose key it is. */
  public static IOException unreadable(String key, String file, IOException e) {
    return new IOException(
        "%s: found %s, expected a file that can be read".formatted(key, file), e);
  }

  private static void refuseUnknown(Map<String, String> values, List<ConfigOption<?>> options) {
    TreeSet<String> known = new TreeSet<>();
    options.forEach(option -> known.add(option.key()));
    for (String key : new TreeSet<>(values.keySet())) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            key + ": found an unknown key, expected one of " + known);
      }
    }
  }
}
