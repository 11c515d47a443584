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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Steers the simulator while it runs, under {@code /control}. It is no part of Proof's contract and asks for no token.
 * Bodies and answers are JSON; 400 is an invalid body, 404 an unknown transaction, 409 an action that does not fit
 * the status, each with {@code {"error": "..."}}.
 */
final class ControlApi {

    private static final int BODY_LIMIT = 256 * 1024;

    /** A skew, or a grace period, of more than this is a slip of the hand. */
    private static final Duration LONGEST = Duration.ofDays(3_650);

    private static final String ROOT = "/control";
    private static final String RECEIVER = ROOT + "/receiver";

    private static final List<String> TYPES = List.of("buy", "sell");

    /** One line of the list that {@code GET /control} answers. */
    private record Call(String method, String path, String does) {

        private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");

        boolean isAt(String asked) {
            StringBuilder pattern = new StringBuilder();
            int from = 0;
            Matcher parameter = PARAMETER.matcher(path);
            while (parameter.find()) {
                String inside = path.substring(parameter.start() + 1, parameter.end() - 1);
                pattern.append(Pattern.quote(path.substring(from, parameter.start())))
                        .append(inside.contains("|") ? "(" + inside + ")" : "[^/]+");
                from = parameter.end();
            }
            pattern.append(Pattern.quote(path.substring(from)));
            return asked.matches(pattern.toString());
        }
    }

    private static final List<Call> CALLS = List.of(
            new Call("GET", ROOT, "this list"),
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
            new Call("GET", "/control/webhooks", "webhooks sent and how they were answered"),
            new Call("DELETE", "/control/webhooks", "empties that list"),
            new Call("POST", "/control/webhooks/release", "sends the webhooks held by hold and reverse"),
            new Call("DELETE", "/control/sockets", "cuts all connections"),
            new Call("POST", "/control/sockets/silence", "all present connections go half open"),
            new Call("PUT", "/control/clock", "{\"skew_ms\"}: how far Proof's clock is ahead"),
            new Call("PUT", "/control/life", "{\"mode\": automatic|attended|manual, \"factor\"}, both optional"),
            new Call("PUT", "/control/client-token", "{\"token\", \"grace_ms\"}: rotates the bearer token"),
            new Call("PUT", "/control/other-partner", "{\"token\"}: lets another partner call, null for none"),
            new Call(
                    "PUT",
                    "/control/access",
                    "{\"addresses\": [...], \"origins\": [...]}: who may call; without a list, or with null, no check"),
            new Call(
                    "GET",
                    "/control/statement",
                    "the statement of all that has ended, as CSV; ?mistake=amount, status or missing: wrong in its last"
                            + " completed transaction"),
            new Call("GET", "/control/calls", "calls received"),
            new Call("DELETE", "/control/calls", "empties that list"));

    /** Only in the whole sandbox: the simulator alone has no receiver of events. */
    private static final List<Call> CALLS_OF_RECEIVER = List.of(
            new Call("GET", RECEIVER, "the events that the company's receiver has, and whether it is stopped"),
            new Call("PUT", RECEIVER, "{\"stopped\"}: true answers 503 to every event, false receives again"));

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
    private final List<Call> listed;

