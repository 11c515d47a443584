package dev.rampgate.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.privacy.ErasureLedger.Receipt;
import dev.rampgate.privacy.ErasureLedgerFiles.DamagedException;
import dev.rampgate.privacy.ErasureLedgerFiles.Lines;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of the erasure ledger: what is written, and what is read from files that a crash or a person has damaged. */
class ErasureLedgerTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-10-31T23:59:59.123456Z");
    private static final String OLD = "2026a erasure-key-canary-0001-0123456789abcdef\n";
    private static final String NEW = "2026b erasure-key-canary-0002-0123456789abcdef\n";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SplittableRandom random = new SplittableRandom(1);

    @TempDir
    Path parent;

    private Path directory;
    private Path keysFile;

    @BeforeEach
    void anEmptyLedger() throws IOException {
        directory = Files.createDirectory(parent.resolve("ledger"));
        keysFile = Files.writeString(parent.resolve("keys"), NEW + OLD);
    }

    @Test
    void anErasureIsALineThatHoldsTheTimeAndTheKeysIdAndNothingOfTheUser() throws IOException {
        ErasureLedger ledger = ledger();
        Receipt first = add(ledger, "cust-8841");
        Receipt second = add(ledger, "cust-8842");

        assertThat(files()).hasSize(1);
        String text = Files.readString(files().get(0));
        assertThat(text).doesNotContain("8841").startsWith("v1 2026b " + NOW + " ");
        assertThat(text.lines()).hasSize(2).doesNotHaveDuplicates();
        assertThat(second.end()).isEqualTo(text.length()).isEqualTo(2 * first.end());
        assertThat(read(0).lines())
                .extracting(line -> line.user().mark())
                .containsExactly(
                        ledger.keys().newest("cust-8841").mark(),
                        ledger.keys().newest("cust-8842").mark());
        assertThat(read(first.end()).lines()).hasSize(1);
        assertThat(ledger.files().verify()).isEqualTo(2);
    }

    @Test
    void linesOfAnOldKeyAreReadAsLongAsTheKeyIsThereAndRefuseTheStartWithoutIt() throws IOException {
        Files.writeString(keysFile, OLD);
        add(ledger(), "cust-8841");
        Files.writeString(keysFile, NEW + OLD);
        ErasureLedger rotated = ledger();
        add(rotated, "cust-8841");

        assertThat(rotated.files().verify()).isEqualTo(2);
        assertThat(rotated.keys().marks("cust-8841"))
                .extracting(mark -> mark.keyId())
                .containsExactly("2026b", "2026a");
        rotated.check();
        Files.writeString(keysFile, NEW);
        assertThatThrownBy(() -> ledger().check())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("2026a")
                .hasMessageContaining("keys-file");
    }

    @Test
    void aTornLastLineIsLeftOutAndADamagedOneBeforeOthersRefusesTheStart() throws IOException {
        ErasureLedger ledger = ledger();
        Receipt first = add(ledger, "cust-1");
        add(ledger, "cust-2");
        byte[] whole = Files.readAllBytes(files().get(0));
        for (int length = (int) first.end() + 1; length < whole.length; length += 7) {
            Files.write(files().get(0), java.util.Arrays.copyOf(whole, length));
            assertThat(read(0)).satisfies(lines -> {
                assertThat(lines.isTorn()).isTrue();
                assertThat(lines.lines()).hasSize(1);
                assertThat(lines.end()).isEqualTo(first.end());
            });
        }
        // What some file systems leave of a write that was cut off, and a line that is whole and wrong.
        for (byte[] rest : List.of(new byte[70_000], "v1 2026b nonsense\n".getBytes(StandardCharsets.US_ASCII))) {
            Files.write(files().get(0), java.util.Arrays.copyOf(whole, (int) first.end()));
            Files.write(files().get(0), rest, StandardOpenOption.APPEND);
            assertThat(read(0).isTorn()).isTrue();
            ledger.check();
        }
        byte[] changed = whole.clone();
        changed[40] ^= 1;
        Files.write(files().get(0), changed);

        assertThatThrownBy(() -> read(0)).isInstanceOf(DamagedException.class);
        assertThatThrownBy(ledger::check)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(files().get(0).getFileName().toString())
                .hasMessageContaining("line 1");
    }

    @Test
    void afterAWriteThatFailedAnotherFileIsBegunSoThatATornLineStaysTheLast() throws IOException {
        ErasureLedger ledger = ledger();
        add(ledger, "cust-1");
        Path moved = Files.move(directory, parent.resolve("away"));
        assertThatThrownBy(() -> add(ledger, "cust-2")).isInstanceOf(ErasureLedger.NotWrittenException.class);
        assertThat(meters.counter("rampgate.alarms", "alarm", "erasure_ledger").count())
                .isEqualTo(1);
        Files.move(moved, directory);

        add(ledger, "cust-2");

        assertThat(files()).hasSize(2);
        assertThat(ledger.files().verify()).isEqualTo(2);
        Files.writeString(files().get(1), "by another hand\n", StandardOpenOption.APPEND);
        add(ledger, "cust-3");
        assertThat(files()).hasSize(3);
    }

    @Test
    void theDatabaseIsAsFarAsAllErasuresBeforeAreDone() {
        ErasureLedger ledger = ledger();
        Receipt first = add(ledger, "cust-1");
        Receipt second = add(ledger, "cust-2");
        Receipt third = add(ledger, "cust-3");

        assertThat(ledger.done(second)).isEqualTo(OptionalLong.empty());
        assertThat(ledger.done(first)).hasValue(second.end());
        ledger.failed(third);
        Receipt fourth = add(ledger, "cust-4");

        assertThat(fourth.file()).isNotEqualTo(third.file());
        assertThat(ledger.done(fourth)).hasValue(fourth.end());
        assertThat(ledger.done(third)).isEqualTo(OptionalLong.empty());
    }

    @Test
    void wrongSettingsRefuseTheStartAndShowNoSecret() throws IOException {
        assertThatThrownBy(() -> ledger(Optional.of(directory), Optional.empty()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("need each other");
        assertThatThrownBy(() -> ledger(Optional.of(parent.resolve("none")), Optional.of(keysFile))
                        .check())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Mount the volume");
        for (String wrong :
                List.of("", "a short-canary\n", NEW + NEW, "Upper " + NEW.substring(6), "canary-without-id\n")) {
            Files.writeString(keysFile, wrong);
            assertThatThrownBy(this::ledger)
                    .as(wrong)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("rampgate.privacy.erasure-ledger.keys-file")
                    .hasMessageNotContaining("canary");
        }
        Files.delete(keysFile);
        assertThatThrownBy(this::ledger).isInstanceOf(ConfigurationException.class);
    }

    private ErasureLedger ledger() {
        return ledger(Optional.of(directory), Optional.of(keysFile));
    }

    private ErasureLedger ledger(Optional<Path> folder, Optional<Path> keys) {
        return new ErasureLedger(folder, keys, DatabaseSettings.SERVE, InstantSource.fixed(NOW), random, meters);
    }

    private static Receipt add(ErasureLedger ledger, String userId) {
        return ledger.add(userId, NOW).await().atMost(LIMIT);
    }

    private Lines read(long from) {
        return ledger().files().read(files().get(0).getFileName().toString(), from, 1_000);
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted(java.util.Comparator.comparing(file -> {
                        try {
                            return Files.getLastModifiedTime(file);
                        } catch (IOException gone) {
                            throw new java.io.UncheckedIOException(gone);
                        }
                    }))
                    .toList();
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }
}
