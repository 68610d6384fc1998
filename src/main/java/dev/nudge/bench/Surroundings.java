package dev.nudge.bench;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** Where something was measured, for whoever compares two runs. */
final class Surroundings {
  private Surroundings() {}

  /** The machine, and what of it Java and Flink may use. */
  static Map<String, Object> machine() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processors", Runtime.getRuntime().availableProcessors());
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean os) {
      machine.put("memoryBytes", os.getTotalMemorySize());
    }
    machine.put("maxHeapBytes", Runtime.getRuntime().maxMemory());
    machine.put("managedMemoryBytes", BenchCluster.MANAGED_MEMORY.getBytes());
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("architecture", System.getProperty("os.arch"));
    return machine;
  }

  /** Of whatever takes part. */
  static Map<String, Object> versions() {
    Map<String, Object> versions = new LinkedHashMap<>();
    String nudge = Surroundings.class.getPackage().getImplementationVersion();
    versions.put("nudge", nudge == null ? "classes" : nudge);
    versions.put("flink", EnvironmentInformation.getVersion());
    versions.put("kafka", AppInfoParser.getVersion());
    versions.put("java", Runtime.version().toString());
    return versions;
  }
}
