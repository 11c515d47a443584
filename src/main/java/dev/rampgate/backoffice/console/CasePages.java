package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Audited;
import dev.rampgate.backoffice.CallAudit;
import dev.rampgate.backoffice.Cases;
import dev.rampgate.backoffice.OperatorCall;
import dev.rampgate.backoffice.Permission;
import dev.rampgate.backoffice.PollAgain;
import dev.rampgate.outbox.delivery.EndpointOperations;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The case of one transaction: what it means, what to answer, and what can be done. */
@ApplicationScoped
class CasePages implements ConsolePages {

    private static final String PATH = "transactions/{id}";

    /** A poll that is as near as this is waited for. */
    private static final Duration SOON = Duration.ofSeconds(15);

    private final Cases cases;
    private final PollAgain pollAgain;
    private final EndpointOperations endpoints;
    private final CallAudit audit;
    private final InstantSource clock;

    CasePages(Cases cases, PollAgain pollAgain, EndpointOperations endpoints, CallAudit audit, InstantSource clock) {
        this.audit = audit;
        this.cases = cases;
        this.pollAgain = pollAgain;
        this.endpoints = endpoints;
        this.clock = clock;
    }

    @Override
    public List<ConsolePage> pages() {
        return List.of(
                ConsolePage.reading(PATH, "read_case", Permission.READ_CASES, this::show),
                ConsolePage.changing(PATH + "/poll", "poll_transaction", Permission.POLL_TRANSACTION, this::poll)
                        .audited(Audited.WITH_ACTION),
                ConsolePage.changing(
                                PATH + "/resend", "resend_transaction", Permission.RESEND_TRANSACTION, this::resend)
                        .audited(Audited.WITH_ACTION));
    }

    @Override
    public Map<String, String> notices() {
        return Map.of(
                "poll_due", "Proof is asked again now. The answer appears here.",
                "resent", "{n} deliveries are queued.");
    }

    private Uni<PageAnswer> show(PageCall call) {
        String id = call.path("id");
        boolean asked = call.query(Notice.PARAMETER).filter("poll_due"::equals).isPresent();
        return cases.read(id)
                .onFailure(CasePages::isUnknown)
                .transform(
                        unknown -> new ProblemException(
                                ProblemType.NOT_FOUND,
                                "No transaction with this id is known here. Compare the id; if Proof reported it seconds ago, try again"))
                .map(found -> PageAnswer.of(CasePage.of(
                        call.frame("Transaction"),
                        found,
                        call.may(Permission.POLL_TRANSACTION),
                        call.may(Permission.RESEND_TRANSACTION),
                        call.may(Permission.READ_AUDIT),
                        asked || isSoon(found.getJsonObject("poll")))));
    }

    private boolean isSoon(JsonObject poll) {
        Instant now = clock.instant();
        Instant due = poll.getInstant("due_at");
        Instant asked = poll.getInstant("asked_at");
        return poll.getBoolean("in_flight")
                || due != null
                        && due.isBefore(now.plus(SOON))
                        && (asked == null || asked.isAfter(now.minus(Duration.ofMinutes(5))));
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof ProblemException problem && problem.problem().type() == ProblemType.NOT_FOUND;
    }

    private Uni<PageAnswer> poll(PageCall call) {
        String id = id(call);
        return pollAgain
                .one(id, audit.ofTransaction(call.call(), id, new JsonObject()))
                .replaceWith(PageAnswer.redirect(CaseAddress.of(id), "poll_due"));
    }

    private Uni<PageAnswer> resend(PageCall call) {
        String id = id(call);
        return endpoints
                .resend(id, Optional.empty(), Optional.empty(), audit.ofTransaction(call.call(), id, new JsonObject()))
                .map(queued -> PageAnswer.redirect(CaseAddress.of(id), "resent", queued));
    }

    private static String id(PageCall call) {
        String id = call.path("id");
        if (!TransactionIds.isPossible(id)) {
            throw OperatorCall.invalid("id", TransactionIds.RULE);
        }
        return id;
    }
}
