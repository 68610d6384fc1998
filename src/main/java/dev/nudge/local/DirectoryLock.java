package dev.nudge.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Local mode's hold on its directory, which ends with the process at the latest.
 *
 * <p>The broker and the engine lock folders of their own. This lock comes before theirs, for by the
 * time theirs would be refused {@code --fresh} has deleted what another process works on.
 */
final class DirectoryLock implements AutoCloseable {

  private final FileChannel file;

  private DirectoryLock(FileChannel file) {
    this.file = file;
  }

  /**
   * Takes the directory, which is made if absent.
   *
   * @throws LocalModeException if another local mode works there
   * @throws IOException if the directory can't be written
   */
  static DirectoryLock take(Path directory) throws IOException {
    Files.createDirectories(directory);
    FileChannel file =
        FileChannel.open(
            directory.resolve("in-use"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (file.tryLock() != null) {
        return new DirectoryLock(file);
      }
    } catch (OverlappingFileLockException e) {
      // Another local mode of this process; told below.
    }
    file.close();
    throw LocalModeException.directoryInUse(directory);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
