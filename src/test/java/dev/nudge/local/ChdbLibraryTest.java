package dev.nudge.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChdbLibraryTest {

  private static final String CONTENT = "a library".repeat(10_000);

  @TempDir Path cache;

  @Test
  void libraryIsUnpackedOnce() throws Exception {
    Path library = cache.resolve("deep/libchdb-1.so");
    ChdbLibrary.unpacked(packed(), library, CONTENT.length());
    assertThat(library).hasContent(CONTENT);
    ChdbLibrary.unpacked(InputStream.nullInputStream(), library, CONTENT.length());
    assertThat(library).hasContent(CONTENT);
  }

  @Test
  void whatIsHalfUnpackedIsNotTakenForTheLibrary() throws Exception {
    Path library = cache.resolve("libchdb-1.so");
    byte[] whole = packed().readAllBytes();
    InputStream half = new ByteArrayInputStream(Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> ChdbLibrary.unpacked(half, library, CONTENT.length()))
        .isInstanceOf(IOException.class);
    assertThat(cache).isEmptyDirectory();
    Files.writeString(library, "of another size");
    ChdbLibrary.unpacked(packed(), library, CONTENT.length());
    assertThat(library).hasContent(CONTENT);
  }

  private static InputStream packed() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(CONTENT.getBytes(StandardCharsets.UTF_8));
    }
    return new ByteArrayInputStream(packed.toByteArray());
  }
}
