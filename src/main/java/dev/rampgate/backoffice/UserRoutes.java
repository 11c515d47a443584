package dev.rampgate.backoffice;

import dev.rampgate.privacy.Erasure;
import dev.rampgate.privacy.ErasureLedger;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/** Erasing a user. */
@ApplicationScoped
class UserRoutes implements OperatorRoutes {

    private static final Logger LOG = Logger.getLogger(UserRoutes.class);

    private final Erasure erasure;
    private final UserExport export;
    private final CallAudit audit;

    UserRoutes(Erasure erasure, UserExport export, CallAudit audit) {
        this.erasure = erasure;
        this.export = export;
        this.audit = audit;
    }

    @Override
    public List<OperatorRoute> routes() {
        return List.of(
                OperatorRoute.changing(
                                HttpMethod.POST,
                                "/operate/users/erase",
                                "erase_user",
                                Permission.ERASE_USERS,
                                this::erase)
                        .audited(Audited.WITH_ACTION),
                // A POST, so that the user id is in no access log; it changes nothing.
                new OperatorRoute(
                        HttpMethod.POST,
                        "/operate/users/export",
                        "export_user",
                        Permission.EXPORT_USERS,
                        false,
                        OperatorRoute.USUAL_BODY,
                        Audited.WITH_ACTION,
                        Set.of(),
                        this::export));
    }

    private Uni<OperatorAnswer> export(OperatorCall call) {
        String userId = OperatorCall.text(call.body("user_id"), "user_id");
        String hash = audit.hash(userId);
        return audit.before(call, "", new JsonObject().put("user_id", new JsonArray().add(hash)))
                .chain(() -> export.stream(call, userId, hash));
    }

    private Uni<OperatorAnswer> erase(OperatorCall call) {
        String userId = OperatorCall.text(call.body("user_id"), "user_id");
        return erasure.erase(userId, audit.ofUser(call, userId))
                .onFailure(ErasureLedger.NotWrittenException.class)
                .transform(
                        failure -> new ProblemException(
                                Problem.of(
                                        ProblemType.UNAVAILABLE,
                                        "Nothing was erased, since the erasure ledger could not be written; do it again when its volume is in order")))
                .invoke(erased -> LOG.infof(
                        "Operator's request %s: a user was erased from %d transactions, %d observations and %d events",
                        call.requestId(), erased.transactions(), erased.observations(), erased.events()))
                .map(erased -> OperatorAnswer.json(new JsonObject()
                        .put("transactions", erased.transactions())
                        .put("observations", erased.observations())
                        .put("events", erased.events())));
    }
}
