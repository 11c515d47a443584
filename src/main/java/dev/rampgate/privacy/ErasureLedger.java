package dev.rampgate.privacy;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.telemetry.Alarms;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The erasure ledger: files outside the database, to which each erasure is added before it is acknowledged (decision 79). A process adds to a file of
 * its own, which it begins with its first erasure, so that replicas never write to the same one. After a write that failed it begins another: a
 * torn line is always the last of its file.
 */
@Singleton
public class ErasureLedger {

    private static final Logger LOG = Logger.getLogger(ErasureLedger.class);

    static final String SETTING = "rampgate.privacy.erasure-ledger.directory";

    /** A disk that is slower counts as failing. */
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(10);

    /** Most erasures that wait for the disk; more fail at once. */
    private static final int MOST_WAITING = 100;

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Optional<Path> directory;
    private final Optional<Path> keysFile;
    private final ErasureKeys keys;
    private final String command;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Counter alarm;
    private final ThrottledLog faults;
    private final ThreadPoolExecutor writer;

    // Guarded by this.
    private Path file;
    private long end;
    private final TreeMap<Long, Boolean> unfinished = new TreeMap<>();

    @Inject
    ErasureLedger(
            ErasureLedgerSettings settings,
            @ConfigProperty(name = DatabaseSettings.COMMAND, defaultValue = DatabaseSettings.SERVE) String command,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this(
                settings.directory().filter(text -> !text.isBlank()).map(Path::of),
                settings.keysFile().filter(text -> !text.isBlank()).map(Path::of),
                command,
                clock,
                random,
                meters);
    }

