package dev.rampgate.backoffice;

import dev.rampgate.backoffice.TransactionSearch.Page;
import dev.rampgate.database.ShareFullException;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.wire.CsvLine;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Streams all transactions that match, by one short statement after the other. */
@ApplicationScoped
class TransactionExport {

    /** Rows of one statement; with the largest metadata, about 2 MB. */
    private static final int ROWS = 250;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;

    private final TransactionSearch search;
    private final StreamedAnswers answers;

    TransactionExport(TransactionSearch search, StreamedAnswers answers) {
        this.search = search;
        this.answers = answers;
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

        private String extension() {
            return name().toLowerCase(Locale.ROOT);
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
        AtomicReference<SearchCursor> next = new AtomicReference<>(SearchCursor.start(filter));
        Multi<String> lines = Multi.createBy()
                .repeating()
                .uni(() -> page(filter, next.get())
                        .invoke(page -> next.set(page.next().orElse(null))))
                .whilst(page -> page.next().isPresent())
                .map(page -> page.transactions().stream().map(format::line).collect(Collectors.joining()));
        AtomicBoolean begun = new AtomicBoolean();
        return answers.stream(
                call,
                format.mediaType,
                Optional.of("transactions." + format.extension()),
                lines.map(text -> begun.getAndSet(true) ? text : format.header() + text));
    }

    /** A database that is busy for a moment ends no export. */
    private Uni<Page> page(SearchFilter filter, SearchCursor after) {
        return search.page(filter, after, ROWS)
                .onFailure(ShareFullException.class)
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .atMost(ATTEMPTS);
    }
}
