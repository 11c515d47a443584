package dev.rampgate.secretfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedFilesTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path mounted;

    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ReloadedFiles files = new ReloadedFiles("made_up", VERTX, meters);
    private Path file;

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void mount() throws IOException {
        file = Files.writeString(mounted.resolve("secret"), "one");
        files.add(file, new Words("one"));
    }

    @Test
    void aFileThatDidNotChangeChangesNothing() {
        reload();
        reload();

        assertThat(happened).isEmpty();
    }

    @Test
    void whatAFileHoldsNowIsUsed() throws IOException {
        Files.writeString(file, "two");
        reload();

        assertThat(happened).containsExactly("uses two", "changed");
    }

    @Test
    void aFileThatCannotBeUsedIsReportedUntilItCanBeUsedAgain() throws IOException {
        Files.writeString(file, "");
        reload();
        Files.delete(file);
        reload();
        Files.writeString(file, "x".repeat(ReloadedFiles.MOST_BYTES + 1));
        reload();
        Files.writeString(file, "one");
        reload();

        assertThat(happened)
                .containsExactly(
                        "first: is empty",
                        "again: cannot be read: there is no such file",
                        "again: is longer than 16384 bytes",
                        "usable again");
        assertThat(meters.get("rampgate.alarms")
                        .tag("alarm", "made_up")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whatIsNoFileIsNotRead() {
        assertThatThrownBy(() -> ReloadedFiles.read(mounted))
                .isInstanceOf(UnusableFileException.class)
                .hasMessage("cannot be read: it is a directory");
    }

    @Test
    void aFileBehindALinkIsReadAsKubernetesMountsIt() throws Exception {
        Path link = Files.createSymbolicLink(mounted.resolve("link"), file);

        assertThat(ReloadedFiles.read(link)).asString(StandardCharsets.UTF_8).isEqualTo("one");
    }

    @Test
    void aFaultInOneFileDoesNotKeepTheOthersFromBeingRead() throws IOException {
        ReloadedFiles two = new ReloadedFiles("made_up", VERTX, meters);
        two.add(file, new Words("one") {
            @Override
            public boolean use(byte[] content) {
                throw new IllegalStateException("planted");
            }
        });
        two.add(Files.writeString(mounted.resolve("other"), "two"), new Words("one"));
        join(two.reload());

        assertThat(happened).containsExactly("uses two", "changed");
    }

    @Test
    void oneReadingIsInFlightAtATimeAndNoneOnAnEventLoop() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        List<Boolean> onEventLoop = new CopyOnWriteArrayList<>();
        ReloadedFiles slow = new ReloadedFiles("made_up", VERTX, meters);
        slow.add(file, new Words("one") {
            @Override
            public boolean use(byte[] content) {
                begun.incrementAndGet();
                onEventLoop.add(Context.isOnEventLoopThread());
                try {
                    return !goOn.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
                } catch (InterruptedException ended) {
                    throw new IllegalStateException(ended);
                }
            }
        });
        Future<Void> first = slow.reload();
        await().atMost(LIMIT).until(() -> begun.get() == 1);
        Future<Void> second = slow.reload();
        goOn.countDown();
        join(first);
        join(second);

        assertThat(begun).hasValue(1);
        join(slow.reload());
        assertThat(begun).hasValue(2);
        assertThat(onEventLoop).containsOnly(false);
    }

    @Test
    void filesAreReadAgainAtTheirInterval() throws IOException {
        files.start(Duration.ofMillis(5));
        try {
            Files.writeString(file, "two");
            await().atMost(LIMIT).until(() -> happened.contains("changed"));
        } finally {
            files.stop();
        }
    }

    private void reload() {
        join(files.reload());
    }

    private static void join(Future<Void> reading) {
        reading.toCompletionStage().toCompletableFuture().join();
    }

    /** Uses what is not empty. */
    private class Words implements ReloadedFiles.Content {

        private String used;

        Words(String used) {
            this.used = used;
        }

        @Override
        public boolean use(byte[] content) throws UnusableFileException {
            String text = new String(content, StandardCharsets.UTF_8);
            if (text.isEmpty()) {
                throw new UnusableFileException("is empty");
            }
            if (text.equals(used)) {
                return false;
            }
            used = text;
            happened.add("uses " + text);
            return true;
        }

        @Override
        public void reloaded(boolean changed) {
            happened.add(changed ? "changed" : "usable again");
        }

        @Override
        public void unusable(String problem, boolean first) {
            happened.add((first ? "first: " : "again: ") + problem);
        }
    }
}
