package dev.rampgate.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What one process takes while it runs: memory, file descriptors and threads, as Linux counts them, every few seconds. */
final class Vitals implements AutoCloseable {

    private static final int INTERVAL_SECONDS = 2;
    private static final int LEAST_SAMPLES = 10;
    private static final Duration OLDEST = Duration.ofMinutes(1);
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern TOTAL = Pattern.compile("Total +\\d+ +(\\d+)");

    private final long pid;
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
    private final List<Sample> samples = new ArrayList<>();
    private Instant sampledAt = Instant.MIN;

    /** @param resident bytes of memory that are really used */
    record Sample(long resident, long descriptors, long threads) {}

    Vitals(long pid) {
        this.pid = pid;
        clockwork.scheduleAtFixedRate(this::sample, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private void sample() {
        try {
            Path process = Path.of("/proc", Long.toString(pid));
            Matcher resident = RESIDENT.matcher(Files.readString(process.resolve("status")));
            add(new Sample(
                    resident.find() ? Long.parseLong(resident.group(1)) * 1024 : 0,
                    count(process.resolve("fd")),
                    count(process.resolve("task"))));
        } catch (IOException | UncheckedIOException notThisTime) {
            // A file may be closed while the folder is read. The next sample will do; without it, the schedule would
            // end.
        }
    }

    private synchronized void add(Sample sample) {
        samples.add(sample);
        sampledAt = Instant.now();
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }

    /** The median of each fifth of the time. Fails if there are not enough samples to say so, up to now. */
    synchronized List<Long> byFifths(ToLongFunction<Sample> figure) {
        assertThat(samples).as("samples of process %d", pid).hasSizeGreaterThanOrEqualTo(LEAST_SAMPLES);
        assertThat(Duration.between(sampledAt, Instant.now()))
                .as("since the last sample of process %d", pid)
                .isLessThan(OLDEST);
        List<Long> medians = new ArrayList<>();
        for (int fifth = 0; fifth < 5; fifth++) {
            List<Long> values = samples.subList(samples.size() * fifth / 5, samples.size() * (fifth + 1) / 5).stream()
                    .map(figure::applyAsLong)
                    .sorted()
                    .toList();
            medians.add(values.get(values.size() / 2));
        }
        return medians;
    }

    /** Bytes that live objects take, after a full collection; 0 of a native executable. */
    static long liveHeap(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process histogram = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher total = TOTAL.matcher(printed);
            return total.find() ? Long.parseLong(total.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        clockwork.shutdownNow();
    }
}
