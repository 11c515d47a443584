package dev.rampgate.backoffice;

import dev.rampgate.backoffice.audit.AuditStore;
import dev.rampgate.backoffice.audit.AuditStore.Filter;
import dev.rampgate.backoffice.audit.AuditStore.Page;
import dev.rampgate.backoffice.audit.AuditStore.Place;
import dev.rampgate.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Streams all entries of the audit that match, the newest first, by one short statement after the other. */
@ApplicationScoped
public class AuditExport {

    private final AuditStore store;
    private final StreamedAnswers answers;

    AuditExport(AuditStore store, StreamedAnswers answers) {
        this.store = store;
        this.answers = answers;
    }

    /**
     * Writes the export as the answer of a call; completes at its end, and stops when it is cancelled. Entries that are written meanwhile are not
     * in it.
     *
     * @throws ProblemException 429 if too many exports stream already
     */
    public Uni<OperatorAnswer> stream(OperatorCall call, Filter filter, ExportFormat format) {
        AtomicReference<Optional<Place>> next = new AtomicReference<>(Optional.empty());
        Multi<String> lines = Multi.createBy()
                .repeating()
                .uni(() -> ExportPages.patiently(store.part(filter, next.get())).invoke(page -> next.set(page.next())))
                .whilst(page -> page.next().isPresent())
                .map(page -> lines(page, format));
        AtomicBoolean begun = new AtomicBoolean();
        return answers.stream(
                call,
                format.mediaType(),
                Optional.of("audit." + format.extension()),
                lines.map(text -> begun.getAndSet(true) ? text : format.header(AuditJson.FIELDS) + text));
    }

    private static String lines(Page page, ExportFormat format) {
        return page.entries().stream()
                .map(entry -> format.line(AuditJson.of(entry), AuditJson.FIELDS))
                .collect(Collectors.joining());
    }
}
