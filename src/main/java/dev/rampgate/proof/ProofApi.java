package dev.rampgate.proof;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Encoded;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * Proof's HTTP interface as it is, one method a call (Proof contract, sections 2, 3 and 10). For {@link ProofClient}
 * only, which knows about tokens, errors and retries. Made by {@link ProofApiConnector}.
 */
@Path("/widget")
@Produces(MediaType.APPLICATION_JSON)
interface ProofApi {

    /** @param origin null sends none */
    @POST
    @Path("/session")
    @Consumes(MediaType.APPLICATION_JSON)
    Uni<Response> openSession(
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam("Origin") String origin,
            byte[] body);

    /** @param encodedId percent-encoded already */
    @GET
    @Path("/transactions/{id}")
    Uni<Response> transaction(
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam("Origin") String origin,
            @Encoded @PathParam("id") String encodedId);

    /** @param encodedId percent-encoded already */
    @GET
    @Path("/users/{id}/kyc-status")
    Uni<Response> kycStatus(
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam("Origin") String origin,
            @Encoded @PathParam("id") String encodedId);
}
