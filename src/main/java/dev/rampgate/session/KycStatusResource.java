package dev.rampgate.session;

import dev.rampgate.edge.RateLimits;
import dev.rampgate.identity.CurrentCaller;
import dev.rampgate.problem.RequestId;
import dev.rampgate.proof.KycStatus;
import dev.rampgate.proof.ProofClient;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.telemetry.ThrottledLog;
import io.quarkus.runtime.Startup;
import io.quarkus.security.Authenticated;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.InstantSource;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** Shows users how far their identity check is. No other part of Rampgate reads that status, so none can depend on it. */
@Path("/kyc-status")
@Authenticated
@Startup
@Produces(MediaType.APPLICATION_JSON)
public class KycStatusResource {

    private final ProofClient proof;
    private final CurrentCaller current;
    private final RateLimits.Gate user;
    private final CurrentVertxRequest request;
    private final ThrottledLog failed;

    KycStatusResource(
            ProofClient proof,
            CurrentCaller current,
            SessionSettings settings,
            RateLimits limits,
            CurrentVertxRequest request,
            InstantSource clock) {
        this.request = request;
        this.failed = new ThrottledLog(Logger.getLogger(KycStatusResource.class), clock);
        this.proof = proof;
        this.current = current;
        this.user = limits.limit(
                "kyc_user",
                "rampgate.session.limits.kyc-user",
                settings.limits().kycUser());
    }

    /** {@code not_started}, {@code pending}, {@code verified} or {@code failed}; clients must accept other values, too. */
    record UsersKycStatus(String status) {}

    /** The caller's own status at Proof; informational. */
    @GET
    public Uni<RestResponse<UsersKycStatus>> own() {
        String userId = current.caller().userId();
        String requestId = RequestId.of(request.getCurrent());
        user.pass(userId);
        return proof.kycStatus(userId)
                .map(KycStatusResource::fresh)
                .onFailure(ProofFailure.class)
                .invoke(failure -> log(requestId, failure))
                .onFailure(ProofFailure.class)
                .transform(SessionProblems::of);
    }

    private void log(String requestId, ProofFailure failure) {
        failed.warn(
                "KYC status request %s failed: %s, Proof's request %s",
                requestId, failure.kind().wireName(), failure.requestId().orElse("(without id)"));
    }

    private static RestResponse<UsersKycStatus> fresh(KycStatus status) {
        return ResponseBuilder.ok(new UsersKycStatus(status.value()))
                .header("Cache-Control", "no-store")
                .build();
    }
}
