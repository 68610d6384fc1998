package dev.nudge.decide;

import java.io.IOException;

/** What a shard keeps beside its customers, by key. */
interface Notes {
  /** What was written under a key; null if nothing was. */
  byte[] read(String key) throws IOException;

  /** Writes under a key; null forgets it. */
  void write(String key, byte[] bytes) throws IOException;
}
