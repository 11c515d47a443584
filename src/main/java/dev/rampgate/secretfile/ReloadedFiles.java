package dev.rampgate.secretfile;

import dev.rampgate.telemetry.Alarms;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Files that are read again at an interval, so that a secret is replaced without a restart. They are read on a worker thread, one
 * reading at a time; a file system that hangs holds up that thread alone. While a file cannot be used, what it held before stays in
 * use; an alarm is raised when that begins.
 */
public final class ReloadedFiles {

    private static final Logger LOG = Logger.getLogger(ReloadedFiles.class);

    /** Real files are far smaller. */
    public static final int MOST_BYTES = 16 * 1024;

    /** What is done with the contents of one file. Called by one thread at a time. */
    public interface Content {

        /**
         * Uses what the file holds now.
         *
         * @return whether it differs from what was used before
         * @throws UnusableFileException if it cannot be used; what was used before stays in use
         */
        boolean use(byte[] content) throws UnusableFileException;

        /** Called after something else than before is in use, and after a file can be used that could not be. */
        void reloaded(boolean changed);

        /**
         * Called whenever the file cannot be used.
         *
         * @param problem continues "the file "
         * @param first whether it could be used the last time, so that an outage is logged once
         */
        void unusable(String problem, boolean first);
    }

    private final Vertx vertx;
    private final Counter alarm;
    private final List<OneFile> files = new ArrayList<>();
    private Future<Void> reading = Future.succeededFuture();
    private long timer;

    /** @param alarm the name of the alarm that is raised when a file cannot be used any more */
    public ReloadedFiles(String alarm, Vertx vertx, MeterRegistry meters) {
        this.vertx = vertx;
        this.alarm = Alarms.of(alarm, meters);
    }

    /** Adds a file that was read and used already. */
    public void add(Path file, Content content) {
        files.add(new OneFile(file, content, alarm));
    }

    /** Reads all files again and again. Does nothing without files. */
    public void start(Duration interval) {
        if (!files.isEmpty()) {
            timer = vertx.setPeriodic(interval.toMillis(), tick -> reload());
        }
    }

    public void stop() {
        vertx.cancelTimer(timer);
    }

    /** Reads all files once, unless a reading is in flight; completes when what they hold is in use. Never fails. */
    public synchronized Future<Void> reload() {
        if (reading.isComplete()) {
            reading = vertx.<Void>executeBlocking(
                            () -> {
                                files.forEach(OneFile::reload);
                                return null;
                            },
                            false)
                    .otherwiseEmpty();
        }
        return reading;
    }

    /**
     * What a file holds, at most {@link #MOST_BYTES}. Blocks: for the start, before a port is open, and for worker threads.
     *
     * @throws UnusableFileException if it is too long or cannot be read
     */
    public static byte[] read(Path file) throws UnusableFileException {
        return read(file, MOST_BYTES);
    }

    /** The same for a file that may be longer, or must be shorter. */
    public static byte[] read(Path file, int mostBytes) throws UnusableFileException {
        try {
            if (Files.isDirectory(file)) {
                throw new UnusableFileException("cannot be read: it is a directory");
            }
            // What blocks its reader for ever, such as a pipe, is none.
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new UnusableFileException("is not a regular file");
            }
            try (InputStream stream = Files.newInputStream(file)) {
                byte[] content = stream.readNBytes(mostBytes + 1);
                if (content.length > mostBytes) {
                    throw new UnusableFileException("is longer than " + mostBytes + " bytes");
                }
                return content;
            }
        } catch (NoSuchFileException missing) {
            throw new UnusableFileException("cannot be read: there is no such file");
        } catch (AccessDeniedException denied) {
            throw new UnusableFileException(
                    "cannot be read: its permissions do not allow it to the user of this process");
        } catch (IOException unreadable) {
            throw new UnusableFileException(
                    "cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
    }

    private static final class OneFile {

        private final Path file;
        private final Content content;
        private final Counter alarm;
        private boolean unusable;

        OneFile(Path file, Content content, Counter alarm) {
            this.file = file;
            this.content = content;
            this.alarm = alarm;
        }

        synchronized void reload() {
            try {
                boolean changed = content.use(read(file));
                if (changed || unusable) {
                    unusable = false;
                    content.reloaded(changed);
                }
            } catch (UnusableFileException wrong) {
                boolean first = !unusable;
                unusable = true;
                if (first) {
                    alarm.increment();
                }
                content.unusable(wrong.getMessage(), first);
            } catch (RuntimeException fault) {
                // One file must not keep the others from being read.
                LOG.errorf(fault, "A file of secrets was not read again");
            }
        }
    }
}