    ErasureLedger(
            Optional<Path> directory,
            Optional<Path> keysFile,
            String command,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry meters) {
        this.directory = directory;
        this.keysFile = keysFile;
        this.command = command;
        this.clock = clock;
        this.random = random;
        this.alarm = Alarms.of("erasure_ledger", meters);
        this.faults = new ThrottledLog(LOG, clock);
        // One thread, which ends when it is idle: a disk that hangs holds up erasures alone.
        this.writer =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "erasure-ledger");
                    thread.setDaemon(true);
                    return thread;
                });
        writer.allowCoreThreadTimeOut(true);
        this.keys = isOn() ? ErasureKeysFile.read(keysFile.orElseThrow()) : ErasureKeys.NONE;
    }

    /** For all that asks whether a user was erased. */
    @Produces
    @Singleton
    ErasureKeys keys() {
        return keys;
    }

    /** Whether the settings name a directory. */
    public boolean isOn() {
        if (directory.isPresent() != keysFile.isPresent()) {
            throw new ConfigurationException(
                    SETTING + " and " + ErasureKeysFile.SETTING + " need each other: set both, or none");
        }
        return directory.isPresent();
    }

    /** To read what there is. Only while it {@link #isOn() is on}. */
    ErasureLedgerFiles files() {
        return new ErasureLedgerFiles(directory.orElseThrow(), keys);
    }

    /** Refuses the start with a ledger that cannot be used; before a port is open. */
    void onStart(@Observes StartupEvent start) {
        if (isOn() && (command.equals(DatabaseSettings.SERVE) || command.equals(DatabaseSettings.APPLY_ERASURES))) {
            check();
        }
    }

    /** @throws ConfigurationException if the ledger cannot be used; the message says what to do */
    void check() {
        Path folder = directory.orElseThrow();
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new ConfigurationException(
                    SETTING + " is " + folder
                            + ", which is not a directory that Rampgate may write to. Mount the volume of the erasure ledger there.");
        }
        try {
            LOG.infof("The erasure ledger has %d lines", files().verify());
        } catch (ErasureLedgerFiles.DamagedException damaged) {
            throw new ConfigurationException(damaged.getMessage());
        } catch (UncheckedIOException unreadable) {
            throw new ConfigurationException(SETTING + ": the erasure ledger in " + folder + " cannot be read ("
                    + unreadable.getCause().getClass().getSimpleName() + ")");
        }
    }

    /** Raises the alarm of the erasure ledger. */
    void alarm(String message) {
        alarm.increment();
        faults.error("Erasure ledger: %s", message);
    }

    // --- writing

    /** An erasure that is on the disk: in which file, and where its line ends. */
    record Receipt(String file, long end) {}

    /** Why an erasure is not in the ledger, and must not be acknowledged. */
    public static final class NotWrittenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotWrittenException(Throwable cause) {
            super("the erasure ledger could not be written", cause, false, false);
        }
    }

    /** Adds an erasure. It is on the disk when this completes. Fails with {@link NotWrittenException}. */
    Uni<Receipt> add(String userId, Instant erasedAt) {
        ErasureLine line = new ErasureLine(erasedAt, keys.newest(userId));
        Context caller = Vertx.currentContext();
        Uni<Receipt> written = Uni.createFrom()
                .item(() -> write(line.encode()))
                .runSubscriptionOn(writer)
                .ifNoItem()
                .after(WRITE_LIMIT)
                .fail()
                .onFailure()
                .invoke(failure -> alarm("an erasure was refused, since it could not be written ("
                        + rootCause(failure).getClass().getSimpleName() + "); check the volume of " + SETTING))
                .onFailure()
                .transform(NotWrittenException::new);
        return caller == null ? written : written.emitOn(task -> caller.runOnContext(here -> task.run()));
    }

    private static Throwable rootCause(Throwable failure) {
        return failure.getCause() == null ? failure : rootCause(failure.getCause());
    }

    private synchronized Receipt write(byte[] line) {
        if (file != null) {
            try {
                return write(line, StandardOpenOption.WRITE);
            } catch (IOException failed) {
                // What was written may be torn, or this store may not add to files that exist.
                forgetFile();
            }
        }
        try {
            file = directory.orElseThrow().resolve(name());
            return write(line, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException failed) {
            forgetFile();
            throw new UncheckedIOException(failed);
        }
    }

    private Receipt write(byte[] line, StandardOpenOption... options) throws IOException {
        try (FileChannel channel = FileChannel.open(file, options)) {
            if (channel.size() != end) {
                throw new IOException("another process has written to this file");
            }
            ByteBuffer rest = ByteBuffer.wrap(line);
            channel.position(end);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        if (end == 0) {
            forceDirectory();
        }
        end += line.length;
        unfinished.put(end, false);
        return new Receipt(file.getFileName().toString(), end);
    }

    /** A new file's name must survive, too. Not every mounted store can do that, and those that cannot keep it otherwise. */
    private void forceDirectory() {
        try (FileChannel folder = FileChannel.open(directory.orElseThrow(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException notSupported) {
            LOG.debugf("The directory of the erasure ledger cannot be forced");
        }
    }

    private String name() {
        return ErasureLedgerFiles.PREFIX
                + NAME.format(clock.instant())
                + "-"
                + String.format("%016x", random.nextLong())
                + ErasureLedgerFiles.SUFFIX;
    }

    private void forgetFile() {
        file = null;
        end = 0;
        unfinished.clear();
    }

    /**
     * An erasure is done in the database.
     *
     * @return up to where all erasures of its file are; empty if one before it is not
     */
    synchronized OptionalLong done(Receipt receipt) {
        if (!isCurrent(receipt)) {
            return OptionalLong.empty();
        }
        unfinished.put(receipt.end(), true);
        OptionalLong upTo = OptionalLong.empty();
        while (!unfinished.isEmpty() && unfinished.firstEntry().getValue()) {
            upTo = OptionalLong.of(unfinished.pollFirstEntry().getKey());
        }
        return upTo;
    }

    /** An erasure failed in the database. Its file is left at that: the next start finds it there and does the rest. */
    synchronized void failed(Receipt receipt) {
        if (isCurrent(receipt)) {
            forgetFile();
        }
    }

    private boolean isCurrent(Receipt receipt) {
        return file != null && file.getFileName().toString().equals(receipt.file());
    }
}
