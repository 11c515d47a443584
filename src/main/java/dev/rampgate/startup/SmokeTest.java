package dev.rampgate.startup;

import dev.rampgate.proof.ProofClient;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.proof.ProofSettings;
import dev.rampgate.proof.SessionCall;
import dev.rampgate.session.SessionPolicy;
import dev.rampgate.session.SessionPolicy.Offer;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.util.ExceptionUtil;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens a session at Proof for every offered pair of currency and network, and fails if an answer has no {@code address}, as
 * Proof requires before going live (Proof contract, section 9, G13). The sessions are neither used nor stored. Prints one line
 * per pair on standard output.
 */
@Singleton
@Unremovable
public final class SmokeTest implements QuarkusApplication {

    private static final int FAILED = 1;

    private final ProofClient proof;
    private final SessionPolicy policy;
    private final SmokeSettings settings;
    private final ProofSettings access;

    SmokeTest(ProofClient proof, SessionPolicy policy, SmokeSettings settings, ProofSettings access) {
        this.proof = proof;
        this.access = access;
        this.policy = policy;
        this.settings = settings;
    }

    /** @return 0 if every pair works, else 1 */
    @Override
    public int run(String... arguments) {
        List<Offer> offers = policy.offers(settings.amount());
        if (offers.isEmpty()) {
            say("FAILED: rampgate.session.pairs (RAMPGATE_SESSION_PAIRS) is not set, so that there is nothing to test;"
                    + " name what you offer, for example USDC/ERC20");
            return FAILED;
        }
        AtomicInteger failures = new AtomicInteger();
        Multi.createFrom()
                .iterable(offers)
                .onItem()
                .transformToUniAndConcatenate(offer -> works(offer).invoke(works -> {
                    if (!works) {
                        failures.incrementAndGet();
                    }
                }))
                .onItem()
                .ignoreAsUni()
                .onFailure()
                .invoke(fault -> failures.incrementAndGet())
                .onTermination()
                .invoke(() -> Quarkus.asyncExit(exitCode(failures)))
                .subscribe()
                .with(done -> {}, fault -> say("FAILED: " + fault.getClass().getName()));
        Quarkus.waitForExit();
        return exitCode(failures);
    }

    private static int exitCode(AtomicInteger failures) {
        return failures.get() == 0 ? 0 : FAILED;
    }

    private Uni<Boolean> works(Offer offer) {
        SessionCall call = new SessionCall(
                settings.userId(),
                settings.email(),
                offer.network(),
                offer.currency(),
                offer.amount(),
                null,
                null,
                null,
                null);
        return proof.openSession(call)
                .map(session -> judged(offer, session))
                .onFailure(ProofFailure.class)
                .recoverWithItem(failure -> refused(offer, failure));
    }

    private static boolean judged(Offer offer, ProofSession session) {
        boolean works = session.address().isPresent();
        say(offer.currency() + "/" + offer.network()
                + (works
                        ? ": ok, Proof answered an address"
                        : ": FAILED, Proof answered no address; ask Proof to provide a wallet for this pair"
                                + session.requestId()
                                        .map(id -> ". Quote request " + id)
                                        .orElse("")));
        return works;
    }

    private boolean refused(Offer offer, ProofFailure failure) {
        say(offer.currency() + "/" + offer.network() + ": FAILED, " + reason(failure)
                + failure.requestId()
                        .map(id -> "; quote request " + id + " to Proof's support")
                        .orElse(""));
        return false;
    }

    /** What went wrong, and which setting to check if one may be the cause. */
    private String reason(ProofFailure failure) {
        String name = failure.kind().wireName();
        return switch (failure.kind()) {
            case UNREACHABLE ->
                name + ": no connection to Proof at " + baseUrl() + " (" + rootCause(failure)
                        + "). Check RAMPGATE_PROOF_BASE_URL, RAMPGATE_PROOF_PROXY, RAMPGATE_PROOF_CA_FILE and the network";
            case TIMEOUT ->
                name + ": Proof at " + baseUrl() + " did not answer in time. Check RAMPGATE_PROOF_BASE_URL,"
                        + " RAMPGATE_PROOF_PROXY and the network";
            case UNAVAILABLE ->
                failure.status().isPresent()
                        ? name
                        : name + ": not tried, since Proof at " + baseUrl() + " did not answer the pairs before";
            case UNAUTHORISED -> name + ": Proof does not take the client token. Check RAMPGATE_PROOF_CLIENT_TOKEN";
            case FORBIDDEN ->
                name + ": our address or origin is not registered with Proof. Check RAMPGATE_PROOF_PROXY and"
                        + " RAMPGATE_PROOF_ORIGIN, and what Proof has registered";
            case NOT_FOUND, INVALID_ANSWER ->
                name + ": there is something else at " + baseUrl() + ". Check RAMPGATE_PROOF_BASE_URL";
            case CURRENCY_NOT_ALLOWED,
                    WALLET_NOT_SUPPORTED,
                    INVALID_REQUEST,
                    SELL_NOT_ENABLED,
                    VERIFICATION_REQUIRED,
                    RATE_LIMITED,
                    INTERNAL_ERROR,
                    UPSTREAM_ERROR,
                    UPSTREAM_UNAVAILABLE,
                    REFUSED -> name;
        };
    }

    /** Without credentials: those that a URL holds fail the start. */
    private String baseUrl() {
        return access.baseUrl().orElse("");
    }

    private static String rootCause(Throwable failure) {
        Throwable cause = ExceptionUtil.getRootCause(failure);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Prints for people and scripts, independent of the log's format. */
    private static void say(String line) {
        System.out.println(line);
    }
}
