package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.http.IssuedSessions.Answered;
import dev.rampgate.sandbox.http.WidgetParameters.Complaint;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ActionRefused;
import dev.rampgate.sandbox.transaction.FinalAmounts;
import dev.rampgate.sandbox.transaction.KycStatuses;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.TransactionBook;
import dev.rampgate.sandbox.transaction.TransactionLife;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The browser's side of Proof: the script {@code widget.2.0.js}, the page of its iframe under {@code /frame}, and the
 * calls by which that page acts for the user. The frame authenticates with the session's {@code init_token} and never has
 * a bearer token. Refusals of its calls are JSON {@code {"error"}}: 401 for a token that is unknown or expired, 409 for a
 * step that does not fit.
 */
final class WidgetHost {

    private static final int BODY_LIMIT = 64 * 1024;
    private static final String INIT_TOKEN = "X-Init-Token";

    private final TransactionBook book;
    private final TransactionLife life;
    private final KycStatuses kyc;
    private final IssuedSessions sessions;

    WidgetHost(TransactionBook book, TransactionLife life, KycStatuses kyc, IssuedSessions sessions) {
        this.book = book;
        this.life = life;
        this.kyc = kyc;
        this.sessions = sessions;
    }

    void mount(Router router) {
        file(router, "/widget.2.0.js", "widget.2.0.js", "text/javascript");
        file(router, "/frame/", "frame.html", "text/html");
        file(router, "/frame/frame.js", "frame.js", "text/javascript");
        file(router, "/frame/frame.css", "frame.css", "text/css");
        router.route("/frame/*").handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        router.post("/frame/start").handler(this::start);
        router.get("/frame/state")
                .handler(call -> admitted(call).ifPresent(session -> answer(call, 200, state(session))));
        router.post("/frame/steps/:step").handler(this::step);
    }

    private static void file(Router router, String path, String name, String contentType) {
        Buffer content = resource(name);
        router.get(path).handler(call -> call.response()
                .putHeader("Content-Type", contentType + "; charset=utf-8")
                .putHeader("Cache-Control", "no-cache")
                .end(content));
    }

    private static Buffer resource(String name) {
        try (InputStream in = WidgetHost.class.getResourceAsStream("/dev/rampgate/sandbox/widget/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the widget's file " + name + " is not on the class path");
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks the page's parameters; without errors the widget starts, and the simulator leaves the user's part to it. */
    private void start(RoutingContext call) {
        ObjectNode parameters;
        Set<String> callbacks = new HashSet<>();
        try {
            JsonNode body = Json.MAPPER.readTree(call.body().asString());
            parameters = body.withObject("/parameters");
            body.path("callbacks").forEach(name -> callbacks.add(name.asText()));
        } catch (JsonProcessingException | UnsupportedOperationException | IllegalArgumentException unreadable) {
            refuse(call, 400, "the body must be {parameters, callbacks}");
            return;
        }
        Optional<Answered> answered = sessions.ofToken(text(parameters, "initToken"))
                .or(() -> sessions.ofToken(text(parameters, "init_token")))
                .or(() -> sessions.ofTransaction(text(parameters, "merchantTransactionId")));
        List<Complaint> complaints = answered.map(known -> complaints(parameters, callbacks, known))
                .orElseGet(() -> List.of(Complaint.error(
                        "initToken", "No session was answered with this initToken or merchantTransactionId.")));
        ObjectNode started = Json.object();
        started.set("complaints", Json.MAPPER.valueToTree(complaints));
        if (complaints.stream().noneMatch(Complaint::isError)) {
            WidgetSession session = answered.orElseThrow().session();
            life.attend(session.merchantTransactionId());
            started.set("state", state(session));
        }
        answer(call, 200, started);
    }

    private List<Complaint> complaints(ObjectNode parameters, Set<String> callbacks, Answered answered) {
        if (sessions.isExpired(answered)) {
            return List.of(Complaint.error("initToken", "initToken has expired: open a new session for each launch."));
        }
        if (book.find(answered.session().merchantTransactionId()).isEmpty()) {
            return List.of(Complaint.error("merchantTransactionId", "This transaction is no longer known."));
        }
        return WidgetParameters.check(parameters, callbacks, Json.MAPPER.valueToTree(answered.session()));
    }

    private void step(RoutingContext call) {
        admitted(call).ifPresent(session -> {
            Optional<WidgetStep> step = WidgetStep.of(call.pathParam("step"));
            if (step.isEmpty()) {
                refuse(call, 404, "no step " + call.pathParam("step"));
                return;
            }
            ProofTransaction transaction = book.get(session.merchantTransactionId());
            if (step.get().needsVerifiedUser() && !kyc.isVerified(transaction)) {
                refuse(call, 409, "the user's identity is not verified yet");
                return;
            }
            try {
                take(step.get(), transaction);
                answer(call, 200, state(session));
            } catch (ActionRefused refused) {
                refuse(call, 409, refused.getMessage());
            }
        });
    }

    private void take(WidgetStep step, ProofTransaction transaction) {
        Optional<Action> action = step.action();
        if (action.isPresent()) {
            book.apply(transaction.id(), action.get());
        } else {
            kyc.set(
                    transaction.partner(),
                    transaction.partnerUserId(),
                    step == WidgetStep.VERIFY ? KycStatuses.VERIFIED : KycStatuses.FAILED);
        }
    }

    /** The session whose token the frame carries; answers the call itself if there is none. */
    private Optional<WidgetSession> admitted(RoutingContext call) {
        Optional<WidgetSession> session = Optional.ofNullable(call.request().getHeader(INIT_TOKEN))
                .flatMap(sessions::ofToken)
                .filter(answered -> !sessions.isExpired(answered))
                .map(Answered::session)
                .filter(known -> book.find(known.merchantTransactionId()).isPresent());
        if (session.isEmpty()) {
            refuse(call, 401, "the init token is unknown or has expired");
        }
        return session;
    }

    private ObjectNode state(WidgetSession session) {
        ProofTransaction transaction = book.get(session.merchantTransactionId());
        FinalAmounts quote = FinalAmounts.of(transaction.requestedAmount());
        ObjectNode state = Json.object()
                .put("merchant_transaction_id", transaction.id())
                .put("type", transaction.type())
                .put("status", transaction.status())
                .put(
                        "kyc_status",
                        kyc.of(transaction.partner(), transaction.partnerUserId())
                                .orElse(KycStatuses.NOT_STARTED))
                .put("amount", transaction.requestedAmount())
                .put("currency", transaction.currency())
                .put("network", transaction.network())
                .put("fiat_currency", transaction.fiatCurrency())
                .put("crypto_amount", transaction.cryptoAmount())
                .put("fiat_amount", transaction.fiatAmount().isEmpty() ? quote.fiat() : transaction.fiatAmount())
                .put("address", transaction.address())
                .put("redirect_url", session.redirectUrl())
                .put("changes", transaction.history().size());
        return transaction.paymentMethod() == null ? state : state.put("payment_method", transaction.paymentMethod());
    }

    private static String text(JsonNode fields, String name) {
        return fields.path(name).asText("");
    }

    private static void answer(RoutingContext call, int status, ObjectNode body) {
        call.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(Json.text(body));
    }

    private static void refuse(RoutingContext call, int status, String why) {
        answer(call, status, Json.object().put("error", why));
    }
}
