package dev.rampgate.backoffice;

import dev.rampgate.backoffice.TransactionSearch.Page;
import dev.rampgate.database.ShareFullException;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * Streams all transactions that match, by one short statement after the other. The next one is sent when the client has read the
 * last one's rows, so that an export of any size needs the memory of one page. An export that fails on its way ends without the end of its
 * answer, which clients notice.
 */
@ApplicationScoped
class TransactionExport {

    /** Rows of one statement; with the largest metadata, about 2 MB. */
    private static final int ROWS = 250;

    /** Characters that are written at once: less than a connection may leave unread. */
    private static final int PIECE = 16 * 1024;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final TransactionSearch search;
    private final int most;
    private final AtomicInteger running = new AtomicInteger();

    TransactionExport(TransactionSearch search, OperatorSettings settings, MeterRegistry meters) {
        this.search = search;
        this.most = settings.maxExports();
        Gauge.builder("rampgate.operate.exports", running, AtomicInteger::get)
                .description("Exports of transactions that stream now")
                .register(meters);
    }

    /** How an export is written. */
    enum Format {
        /** One line a transaction, safe for spreadsheets. */
        CSV("text/csv; charset=utf-8; header=present"),
        /** One JSON object a line, exact. */
        NDJSON("application/x-ndjson");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        String extension() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        private String header() {
            return this == CSV ? CsvLine.header(TransactionJson.FIELDS) : "";
        }

        private String line(JsonObject transaction) {
            return this == CSV ? CsvLine.of(transaction, TransactionJson.FIELDS) : transaction.encode() + "\n";
        }
    }

    /**
     * Writes the export as the answer of a call; completes at its end, and stops when it is cancelled.
     *
     * @throws ProblemException 429 if too many stream already
     */
    Uni<OperatorAnswer> stream(OperatorCall call, SearchFilter filter, Format format) {
        if (running.incrementAndGet() > most) {
            running.decrementAndGet();
            throw new ProblemException(
                    Problem.of(ProblemType.TOO_MANY_REQUESTS, "So many exports stream at once: " + most)
                            .withRetryAfter(TRY_AGAIN));
        }
        HttpServerResponse response = call.routing().response();
        Context context = Vertx.currentContext();
        AtomicReference<SearchCursor> next = new AtomicReference<>(SearchCursor.start(filter));
        return Multi.createBy()
                .repeating()
                .uni(() -> page(filter, next.get())
                        .invoke(page -> next.set(page.next().orElse(null))))
                .whilst(page -> page.next().isPresent())
                .onItem()
                .transformToUniAndConcatenate(page -> on(context, () -> write(call, response, format, page)))
                .onItem()
                .ignoreAsUni()
                .chain(() -> on(context, () -> Uni.createFrom()
                        .completionStage(response.end().toCompletionStage())))
                .replaceWith(OperatorAnswer.WRITTEN)
                .onTermination()
                .invoke(running::decrementAndGet);
    }

    /** A database that is busy for a moment ends no export. */
    private Uni<Page> page(SearchFilter filter, SearchCursor after) {
        return search.page(filter, after, ROWS)
                .onFailure(ShareFullException.class)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .atMost(ATTEMPTS);
    }

    private static Uni<Void> write(OperatorCall call, HttpServerResponse response, Format format, Page page) {
        List<String> pieces = new ArrayList<>();
        if (!response.headWritten()) {
            begin(call, response, format);
            pieces.add(format.header());
        }
        StringBuilder piece = new StringBuilder();
        for (JsonObject transaction : page.transactions()) {
            piece.append(format.line(transaction));
            if (piece.length() >= PIECE) {
                pieces.add(piece.toString());
                piece.setLength(0);
            }
        }
        pieces.add(piece.toString());
        return Multi.createFrom()
                .iterable(pieces.stream().filter(text -> !text.isEmpty()).collect(Collectors.toList()))
                .onItem()
                .transformToUniAndConcatenate(text -> write(response, text))
                .onItem()
                .ignoreAsUni();
    }

    /** Completes when the client has read so much that more may be written. */
    private static Uni<Void> write(HttpServerResponse response, String text) {
        return Uni.createFrom().emitter(emitter -> {
            response.write(text).onFailure(emitter::fail);
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> emitter.complete(null));
            } else {
                emitter.complete(null);
            }
        });
    }

    private static void begin(OperatorCall call, HttpServerResponse response, Format format) {
        response.setChunked(true)
                .putHeader("Content-Type", format.mediaType)
                .putHeader("Content-Disposition", "attachment; filename=\"transactions." + format.extension() + "\"")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(RequestId.HEADER, call.requestId());
    }

    /** On the connection's event loop, which owns the response. */
    private static <T> Uni<T> on(Context context, java.util.function.Supplier<Uni<T>> work) {
        return Uni.createFrom()
                .deferred(work::get)
                .runSubscriptionOn(command -> context.runOnContext(here -> command.run()));
    }
}
