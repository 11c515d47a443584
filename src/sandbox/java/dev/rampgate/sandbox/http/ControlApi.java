package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.fault.FaultRule;
import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.fault.Words;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.ActionRefused;
import dev.rampgate.sandbox.transaction.KycStatuses;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.sandbox.transaction.PartnerAccount;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.sandbox.transaction.TransactionBook;
import dev.rampgate.sandbox.transaction.TransactionLife;
import dev.rampgate.sandbox.transaction.UnknownTransaction;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Steers the simulator while it runs, under {@code /control}. It is no part of Proof's contract and asks for no token.
 * Bodies and answers are JSON; 400 is an invalid body, 404 an unknown transaction, 409 an action that does not fit
 * the status, each with {@code {"error": "..."}}.
 */
final class ControlApi {

    private static final int BODY_LIMIT = 256 * 1024;

    /** One line of the list that {@code GET /control} answers. */
    private record Call(String method, String path, String does) {}

    private static final List<Call> CALLS = List.of(
            new Call("GET", "/control/transactions", "all transactions, oldest first, each with its history"),
            new Call("POST", "/control/transactions", "opens one without a session call; optional id"),
            new Call("GET", "/control/transactions/{id}", "one transaction with its history"),
            new Call("PATCH", "/control/transactions/{id}", "changes fields in place without notifications"),
            new Call("DELETE", "/control/transactions/{id}", "Proof forgets it"),
            new Call(
                    "POST", "/control/transactions/{id}/{pay|deposit|complete|fail|cancel|retry}", "applies an action"),
            new Call("POST", "/control/transactions/{id}/status", "{\"status\"}: sets any status, with notifications"),
            new Call("POST", "/control/transactions/{id}/webhook", "sends its present state by webhook again"),
            new Call("POST", "/control/transactions/{id}/frame", "sends the body to its sockets as it is"),
            new Call("PUT", "/control/users/{id}/kyc-status", "{\"status\"}: not_started, pending, verified, failed"),
            new Call("GET", "/control/scenarios", "the scenarios that can be played by name"),
            new Call("GET", "/control/scenario", "the scenario that is played"),
            new Call("PUT", "/control/scenario", "{\"name\"}, {\"seed\"} or a whole scenario: plays it"),
            new Call("DELETE", "/control/scenario", "plays calm: everything works again"),
            new Call("GET", "/control/faults", "the fault rules that can still apply"),
            new Call(
                    "POST",
                    "/control/faults",
                    "{\"place\", \"fault\": {\"kind\", ...}, \"times\", \"rate\", \"step\"}"),
            new Call("DELETE", "/control/faults", "everything works again; optional ?place="),
            new Call("PUT", "/control/webhook-url", "{\"url\"}: where webhooks go, null for none"),
            new Call("GET", "/control/webhooks", "webhooks sent and how they were answered; DELETE empties the list"),
            new Call("POST", "/control/webhooks/release", "sends the webhooks held by hold and reverse"),
            new Call("DELETE", "/control/sockets", "cuts all connections"),
            new Call("POST", "/control/sockets/silence", "all present connections go half open"),
            new Call("PUT", "/control/clock", "{\"skew_ms\"}: how far Proof's clock is ahead"),
            new Call("PUT", "/control/life", "{\"mode\": automatic|attended|manual, \"factor\"}, both optional"),
            new Call("PUT", "/control/client-token", "{\"token\", \"grace_ms\"}: rotates the bearer token"),
            new Call("PUT", "/control/other-partner", "{\"token\"}: lets another partner call, null for none"),
            new Call("PUT", "/control/access", "{\"addresses\": [...], \"origins\": [...]}, null for no check"),
            new Call(
                    "GET",
                    "/control/receiver",
                    "the events that the company's receiver has, and whether it is stopped"),
            new Call(
                    "PUT", "/control/receiver", "{\"stopped\"}: true answers 503 to every event, false receives again"),
            new Call(
                    "GET",
                    "/control/statement",
                    "the statement of all that has ended, as CSV; ?mistake=amount, status or missing: wrong in its last"
                            + " completed transaction"),
            new Call("GET", "/control/calls", "calls received; DELETE empties the list"));

    private final TransactionBook book;
    private final TransactionLife life;
    private final KycStatuses kyc;
    private final Faults faults;
    private final ClientTokens tokens;
    private final Allowlist allowlist;
    private final WidgetApi widgetApi;
    private final Webhooks webhooks;
    private final TransactionSockets sockets;
    private final ProofClock clock;

    ControlApi(
            TransactionBook book,
            TransactionLife life,
            KycStatuses kyc,
            Faults faults,
            ClientTokens tokens,
            Allowlist allowlist,
            WidgetApi widgetApi,
            Webhooks webhooks,
            TransactionSockets sockets,
            ProofClock clock) {
        this.book = book;
        this.life = life;
        this.kyc = kyc;
        this.faults = faults;
        this.tokens = tokens;
        this.allowlist = allowlist;
        this.widgetApi = widgetApi;
        this.webhooks = webhooks;
        this.sockets = sockets;
        this.clock = clock;
    }

