package dev.nudge.ingest;

import java.util.Collection;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/**
 * What {@code flink-conf/config.yaml} wants of RocksDB and Flink has no key for.
 *
 * <p>Every checkpoint writes what changed since the one before into small files of level 0. By
 * default RocksDB merges four of them with all of level 1, up to 256 MB: every fourth checkpoint
 * then writes all of a task's state again for some megabytes that changed, and the next incremental
 * one copies it. With files of a write buffer of 8 MB and more of them that is done far less often.
 * Who looks for a key asks the Bloom filter of each of them, which is to be switched on, too.
 *
 * <p>What a merge writes goes to disk by and by: left to the operating system, hundreds of
 * megabytes may be on their way when a checkpoint waits for its own few.
 *
 * @see <a href="https://github.com/facebook/rocksdb/wiki/RocksDB-Tuning-Guide">RocksDB Tuning
 *     Guide, Level Style Compaction</a>
 * @see <a href="https://github.com/facebook/rocksdb/wiki/Setup-Options-and-Basic-Tuning">Setup
 *     Options and Basic Tuning, bytes_per_sync</a>
 */
public final class RocksDbOptions implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  private static final int LEVEL_ZERO_FILES = 36;

  /** By default from 20 files on, which would be before they are merged. */
  private static final int LEVEL_ZERO_SLOWS_WRITERS = 48;

  private static final int LEVEL_ZERO_STOPS_WRITERS = 60;

  private static final long BYTES_PER_SYNC = 1 << 20;

  @Override
  public DBOptions createDBOptions(
      DBOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
    return currentOptions.setBytesPerSync(BYTES_PER_SYNC);
  }

  @Override
  public ColumnFamilyOptions createColumnOptions(
      ColumnFamilyOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
    return currentOptions
        .setLevel0FileNumCompactionTrigger(LEVEL_ZERO_FILES)
        .setLevel0SlowdownWritesTrigger(LEVEL_ZERO_SLOWS_WRITERS)
        .setLevel0StopWritesTrigger(LEVEL_ZERO_STOPS_WRITERS);
  }
}
