package dev.rampgate.live;

import dev.rampgate.edge.Problem;
import dev.rampgate.edge.Problem.FieldError;
import dev.rampgate.edge.ProblemException;
import dev.rampgate.edge.ProblemType;
import dev.rampgate.identity.CurrentCaller;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** A user's own transactions; somebody else's look as if they did not exist. */
@Path("/transactions")
@Authenticated
@Produces(MediaType.APPLICATION_JSON)
public class TransactionResource {

    private static final int LONGEST_ID = 128;

    private final TransactionReader reader;
    private final CurrentCaller current;

    TransactionResource(TransactionReader reader, CurrentCaller current) {
        this.reader = reader;
        this.current = current;
    }

    /** One transaction with its timeline. */
    @GET
    @Path("/{id}")
    public Uni<RestResponse<TransactionView>> one(@PathParam("id") String id) {
        String userId = current.caller().userId();
        if (id.length() > LONGEST_ID || id.indexOf('\0') >= 0) {
            return Uni.createFrom().failure(notFound());
        }
        return reader.one(userId, id)
                .map(found -> found.orElseThrow(TransactionResource::notFound))
                .map(TransactionResource::fresh);
    }

    /** The newest transactions, or those after a cursor. */
    @GET
    public Uni<RestResponse<TransactionPage>> page(
            @QueryParam("cursor") String cursor, @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit) {
        String userId = current.caller().userId();
        PageCursor after = Optional.ofNullable(cursor)
                .map(text -> PageCursor.decode(text).orElseThrow(TransactionResource::badCursor))
                .orElse(PageCursor.START);
        // One more than asked for tells whether there is a next page.
        return reader.page(userId, after, limit + 1)
                .map(found -> page(found, limit))
                .map(TransactionResource::fresh);
    }

    private static TransactionPage page(List<TransactionView> found, int limit) {
        if (found.size() <= limit) {
            return new TransactionPage(found, null);
        }
        List<TransactionView> shown = List.copyOf(found.subList(0, limit));
        return new TransactionPage(shown, PageCursor.after(shown.get(limit - 1)).encode());
    }

    private static <T> RestResponse<T> fresh(T body) {
        return ResponseBuilder.ok(body).header("Cache-Control", "no-store").build();
    }

    private static ProblemException notFound() {
        return new ProblemException(ProblemType.NOT_FOUND);
    }

    private static ProblemException badCursor() {
        return new ProblemException(Problem.of(ProblemType.INVALID_REQUEST)
                .withErrors(List.of(new FieldError("cursor", "is not one that a page of transactions ended with"))));
    }
}