    void mount(Router router) {
        router.route("/control*").handler(ControlApi::allowAnyPage);
        router.route("/control/*").handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        on(router.get("/control"), call -> Map.of("calls", CALLS));

        on(
                router.get("/control/transactions"),
                call -> book.all().stream().map(this::view).toList());
        on(router.post("/control/transactions"), call -> view(open(body(call))));
        on(router.get("/control/transactions/:id"), call -> view(book.get(id(call))));
        on(router.patch("/control/transactions/:id"), call -> view(book.rewrite(id(call), rewrite(body(call)))));
        does(router.delete("/control/transactions/:id"), call -> book.forget(id(call)));
        on(
                router.post("/control/transactions/:id/status"),
                call -> view(book.force(id(call), required(body(call), "status"))));
        does(router.post("/control/transactions/:id/webhook"), call -> webhooks.redeliver(book.get(id(call))));
        does(
                router.post("/control/transactions/:id/frame"),
                call -> sockets.send(book.get(id(call)).id(), call.body().asString()));
        on(router.post("/control/transactions/:id/:action"), call -> view(book.apply(id(call), action(call))));

        does(router.put("/control/users/:id/kyc-status"), call -> kyc.set(id(call), required(body(call), "status")));

        on(router.get("/control/faults"), call -> faults.rules());
        does(router.post("/control/faults"), call -> {
            body(call);
            faults.add(Json.MAPPER.readValue(call.body().asString(), FaultRule.class));
        });
        does(router.delete("/control/faults"), this::clearFaults);

        does(
                router.put("/control/webhook-url"),
                call -> webhooks.url(
                        text(body(call), "url").map(WebhookUrl::checked).orElse(null)));
        on(
                router.get("/control/webhooks"),
                call -> webhooks.sent().all().stream().map(ControlApi::view).toList());
        does(router.delete("/control/webhooks"), call -> webhooks.sent().clear());
        does(router.post("/control/webhooks/release"), call -> webhooks.release());

        does(router.delete("/control/sockets"), call -> sockets.cutAll());
        does(router.post("/control/sockets/silence"), call -> sockets.silenceAll());

        does(router.put("/control/clock"), call -> clock.skew(millis(body(call), "skew_ms")));
        does(router.put("/control/life"), call -> live(body(call)));
        does(
                router.put("/control/client-token"),
                call -> tokens.rotate(required(body(call), "token"), millis(body(call), "grace_ms")));

        does(
                router.put("/control/other-partner"),
                call -> tokens.otherPartner(text(body(call), "token").orElse(null)));
        does(router.put("/control/access"), call -> restrict(body(call)));

        router.get("/control/statement").handler(this::statement);

        on(
                router.get("/control/calls"),
                call -> widgetApi.calls().all().stream().map(ControlApi::view).toList());
        does(router.delete("/control/calls"), call -> widgetApi.calls().clear());
    }

    /** Reads a call's body; fails with what {@link #answer} turns into a 4xx. */
    @FunctionalInterface
    interface Step<R> {
        R run(RoutingContext call) throws JsonProcessingException;
    }

    @FunctionalInterface
    private interface Effect {
        void run(RoutingContext call) throws JsonProcessingException;
    }

    static void on(Route route, Step<?> step) {
        route.handler(call -> answer(call, step));
    }

    private static void does(Route route, Effect effect) {
        route.handler(call -> answer(call, same -> {
            effect.run(same);
            return null;
        }));
    }

    private static void answer(RoutingContext call, Step<?> step) {
        try {
            Object result = step.run(call);
            if (result == null) {
                call.response().setStatusCode(204).end();
            } else {
                call.response().putHeader("Content-Type", "application/json").end(Json.text(result));
            }
        } catch (UnknownTransaction unknown) {
            refuse(call, 404, unknown.getMessage());
        } catch (ActionRefused refused) {
            refuse(call, 409, refused.getMessage());
        } catch (JsonProcessingException unreadable) {
            refuse(call, 400, JsonMistake.of(unreadable));
        } catch (IllegalArgumentException | IllegalStateException | DateTimeException senseless) {
            refuse(call, 400, senseless.getMessage());
        }
    }

    private void statement(RoutingContext call) {
        try {
            String csv = ProofStatement.of(
                    book.all(), ProofStatement.Mistake.of(call.request().getParam("mistake")));
            call.response().putHeader("Content-Type", "text/csv").end(csv);
        } catch (IllegalArgumentException unknown) {
            refuse(call, 400, "mistake must be amount, status or missing");
        }
    }

