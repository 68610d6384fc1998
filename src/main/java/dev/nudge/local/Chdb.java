package dev.nudge.local;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * chDB, which is ClickHouse as a C library, opened on one data directory.
 *
 * <p>The engine lives while a connection to it is open. This object keeps one open for that, and a
 * {@link Session} is another for each request: opening one takes a fifth of a millisecond, and what
 * a request sets, selects or creates for itself ends with it.
 *
 * <p>A process can have one data directory open at a time. Users and passwords do not exist in the
 * library: who can call it may do everything.
 */
final class Chdb implements AutoCloseable {

  /** The functions of {@code chdb.h} in use; the C header is their documentation. */
  private interface Api extends Library {
    void chdb_set_signal_handlers_enabled(int enabled);

    Pointer chdb_connect(int argc, String[] argv);

    void chdb_close_conn(Pointer connection);

    Pointer chdb_query_n(Pointer connection, byte[] sql, long length, byte[] format, long formats);

    Pointer chdb_result_buffer(Pointer result);

    long chdb_result_length(Pointer result);

    String chdb_result_error(Pointer result);

    double chdb_result_elapsed(Pointer result);

    long chdb_result_storage_rows_read(Pointer result);

    long chdb_result_storage_bytes_read(Pointer result);

    long chdb_result_rows_written(Pointer result);

    long chdb_result_bytes_written(Pointer result);

    void chdb_destroy_query_result(Pointer result);

    Pointer chdb_stream_insert_n(
        Pointer connection, byte[] sql, long length, byte[] format, long formats);

    String chdb_stream_insert_error(Pointer stream);

    int chdb_stream_append(Pointer stream, byte[] data, long length);

    Pointer chdb_stream_done(Pointer stream);

    void chdb_destroy_insert_stream(Pointer stream);

    int chdb_classify_query_n(
        Pointer connection, byte[] sql, long length, byte[] database, long databases, Pointer to);
  }

  /**
   * What was loaded stays loaded: JNA unloads a library that nobody holds, and ClickHouse's own
   * threads, which outlive every connection, would run on in memory that is gone.
   */
  private static final Map<String, Api> LOADED = new ConcurrentHashMap<>();

  /** How much of a result is copied out of native memory at a time. */
  private static final int COPY_BYTES = 1 << 20;

  private final Api api;
  private final String[] arguments;
  private final Pointer keeper;

  private Chdb(Api api, String[] arguments, Pointer keeper) {
    this.api = api;
    this.arguments = arguments;
    this.keeper = keeper;
  }

