package dev.rampgate.bench.idle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Parses a webhook and acknowledges it, without keeping anything: what the stack itself costs. */
@Path("/proof-webhook/{key}")
@Consumes(MediaType.WILDCARD)
public class IdleWebhook {

    private final ObjectMapper json;

    IdleWebhook(ObjectMapper json) {
        this.json = json;
    }

    /** 204 if the id and the status are there, as Rampgate's own. */
    @POST
    public Uni<Response> take(@PathParam("key") String key, byte[] body) throws IOException {
        JsonNode webhook = json.readTree(body);
        boolean complete = webhook.path("merchant_transaction_id").isTextual()
                && webhook.path("status").isTextual();
        return Uni.createFrom()
                .item(
                        complete
                                ? Response.noContent().build()
                                : Response.status(Response.Status.BAD_REQUEST).build());
    }
}