    private static void refuse(RoutingContext call, int status, String why) {
        call.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Json.text(Map.of("error", String.valueOf(why))));
    }

    /** Allows calls from the demo page, which has another port. Nothing here needs protection. */
    private static void allowAnyPage(RoutingContext call) {
        call.response()
                .putHeader("Access-Control-Allow-Origin", "*")
                .putHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
                .putHeader("Access-Control-Allow-Headers", "Content-Type");
        if (call.request().method() == HttpMethod.OPTIONS) {
            call.response().setStatusCode(204).end();
        } else {
            call.next();
        }
    }

    private ProofTransaction open(JsonNode body) {
        String user = text(body, "partner_user_id").orElse("control-user");
        return widgetApi.open(
                text(body, "id"),
                PartnerAccount.OWN,
                new SessionOrder(
                        user,
                        text(body, "user_email").orElse(user + "@example.test"),
                        text(body, "type").orElse("buy"),
                        text(body, "currency").orElse("USDC"),
                        text(body, "network").orElse("ERC20"),
                        text(body, "amount").orElse("42.75"),
                        null,
                        null));
    }

    private static ProofTransaction.Rewrite rewrite(JsonNode body) {
        return new ProofTransaction.Rewrite(
                text(body, "type"),
                text(body, "currency"),
                text(body, "network"),
                text(body, "payment_method"),
                text(body, "status"),
                text(body, "updated_at").map(Instant::parse),
                text(body, "crypto_amount"),
                text(body, "fiat_amount"));
    }

    private void clearFaults(RoutingContext call) {
        String place = call.request().getParam("place");
        if (place == null) {
            faults.clear();
        } else {
            faults.clear(Place.of(place));
        }
    }

    private void live(JsonNode body) {
        text(body, "mode").map(LifeMode::of).ifPresent(life::mode);
        if (body.hasNonNull("factor")) {
            life.factor(body.get("factor").asDouble(-1));
        }
    }

    private void restrict(JsonNode body) {
        allowlist.addresses(texts(body, "addresses"));
        List<String> origins = texts(body, "origins");
        allowlist.origins(origins == null ? null : Set.copyOf(origins));
    }

    /** Null if the field is absent. */
    private static List<String> texts(JsonNode body, String name) {
        if (!body.hasNonNull(name)) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        body.get(name).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String id(RoutingContext call) {
        return call.pathParam("id");
    }

    private static Action action(RoutingContext call) {
        return Action.of(call.pathParam("action"))
                .orElseThrow(() -> new IllegalArgumentException(
                        "action " + Words.unknown(call.pathParam("action"), Words.of(Action.class))));
    }

    static JsonNode body(RoutingContext call) throws JsonProcessingException {
        String text = call.body().asString();
        JsonNode body = text == null || text.isBlank() ? Json.object() : Json.MAPPER.readTree(text);
        if (!body.isObject()) {
            throw new IllegalArgumentException("the body must be a JSON object");
        }
        return body;
    }

    private static Optional<String> text(JsonNode body, String name) {
        return Optional.ofNullable(body.get(name)).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    private static String required(JsonNode body, String name) {
        return text(body, name).orElseThrow(() -> new IllegalArgumentException(name + " (a string) is required"));
    }

    private static Duration millis(JsonNode body, String name) {
        JsonNode value = body.get(name);
        if (value == null || !value.canConvertToLong()) {
            throw new IllegalArgumentException(name + " (a number of milliseconds) is required");
        }
        return Duration.ofMillis(value.longValue());
    }

    private ObjectNode view(ProofTransaction transaction) {
        ObjectNode view = StatusMessages.call(transaction)
                .put("requested_amount", transaction.requestedAmount())
                .put("address", transaction.address())
                .put("payment_method", transaction.paymentMethod())
                .put("sockets", sockets.count(transaction.id()));
        transaction.history().forEach(change -> view.withArray("history")
                .addObject()
                .put("status", change.status())
                .put("at", change.at().toString())
                .put("crypto_amount", change.cryptoAmount())
                .put("fiat_amount", change.fiatAmount()));
        return view;
    }

    private static ObjectNode view(SentWebhook webhook) {
        ObjectNode view = Json.object()
                .put("merchant_transaction_id", webhook.transactionId())
                .put("status", webhook.status())
                .put("at", webhook.at().toString())
                .put("answer", webhook.answer());
        if (webhook.reason() != null) {
            view.put("reason", webhook.reason());
        }
        return view.put("body", webhook.body());
    }

    private static ObjectNode view(ReceivedCall received) {
        ObjectNode view = Json.object()
                .put("at", received.at().toString())
                .put("method", received.method())
                .put("path", received.path())
                .put("query", received.query())
                .put("bearer", received.bearer().name().toLowerCase(Locale.ROOT))
                .put("peer", received.peer());
        received.headers().forEach(view.withObject("/headers")::put);
        return view.put("body", received.body());
    }
}
