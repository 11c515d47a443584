package dev.rampgate.live;

import dev.rampgate.identity.CurrentCaller;
import dev.rampgate.identity.Tickets;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.Problem.FieldError;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.Misspelling;
import dev.rampgate.wire.PrintableText;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** A user's own transactions. Those of other users look as if they did not exist. */
@Path("/transactions")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
public class TransactionResource {

    private static final Set<String> PARAMETERS = Set.of("cursor", "limit", "reference");

    private final TransactionReader reader;
    private final PollOnRead pollOnRead;
    private final Tickets tickets;
    private final EventJson json;
    private final CurrentCaller current;
    private final ReadLimit limit;

    TransactionResource(
            TransactionReader reader,
            PollOnRead pollOnRead,
            Tickets tickets,
            EventJson json,
            CurrentCaller current,
            ReadLimit limit) {
        this.reader = reader;
        this.pollOnRead = pollOnRead;
        this.tickets = tickets;
        this.json = json;
        this.current = current;
        this.limit = limit;
    }

    /**
     * Reads one transaction with its timeline. The header {@code Age} is the age of the last observation in seconds. If it is
     * old and the transaction is not settled, Rampgate polls Proof at once, for the next read. A request with a current
     * {@code ETag} in {@code If-None-Match} gets 304.
     */
    @GET
    @Path("/{id}")
    public Uni<RestResponse<TransactionView>> one(
            @PathParam("id") String id, @HeaderParam("If-None-Match") String known) {
        return own(id).invoke(pollOnRead::consider).map(found -> {
            String tag = json.tag(found.view());
            ResponseBuilder<TransactionView> answer =
                    EventJson.names(known, tag) ? ResponseBuilder.notModified() : ResponseBuilder.ok(found.view());
            return answer.header("ETag", tag)
                    .header("Age", found.age().toSeconds())
                    .header("Cache-Control", "no-store")
                    .build();
        });
    }

    /** Issues a ticket that opens the events and the socket of this transaction for some minutes. */
    @POST
    @Path("/{id}/ticket")
    public Uni<RestResponse<TicketAnswer>> ticket(@PathParam("id") String id) {
        return own(id).map(found -> tickets.issue(found.view().merchantTransactionId())
                        .orElseThrow(() -> new ProblemException(ProblemType.NOT_FOUND, "Tickets are not configured")))
                .map(ticket -> new TicketAnswer(ticket.text(), ticket.expiresAt()))
                .map(TransactionResource::fresh);
    }

    /** The caller's user id; throws a 429 problem if the user reads too often. */
    private String reader() {
        String userId = current.caller().userId();
        limit.pass(userId);
        return userId;
    }

    private Uni<TransactionReader.Reading> own(String id) {
        String userId = reader();
        return StreamRequest.isId(id)
                ? reader.one(userId, id).map(found -> found.orElseThrow(TransactionResource::notFound))
                : Uni.createFrom().failure(notFound());
    }

    /** Lists the newest transactions, or those after a cursor; with a reference, only those that have it. */
    @GET
    public Uni<RestResponse<TransactionPage>> page(
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("reference") String reference,
            @Context UriInfo address) {
        String userId = reader();
        Optional<String> named = Optional.ofNullable(reference);
        address.getQueryParameters().keySet().forEach(name -> Misspelling.meant(name, PARAMETERS)
                .filter(meant -> !PARAMETERS.contains(name))
                .ifPresent(meant -> {
                    throw refused(
                            PrintableText.is(name, 64) ? name : "parameter",
                            "is not a parameter; did you mean " + meant + "?");
                }));
        // The parameter of an empty value is null: a search for nothing must not list everything.
        List<String> asked = address.getQueryParameters().getOrDefault("reference", List.of());
        if (asked.size() > 1
                || !asked.isEmpty() && named.filter(PrintableText::isReference).isEmpty()) {
            throw refused(
                    "reference",
                    "must occur once and have 1 to 128 printable characters, with spaces only between others");
        }
        PageCursor after = Optional.ofNullable(cursor)
                .map(text -> PageCursor.decode(text, named).orElseThrow(TransactionResource::badCursor))
                .orElseGet(() -> PageCursor.start(named));
        // Reads one more than requested, to know whether there is a next page.
        return reader.page(userId, named, after, limit + 1)
                .map(found -> page(found, after, limit))
                .map(TransactionResource::fresh);
    }

    private static TransactionPage page(List<TransactionView> found, PageCursor before, int limit) {
        if (found.size() <= limit) {
            return new TransactionPage(found, null);
        }
        List<TransactionView> shown = List.copyOf(found.subList(0, limit));
        return new TransactionPage(shown, before.after(shown.get(limit - 1)).encode());
    }

    private static <T> RestResponse<T> fresh(T body) {
        return ResponseBuilder.ok(body).header("Cache-Control", "no-store").build();
    }

    private static ProblemException notFound() {
        return new ProblemException(ProblemType.NOT_FOUND);
    }

    private static ProblemException badCursor() {
        return refused("cursor", "must be the next_cursor of a page of transactions of the same reference, or of all");
    }

    private static ProblemException refused(String field, String rule) {
        return new ProblemException(
                Problem.of(ProblemType.INVALID_REQUEST).withErrors(List.of(new FieldError(field, rule))));
    }
}
