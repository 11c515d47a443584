package dev.rampgate.privacy;

import dev.rampgate.reconcile.ErasureKeys;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Reads the files of the erasure ledger. Each file has one writer and is only ever added to, so that a write that was cut off can only be at the end of
 * a file. All methods block.
 */
final class ErasureLedgerFiles {

    static final String PREFIX = "erasures-";
    static final String SUFFIX = ".log";

    private static final int BUFFER = 64 * 1024;

    private final Path directory;
    private final ErasureKeys keys;

    ErasureLedgerFiles(Path directory, ErasureKeys keys) {
        this.directory = directory;
        this.keys = keys;
    }

    /** A ledger that must not be used as it is; the message says what to do. */
    static final class DamagedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Lines of one file, in their order.
     *
     * @param end where they end, in bytes from the beginning of the file; one reads on from there
     * @param isTorn whether the file's last line is damaged: a write that was cut off, of an erasure that was not acknowledged
     */
    record Lines(List<ErasureLine> lines, long end, boolean isTorn) {}

    /** The names of all files, in the order in which they were begun. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        Collections.sort(names);
        return names;
    }

    /** The size of a file, in bytes. */
    long size(String name) {
        try {
            return Files.size(directory.resolve(name));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Reads every line of every file.
     *
     * @return how many there are
     * @throws DamagedException if one is damaged that is not the last of its file, or names a key that there is not
     */
    long verify() {
        return names().stream().mapToLong(this::verify).sum();
    }

    private long verify(String name) {
        long count = 0;
        Lines lines = new Lines(List.of(), 0, false);
        do {
            lines = read(name, lines.end(), 1_000, count);
            count += lines.lines().size();
        } while (!lines.lines().isEmpty());
        return count;
    }

    /**
     * Up to so many lines from some byte on, where a line begins.
     *
     * @throws DamagedException if one is damaged that is not the last of the file, or names a key that there is not
     */
    Lines read(String name, long from, int most) {
        return read(name, from, most, -1);
    }

    private Lines read(String name, long from, int most, long linesBefore) {
        try (FileChannel file = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
            file.position(from);
            InputStream in = new BufferedInputStream(Channels.newInputStream(file), BUFFER);
            List<ErasureLine> lines = new ArrayList<>();
            byte[] line = new byte[ErasureLine.MOST_BYTES];
            long end = from;
            while (lines.size() < most) {
                int length = 0;
                int next = in.read();
                while (next >= 0 && next != '\n' && length < line.length) {
                    line[length++] = (byte) next;
                    next = in.read();
                }
                if (next < 0 && length == 0) {
                    break;
                }
                Optional<ErasureLine> parsed = next == '\n' ? ErasureLine.parse(line, length) : Optional.empty();
                if (parsed.isEmpty()) {
                    if (isLast(in, next)) {
                        return new Lines(lines, end, true);
                    }
                    throw damaged(name, linesBefore < 0 ? -1 : linesBefore + lines.size() + 1, end);
                }
                requireKey(parsed.get().user().keyId(), name);
                lines.add(parsed.get());
                end += length + 1;
            }
            return new Lines(lines, end, false);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Whether nothing but the rest of this line follows. */
    private static boolean isLast(InputStream in, int read) throws IOException {
        int next = read;
        while (next >= 0 && next != '\n') {
            next = in.read();
        }
        return next < 0 || in.read() < 0;
    }

    private static DamagedException damaged(String name, long line, long at) {
        return new DamagedException("The erasure ledger is damaged: " + name
                + (line < 0 ? "" : ", line " + line) + " (byte " + at
                + ") is not a line that Rampgate wrote, and lines follow it. Erased users could come back. Restore this file from a copy of"
                + " it, or remove the damaged line if you know whom it concerned and erase that user again.");
    }

    private void requireKey(String keyId, String name) {
        if (!keys.has(keyId)) {
            throw new DamagedException(
                    "The erasure ledger has lines of key " + keyId + " (" + name
                            + "), which rampgate.privacy.erasure-ledger.keys-file does not have. Put the key back, below the newest.");
        }
    }
}
