package dev.rampgate.backoffice;

import dev.rampgate.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Streams all transactions that match, by one short statement after the other. */
@ApplicationScoped
class TransactionExport {

    /** Rows of one statement; with the largest metadata, about 2 MB. */
    private static final int ROWS = 250;

    private final TransactionSearch search;
    private final StreamedAnswers answers;

    TransactionExport(TransactionSearch search, StreamedAnswers answers) {
        this.search = search;
        this.answers = answers;
    }

    /**
     * Writes the export as the answer of a call; completes at its end, and stops when it is cancelled.
     *
     * @throws ProblemException 429 if too many stream already
     */
    Uni<OperatorAnswer> stream(OperatorCall call, SearchFilter filter, ExportFormat format) {
        AtomicReference<SearchCursor> next = new AtomicReference<>(SearchCursor.start(filter));
        Multi<String> lines = Multi.createBy()
                .repeating()
                .uni(() -> ExportPages.patiently(search.page(filter, next.get(), ROWS))
                        .invoke(page -> next.set(page.next().orElse(null))))
                .whilst(page -> page.next().isPresent())
                .map(page -> page.transactions().stream()
                        .map(transaction -> format.line(transaction, TransactionJson.FIELDS))
                        .collect(Collectors.joining()));
        AtomicBoolean begun = new AtomicBoolean();
        return answers.stream(
                call,
                format.mediaType(),
                Optional.of("transactions." + format.extension()),
                lines.map(text -> begun.getAndSet(true) ? text : format.header(TransactionJson.FIELDS) + text));
    }
}
