package dev.rampgate.startup;

import dev.rampgate.proof.ProofClient;
import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofSession;
import dev.rampgate.proof.SessionCall;
import dev.rampgate.session.SessionPolicy;
import dev.rampgate.session.SessionPolicy.Offer;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
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

    SmokeTest(ProofClient proof, SessionPolicy policy, SmokeSettings settings) {
        this.proof = proof;
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
                        : ": FAILED, Proof answered no address; ask Proof to provide a wallet for this pair. Quote request "
                                + session.requestId().orElse("(without id)")));
        return works;
    }

    private static boolean refused(Offer offer, ProofFailure failure) {
        say(offer.currency() + "/" + offer.network() + ": FAILED, "
                + failure.kind().wireName() + "; quote request "
                + failure.requestId().orElse("(without id)") + " to Proof's support");
        return false;
    }

    /** Prints for people and scripts, independent of the log's format. */
    private static void say(String line) {
        System.out.println(line);
    }
}
