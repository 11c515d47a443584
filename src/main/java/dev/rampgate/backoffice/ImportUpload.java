package dev.rampgate.backoffice;

import dev.rampgate.books.imports.StatementImport;
import dev.rampgate.books.imports.StatementImport.Scope;
import dev.rampgate.books.imports.StatementUpload;
import dev.rampgate.books.imports.StatementUpload.Result;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Receives an uploaded statement for the service API and for the console, and says by a problem why one is refused. */
@ApplicationScoped
public class ImportUpload {

    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /** More of a form than its file. */
    private static final int FIELDS = 16 * 1024;

    private final StatementUpload upload;

    ImportUpload(StatementUpload upload) {
        this.upload = upload;
    }

    /**
     * Receives a statement.
     *
     * @param stream of the request, paused
     * @param scope asked for when the bytes are there
     * @return the import; fails with {@link ProblemException} if it is refused, and as the stream, the scope or the database fails
     */
    public Uni<StatementImport> receive(
            HttpServerRequest request, ReadStream<Buffer> stream, Actor actor, Supplier<Scope> scope) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
            throw new ProblemException(
                    Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The file must not be compressed: unpack it first"));
        }
        if (isTooLong(request.getHeader("Content-Length"))) {
            throw tooLarge();
        }
        return upload.receive(stream, actor.name(), scope)
                .ifNoItem()
                .after(upload.deadline())
                .failWith(() -> new ProblemException(Problem.of(ProblemType.REQUEST_TIMEOUT)))
                .map(this::imported);
    }

    /** Before a byte of it was sent, if the client waits for our consent. */
    private boolean isTooLong(String length) {
        return length != null
                && LENGTH.matcher(length).matches()
                && AsciiNumber.toLong(length) > upload.maxBytes() + FIELDS;
    }

    private ProblemException tooLarge() {
        return new ProblemException(Problem.of(
                ProblemType.BODY_TOO_LARGE,
                "A statement may have " + upload.maxBytes() + " bytes (rampgate.books.imports.max-bytes)."
                        + " Nothing of it was imported"));
    }

    private StatementImport imported(Result result) {
        if (result.refusal() == null) {
            return result.statement();
        }
        throw switch (result.refusal()) {
            case BUSY ->
                new ProblemException(
                        Problem.of(ProblemType.CONFLICT, "Another statement is imported: wait until it is compared")
                                .withRetryAfter(TRY_AGAIN));
            case TOO_LARGE -> tooLarge();
            case GIVEN_UP ->
                new ProblemException(Problem.of(ProblemType.CONFLICT, "The upload took too long: upload it again"));
            case MISTAKES ->
                new ProblemException(Problem.of(ProblemType.INVALID_REQUEST, detail(result))
                        .withErrors(result.findings().stream()
                                .map(finding -> new FieldError(finding.place(), finding.text()))
                                .toList()));
        };
    }

    private static String detail(Result result) {
        boolean mayHaveMore = result.findings().size() == StatementUpload.mostNamed();
        return "Nothing of the statement was imported"
                + (mayHaveMore ? ". These are its first " + StatementUpload.mostNamed() + " mistakes" : "");
    }
}
