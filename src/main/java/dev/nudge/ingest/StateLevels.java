package dev.nudge.ingest;

import java.util.Collection;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/**
 * Lets small files gather before they are merged.
 *
 * <p>Every checkpoint writes what changed since the one before into a file of level 0, small when
 * checkpoints are frequent. RocksDB merges four of them with all of level 1, which holds up to 256
 * MB: some megabytes that changed make it write all of the state again, and the next incremental
 * checkpoint copies it.
 */
public final class StateLevels implements RocksDBOptionsFactory {
  private static final long serialVersionUID = 1L;

  /** RocksDB slows writers down from 20 on. */
  private static final int FILES = 12;

  @Override
  public DBOptions createDBOptions(
      DBOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
    return currentOptions;
  }

  @Override
  public ColumnFamilyOptions createColumnOptions(
      ColumnFamilyOptions currentOptions, Collection<AutoCloseable> handlesToClose) {
    return currentOptions.setLevel0FileNumCompactionTrigger(FILES);
  }
}