    /** @param hasReceiver whether the company's receiver of events is mounted, too */
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
            ProofClock clock,
            boolean hasReceiver) {
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
        this.listed = Stream.of(CALLS, hasReceiver ? CALLS_OF_RECEIVER : List.<Call>of())
                .flatMap(List::stream)
                .toList();
    }

    void mount(Router router) {
        router.route("/control*").handler(ControlApi::allowAnyPage);
        router.route("/control/*").handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        on(router.get("/control"), call -> Map.of("calls", listed));

        on(
                router.get("/control/transactions"),
                call -> book.all().stream().map(this::view).toList());
        on(router.post("/control/transactions"), call -> view(open(call)));
        on(router.get("/control/transactions/:id"), call -> view(book.get(id(call))));
        on(router.patch("/control/transactions/:id"), call -> view(book.rewrite(id(call), rewrite(call))));
        does(router.delete("/control/transactions/:id"), call -> book.forget(id(call)));
        on(
                router.post("/control/transactions/:id/status"),
                call -> view(book.force(
                        id(call), Fields.of(call, "status").required("status", "must be a string such as completed"))));
        does(router.post("/control/transactions/:id/webhook"), call -> webhooks.redeliver(book.get(id(call))));
        does(
                router.post("/control/transactions/:id/frame"),
                call -> sockets.send(book.get(id(call)).id(), call.body().asString()));
        on(router.post("/control/transactions/:id/:action"), call -> view(book.apply(id(call), action(call))));

        does(router.put("/control/users/:id/kyc-status"), call -> {
            Fields fields = Fields.of(call, "status");
            fields.required("status", "must be one of not_started, pending, verified, failed");
            fields.text("status", KycStatuses::checked).ifPresent(status -> kyc.set(id(call), status));
        });

        on(router.get("/control/faults"), call -> faults.rules());
        does(router.post("/control/faults"), call -> {
            body(call);
            faults.add(Json.MAPPER.readValue(call.body().asString(), FaultRule.class));
        });
        does(router.delete("/control/faults"), this::clearFaults);

        does(
                router.put("/control/webhook-url"),
                call -> webhooks.url(
                        Fields.of(call, "url").text("url", WebhookUrl::checked).orElse(null)));
        on(
                router.get("/control/webhooks"),
                call -> webhooks.sent().all().stream().map(ControlApi::view).toList());
        does(router.delete("/control/webhooks"), call -> webhooks.sent().clear());
        does(router.post("/control/webhooks/release"), call -> webhooks.release());

        does(router.delete("/control/sockets"), call -> sockets.cutAll());
        does(router.post("/control/sockets/silence"), call -> sockets.silenceAll());

        does(
                router.put("/control/clock"),
                call -> clock.skew(Fields.of(call, "skew_ms").millis("skew_ms", LONGEST.negated(), LONGEST)));
        does(router.put("/control/life"), this::live);
        does(router.put("/control/client-token"), call -> {
            Fields fields = Fields.of(call, "token", "grace_ms");
            String token = fields.required("token", "must be the new bearer token");
            tokens.rotate(token, fields.millis("grace_ms", Duration.ZERO, LONGEST));
        });
        does(
                router.put("/control/other-partner"),
                call -> tokens.otherPartner(
                        Fields.of(call, "token").text("token").orElse(null)));
        does(router.put("/control/access"), this::restrict);

        router.get("/control/statement").handler(this::statement);

        on(
                router.get("/control/calls"),
                call -> widgetApi.calls().all().stream().map(ControlApi::view).toList());
        does(router.delete("/control/calls"), call -> widgetApi.calls().clear());
    }

    /** Only after everything else under {@code /control}: answers what no call of it takes. */
    void mountRest(Router router) {
        router.route(ROOT + "*").handler(call -> {
            String path = call.normalizedPath();
            List<String> methods = listed.stream()
                    .filter(one -> one.isAt(path))
                    .map(Call::method)
                    .distinct()
                    .toList();
            if (methods.isEmpty()) {
                refuse(call, 404, there(path) + "GET " + ROOT + " lists all calls");
            } else {
                String allowed = String.join(", ", methods);
                call.response().putHeader("Allow", allowed);
                refuse(call, 405, call.request().method() + " is not possible here, only " + allowed);
            }
        });
    }

    private static String there(String path) {
        if (path.equals(RECEIVER)) {
            return "the simulator alone has no receiver of events; ";
        }
        return "there is no " + path
                + Words.nearest(path, CALLS.stream().map(Call::path).distinct().toList())
                        .map(meant -> "; did you mean " + meant + "? ")
                        .orElse("; ");
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
        if (!call.queryParams().names().stream().allMatch("mistake"::equals)) {
            refuse(call, 400, "the only parameter is mistake");
            return;
        }
        ProofStatement.Mistake mistake;
        try {
            mistake = ProofStatement.Mistake.of(call.request().getParam("mistake"));
        } catch (IllegalArgumentException unknown) {
            refuse(call, 400, "mistake must be amount, status or missing");
            return;
        }
        ProofStatement.of(book.all(), mistake)
                .ifPresentOrElse(
                        csv -> call.response()
                                .putHeader("Content-Type", "text/csv")
                                .end(csv),
                        () -> refuse(
                                call,
                                409,
                                mistake == ProofStatement.Mistake.AMOUNT
                                        ? "no completed transaction has a fiat amount that could be wrong"
                                        : "no transaction is completed yet that could be wrong"));
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

    private ProofTransaction open(RoutingContext call) throws JsonProcessingException {
        Fields fields = Fields.of(call, "id", "partner_user_id", "user_email", "type", "currency", "network", "amount");
        String user = fields.text("partner_user_id").orElse("control-user");
        return widgetApi.open(
                fields.text("id"),
                PartnerAccount.OWN,
                new SessionOrder(
                        user,
                        fields.text("user_email").orElse(user + "@example.test"),
                        fields.text("type", ControlApi::type).orElse("buy"),
                        fields.text("currency").orElse("USDC"),
                        fields.text("network").orElse("ERC20"),
                        fields.text("amount", ControlApi::amount).orElse("42.75"),
                        null,
                        null));
    }

    private static String type(String text) {
        if (!TYPES.contains(text)) {
            throw new IllegalArgumentException(Words.unknown(text, TYPES));
        }
        return text;
    }

    private static String amount(String text) {
        if (!SessionBody.isAmount(text)) {
            throw new IllegalArgumentException("must be a positive decimal such as 42.75, not '" + text + "'");
        }
        return text;
    }

    /** Whatever the fields hold, since a backend must bear that: only times are read. */
    private static ProofTransaction.Rewrite rewrite(RoutingContext call) throws JsonProcessingException {
        Fields fields = Fields.of(
                call,
                "type",
                "currency",
                "network",
                "payment_method",
                "status",
                "updated_at",
                "crypto_amount",
                "fiat_amount");
        return new ProofTransaction.Rewrite(
                fields.anyText("type"),
                fields.anyText("currency"),
                fields.anyText("network"),
                fields.anyText("payment_method"),
                fields.anyText("status"),
                fields.text("updated_at", ControlApi::time),
                fields.anyText("crypto_amount"),
                fields.anyText("fiat_amount"));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException noTime) {
            throw new IllegalArgumentException(
                    "must be a time such as 2026-05-02T08:00:00Z, not '" + text + "'", noTime);
        }
    }

    private void clearFaults(RoutingContext call) {
        call.queryParams().names().stream()
                .filter(name -> !name.equals("place"))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("query parameter " + Words.unknown(name, List.of("place")));
                });
        String place = call.request().getParam("place");
        if (place == null) {
            faults.clear();
        } else {
            faults.clear(Place.of(place));
        }
    }

    private void live(RoutingContext call) throws JsonProcessingException {
        Fields fields = Fields.of(call, "mode", "factor");
        Optional<LifeMode> mode = fields.text("mode", LifeMode::of);
        Optional<Double> factor = fields.number("factor", 0, 1_000);
        mode.ifPresent(life::mode);
        factor.ifPresent(life::factor);
    }

    private void restrict(RoutingContext call) throws JsonProcessingException {
        Fields fields = Fields.of(call, "addresses", "origins");
        List<String> addresses = fields.texts("addresses", Allowlist::checkedAddress);
        List<String> origins = fields.texts("origins", Allowlist::checkedOrigin);
        allowlist.addresses(addresses);
        allowlist.origins(origins == null ? null : Set.copyOf(origins));
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
