package dev.nudge.ingest;

import java.util.Collection;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/**
 * What {@code flink-conf/config.yaml} wants of RocksDB and Flink has no key for.
 *
 * <p>Every checkpoint writes what changed since the one before into a small file of level 0. By
 * default RocksDB merges four of them with all of level 1, up to 256 MB: every fourth checkpoint
 * then writes all of a task's state again for some megabytes that changed, and the next incremental
 * one copies it. With three times as many files that is done a third as often. Who looks for a key
 * asks the Bloom filter of each of them, which is to be switched on, too.
 *
 * @see <a href="https://github.com/facebook/rocksdb/wiki/RocksDB-Tuning-Guide">RocksDB Tuning
 *     Guide, Level Style Compaction</a>
 */
public final class RocksDbOptions implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  /** RocksDB slows writers down from 20 on. */
  private static final int LEVEL_ZERO_FILES = 12;

  @Override
  public DBOptions createDBOptions(
      DBOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
    return currentOptions;
  }

  @Override
  public ColumnFamilyOptions createColumnOptions(
      ColumnFamilyOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
    return currentOptions.setLevel0FileNumCompactionTrigger(LEVEL_ZERO_FILES);
  }
}
