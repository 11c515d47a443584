package dev.rampgate.books.imports;

import dev.rampgate.books.imports.ImportStore.Duplicate;
import dev.rampgate.books.imports.Mistakes.Mistake;
import dev.rampgate.books.imports.StatementImport.Scope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Receives a statement from a stream of bytes, which it pauses while rows are written, so that a file of any size needs the memory of one
 * piece. Either all rows are imported or none.
 */
@ApplicationScoped
public class StatementUpload {

    /** Rows of one statement of SQL. */
    private static final int ROWS_AT_ONCE = 1_000;

    private final ImportStore store;
    private final ImportSettings settings;
    private final Counter imported;
    private final Counter refused;

    StatementUpload(ImportStore store, ImportSettings settings, MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.imported = counter("imported", meters);
        this.refused = counter("refused", meters);
    }

    private static Counter counter(String result, MeterRegistry meters) {
        return Counter.builder("rampgate.books.imports")
                .description("Statements that were uploaded, by whether they were imported or refused")
                .tag("result", result)
                .register(meters);
    }

    /** Why a statement was not imported. */
    public enum Refusal {
        /** Another one is received or compared. */
        BUSY,
        /** It has more bytes than allowed. */
        TOO_LARGE,
        /** It has mistakes. */
        MISTAKES,
        /** Its upload took so long that it was given up. */
        GIVEN_UP
    }

    /**
     * Where a mistake is and what is expected there; without what was there, which may be personal.
     *
     * @param place such as {@code line 7: fiat_amount}
     * @param text such as {@code must be a plain decimal}
     */
    public record Finding(String place, String text) {}

    /**
     * What became of an upload.
     *
     * @param statement the import; null if it was refused
     * @param refusal why not; null if it was imported
     * @param findings the first mistakes
     */
    public record Result(StatementImport statement, Refusal refusal, List<Finding> findings) {

        private static Result of(Refusal refusal) {
            return new Result(null, refusal, List.of());
        }
    }

    /** Most bytes of one statement. */
    public long maxBytes() {
        return settings.maxBytes();
    }

    /** Most mistakes that a refusal names. */
    public static int mostNamed() {
        return Mistakes.MOST_NAMED;
    }

    /** How long an upload may take. */
    public Duration deadline() {
        return settings.deadline();
    }

    /**
     * Receives a statement.
     *
     * @param stream the bytes, paused; it is read on its own event loop. After a refusal it may not be at its end.
     * @param scope asked for when the bytes are there; if it throws, nothing is imported
     * @return fails as the stream, the scope or the database fails; then nothing is imported
     */
    public Uni<Result> receive(ReadStream<Buffer> stream, String actor, Supplier<Scope> scope) {
        return store.begin(actor)
                .chain(begun -> begun.isEmpty()
                        ? Uni.createFrom().item(Result.of(Refusal.BUSY))
                        : receive(begun.get(), stream, scope)
                                .onFailure()
                                .call(() ->
                                        store.discard(begun.get()).onFailure().recoverWithNull())
                                .invoke(result -> (result.refusal() == null ? imported : refused).increment()));
    }

    private Uni<Result> receive(long importId, ReadStream<Buffer> stream, Supplier<Scope> scope) {
        Receiving receiving = new Receiving(importId, stream);
        return Uni.createFrom()
                .<Refusal>emitter(receiving::start)
                .chain(refusal ->
                        refusal == Refusal.TOO_LARGE ? receiving.refuse(refusal) : receiving.end(refusal, scope.get()));
    }

    /** One upload. Its stream is paused whenever it waits for the database. */
    private final class Receiving {

        private final long importId;
        private final ReadStream<Buffer> stream;
        private final StatementParser reader = new StatementParser();
        private final MessageDigest digest = sha256();
        private final List<Mistake> duplicates = new ArrayList<>();
        private boolean spoiled;
        private long bytes;
        private long rows;

        Receiving(long importId, ReadStream<Buffer> stream) {
            this.importId = importId;
            this.stream = stream;
        }

        void start(UniEmitter<? super Refusal> emitter) {
            stream.exceptionHandler(emitter::fail);
            stream.handler(piece -> {
                stream.pause();
                bytes += piece.length();
                if (bytes > settings.maxBytes()) {
                    emitter.complete(Refusal.TOO_LARGE);
                    return;
                }
                digest.update(piece.getBytes());
                reader.read(piece.getBytes());
                write().subscribe().with(written -> stream.resume(), emitter::fail);
            });
            stream.endHandler(ended -> {
                reader.end();
                write().subscribe()
                        .with(written -> emitter.complete(hasMistakes() ? Refusal.MISTAKES : null), emitter::fail);
            });
            stream.resume();
        }

        private boolean hasMistakes() {
            return !reader.mistakes().isEmpty() || !duplicates.isEmpty();
        }

        /** After a piece with a mistake nothing is written: it is read on to name the others. */
        private Uni<Void> write() {
            List<ImportedRow> read = reader.takeRows();
            if (spoiled || read.isEmpty()) {
                return Uni.createFrom().voidItem();
            }
            spoiled = hasMistakes();
            rows += read.size();
            Uni<Void> written = Uni.createFrom().voidItem();
            for (int start = 0; start < read.size(); start += ROWS_AT_ONCE) {
                List<ImportedRow> part = read.subList(start, Math.min(start + ROWS_AT_ONCE, read.size()));
                written = written.chain(() -> store.add(importId, part))
                        .invoke(this::note)
                        .replaceWithVoid();
            }
            return written;
        }

        private void note(List<Duplicate> found) {
            found.stream()
                    .limit(Math.max(0, Mistakes.MOST_NAMED - duplicates.size()))
                    .map(duplicate -> new Mistake(duplicate.line(), "id", "is already in line " + duplicate.first()))
                    .forEach(duplicates::add);
            spoiled |= !duplicates.isEmpty();
        }

        Uni<Result> refuse(Refusal refusal) {
            return store.discard(importId).replaceWith(new Result(null, refusal, findings()));
        }

        Uni<Result> end(Refusal refusal, Scope scope) {
            return refusal != null
                    ? refuse(refusal)
                    : store.received(
                                    importId, scope, rows, bytes, HexFormat.of().formatHex(digest.digest()))
                            .map(received -> received.map(statement -> new Result(statement, null, List.of()))
                                    .orElseGet(() -> Result.of(Refusal.GIVEN_UP)));
        }

        private List<Finding> findings() {
            return Stream.concat(duplicates.stream(), reader.mistakes().named().stream())
                    .sorted(Comparator.comparing(Mistake::line))
                    .limit(Mistakes.MOST_NAMED)
                    .map(mistake -> new Finding(mistake.place(), mistake.text()))
                    .toList();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