  /**
   * Opens the engine on a directory.
   *
   * @throws EngineException if the library can't be loaded or the engine does not start
   */
  static Chdb open(Path library, Path directory) {
    Api api;
    try {
      api =
          LOADED.computeIfAbsent(
              library.toString(),
              path ->
                  Native.load(path, Api.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8")));
    } catch (UnsatisfiedLinkError e) {
      throw new EngineException(
          "The ClickHouse library %s can't be loaded: %s".formatted(library, e.getMessage()), e);
    }
    // The signals belong to the JVM, which needs SIGSEGV for its own work.
    api.chdb_set_signal_handlers_enabled(0);
    String[] arguments = {"clickhouse", "--path=" + directory};
    Pointer keeper = api.chdb_connect(arguments.length, arguments);
    if (keeper == null) {
      throw new EngineException(
          ("ClickHouse does not start on %s. Check that the disk has room and the directory can be"
                  + " written, and that this process has no other data directory open.")
              .formatted(directory));
    }
    return new Chdb(api, arguments, keeper);
  }

  /**
   * A connection of its own, for one request and one thread.
   *
   * @throws EngineException if the engine gives none: it is beyond use
   */
  Session session() {
    Pointer connection = api.chdb_connect(arguments.length, arguments);
    if (connection == null) {
      throw new EngineException("The ClickHouse engine takes no more connections");
    }
    return new Session(connection);
  }

  /** Cancels what runs in other sessions; they get an error. */
  void cancelAll() {
    try (Session session = session()) {
      session.execute("KILL QUERY WHERE 1");
    } catch (SqlException e) {
      throw new EngineException("The ClickHouse engine can't cancel its statements", e);
    }
  }

  /** Ends the engine; sessions must be closed before. */
  @Override
  public void close() {
    api.chdb_close_conn(keeper);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What a text is, by ClickHouse's own parser.
   *
   * @param statements how many it holds; 0 if it can't be parsed
   * @param readOnly whether it changes nothing, settings of the session included
   */
  record Analysis(int statements, boolean readOnly) {}

  /** One connection. */
  final class Session implements AutoCloseable {

    /** {@code chdb_query_analysis_v1}: its size, statements, flags and class, 32 bits each. */
    private static final int ANALYSIS_BYTES = 16;

    private final Pointer pointer;
    private final Pointer connection;

    private Session(Pointer pointer) {
      this.pointer = pointer;
      this.connection = pointer.getPointer(0);
    }

    /** Runs a statement that returns nothing. */
    void execute(String sql) throws SqlException {
      query(utf8(sql), "Null").close();
    }

    /** Runs a statement; rows come in the format unless the statement names one itself. */
    Result query(byte[] sql, String format) throws SqlException {
      byte[] formatName = utf8(format);
      return result(api.chdb_query_n(connection, sql, sql.length, formatName, formatName.length));
    }

    /** Says what a text is without running it. */
    Analysis analyse(byte[] sql) {
      try (Memory analysis = new Memory(ANALYSIS_BYTES)) {
        analysis.clear();
        analysis.setInt(0, ANALYSIS_BYTES);
        int failed = api.chdb_classify_query_n(connection, sql, sql.length, null, 0, analysis);
        if (failed != 0) {
          throw new EngineException("The ClickHouse engine does not answer");
        }
        return new Analysis(analysis.getInt(4), analysis.getInt(12) == 0);
      }
    }

    /**
     * Starts an insert whose data follows.
     *
     * @param head the statement up to, but without, {@code FORMAT} or {@code VALUES}
     */
    Insert insert(byte[] head, String format) throws SqlException {
      byte[] formatName = utf8(format);
      Insert insert =
          new Insert(
              api.chdb_stream_insert_n(
                  connection, head, head.length, formatName, formatName.length));
      try {
        insert.check();
        return insert;
      } catch (SqlException e) {
        insert.close();
        throw e;
      }
    }

    private Result result(Pointer pointer) throws SqlException {
      if (pointer == null) {
        throw new EngineException("The ClickHouse engine gave no result");
      }
      String error = api.chdb_result_error(pointer);
      if (error != null) {
        api.chdb_destroy_query_result(pointer);
        throw new SqlException(error);
      }
      return new Result(pointer);
    }

    @Override
    public void close() {
      api.chdb_close_conn(pointer);
    }

    /** Data on its way into a table. Closed before {@link #done} it leaves the table untouched. */
    final class Insert implements AutoCloseable {
      private final Pointer stream;

      private Insert(Pointer stream) {
        this.stream = stream;
      }

      /** Adds bytes; they may end anywhere within a row. */
      void append(byte[] data, int length) throws SqlException {
        if (api.chdb_stream_append(stream, data, length) != 0) {
          check();
          throw new EngineException("The ClickHouse engine takes no data");
        }
      }

      /** Writes the rows; they are in the table when this returns. */
      Result done() throws SqlException {
        return result(api.chdb_stream_done(stream));
      }

      private void check() throws SqlException {
        String error = api.chdb_stream_insert_error(stream);
        if (error != null) {
          throw new SqlException(error);
        }
      }

      @Override
      public void close() {
        api.chdb_destroy_insert_stream(stream);
      }
    }
  }

  /** What a statement returned, in native memory until closed. */
  final class Result implements AutoCloseable {
    private final Pointer pointer;

    private Result(Pointer pointer) {
      this.pointer = pointer;
    }

    /** Length of the output in bytes. */
    long length() {
      return api.chdb_result_length(pointer);
    }

    /** Writes the output; it may be larger than the heap. */
    void writeTo(OutputStream out) throws IOException {
      long length = length();
      Pointer buffer = api.chdb_result_buffer(pointer);
      byte[] copy = new byte[(int) Math.min(length, COPY_BYTES)];
      for (long at = 0; at < length; at += copy.length) {
        int size = (int) Math.min(length - at, copy.length);
        buffer.read(at, copy, 0, size);
        out.write(copy, 0, size);
      }
    }

    /** The value of the header X-ClickHouse-Summary. */
    String summary() {
      return """
          {"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d",\
          "total_rows_to_read":"0","result_rows":"%d","result_bytes":"%d","elapsed_ns":"%d"}"""
          .formatted(
              api.chdb_result_storage_rows_read(pointer),
              api.chdb_result_storage_bytes_read(pointer),
              api.chdb_result_rows_written(pointer),
              api.chdb_result_bytes_written(pointer),
              api.chdb_result_rows_written(pointer),
              length(),
              (long) (api.chdb_result_elapsed(pointer) * 1e9));
    }

    @Override
    public void close() {
      api.chdb_destroy_query_result(pointer);
    }
  }
}
