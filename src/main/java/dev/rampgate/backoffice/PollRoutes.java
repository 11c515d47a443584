package dev.rampgate.backoffice;

import dev.rampgate.wire.TransactionIds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/** Polling again: one transaction, or all of a window of time. */
@ApplicationScoped
class PollRoutes implements OperatorRoutes {

    private static final Logger LOG = Logger.getLogger(PollRoutes.class);

    private final PollAgain pollAgain;
    private final CallAudit audit;

    PollRoutes(PollAgain pollAgain, CallAudit audit) {
        this.pollAgain = pollAgain;
        this.audit = audit;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.changing(
                                HttpMethod.POST,
                                "/operate/transactions/poll",
                                "poll_window",
                                Permission.POLL_WINDOW,
                                this::pollWindow)
                        .audited(Audited.WITH_ACTION),
                OperatorRoute.changing(
                                HttpMethod.POST,
                                "/operate/transactions/{id}/poll",
                                "poll_transaction",
                                Permission.POLL_TRANSACTION,
                                this::pollTransaction)
                        .audited(Audited.WITH_ACTION));
    }

    private Uni<OperatorAnswer> pollTransaction(OperatorCall call) {
        String id = call.path("id");
        if (!TransactionIds.isPossible(id)) {
            throw OperatorCall.invalid("id", TransactionIds.RULE);
        }
        return pollAgain
                .one(id, audit.ofTransaction(call, id, new JsonObject()))
                .map(due -> answer(call, due));
    }

    private Uni<OperatorAnswer> pollWindow(OperatorCall call) {
        JsonObject window = call.body("from", "to");
        Instant from = OperatorCall.time(window, "from");
        Instant to = OperatorCall.time(window, "to");
        if (!from.isBefore(to)) {
            throw OperatorCall.invalid("to", "must be later than from");
        }
        JsonObject details = new JsonObject().put("from", from.toString()).put("to", to.toString());
        return pollAgain.window(from, to, audit.of(call, "", details)).map(due -> answer(call, due));
    }

    private static OperatorAnswer answer(OperatorCall call, PollAgain.Due due) {
        LOG.infof("Operator's request %s: %d transactions are due again", call.requestId(), due.transactions());
        JsonObject answer = new JsonObject().put("due", due.transactions());
        due.nextFrom().ifPresent(next -> answer.put("next_from", next.toString()));
        return OperatorAnswer.json(answer);
    }
}
