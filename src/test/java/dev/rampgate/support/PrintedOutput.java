package dev.rampgate.support;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Copies what the tests of this process print into the file that {@code -Dprinted.file=} names, and leaves it on the console.
 * {@code PrintedSecretsIT} and {@code .ci/run} search these files. Surefire's reports do not have it all: in a run that repeats failed
 * tests they leave out what passing tests print, and its files of redirected output begin anew when a class is repeated.
 */
public final class PrintedOutput implements LauncherSessionListener {

    /** Set once this process copies, whichever class loader asks. */
    private static final String COPIES = "printed.copies";

    /** Where the output of this process is copied to; empty if nothing copies it, as in an IDE. */
    static Optional<Path> file() {
        return Optional.ofNullable(System.getProperty("printed.file")).map(Path::of);
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (file().isPresent() && System.getProperty(COPIES) == null) {
            System.setProperty(COPIES, "true");
            OutputStream copy = create(file().get());
            System.setOut(both(System.out, copy));
            System.setErr(both(System.err, copy));
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        System.out.flush();
        System.err.flush();
    }

    private static OutputStream create(Path file) {
        try {
            Files.createDirectories(file.getParent());
            return Files.newOutputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Buffered, so that a line with its end is written at once: other processes print on the same console. */
    private static PrintStream both(PrintStream console, OutputStream copy) {
        OutputStream both = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                console.write(one);
                copy.write(one);
            }

            @Override
            public void write(byte[] some, int offset, int length) throws IOException {
                console.write(some, offset, length);
                copy.write(some, offset, length);
            }

            @Override
            public void flush() {
                console.flush();
            }
        };
        return new PrintStream(new BufferedOutputStream(both), true);
    }
}
