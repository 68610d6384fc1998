package dev.nudge.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What all threads of this process have used: unlike the time on the wall, hardly moved by whatever
 * else a machine does.
 */
final class ProcessorTime {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private ProcessorTime() {}

  /** Since the process began; -1 where the system does not tell. */
  static long nanos() {
    return SYSTEM.getProcessCpuTime();
  }
}
