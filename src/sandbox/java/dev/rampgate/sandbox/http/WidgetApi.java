package dev.rampgate.sandbox.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.fault.Fault;
import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.fault.Place;
import dev.rampgate.sandbox.transaction.KycStatuses;
import dev.rampgate.sandbox.transaction.PartnerAccount;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.sandbox.transaction.TransactionBook;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Proof's partner API, to the letter of the contract: sections 2, 3, 4 and 10, with the errors of section 7. */
final class WidgetApi {

    private static final String PARTNER = "partner";
    private static final int BODY_LIMIT = 64 * 1024;
    private static final int CALL_JOURNAL_LIMIT = 50_000;
    private static final List<String> HEADERS_OF_INTEREST =
            List.of("accept", "content-type", "origin", "traceparent", "user-agent", "x-request-id");

    private final SimulatorSettings settings;
    private final TransactionBook book;
    private final KycStatuses kyc;
    private final Faults faults;
    private final ClientTokens tokens;
    private final Allowlist allowlist;
    private final TransactionSockets sockets;
    private final IssuedSessions sessions;
    private final Answers answers;
    private final ProofClock clock;
    private final RandomGenerator random;
    private final Wallets wallets;
    private final Journal<ReceivedCall> calls = new Journal<>(CALL_JOURNAL_LIMIT);

    WidgetApi(
            SimulatorSettings settings,
            TransactionBook book,
            KycStatuses kyc,
            Faults faults,
            ClientTokens tokens,
            Allowlist allowlist,
            TransactionSockets sockets,
            IssuedSessions sessions,
            Answers answers,
            ProofClock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.book = book;
        this.kyc = kyc;
        this.faults = faults;
        this.tokens = tokens;
        this.allowlist = allowlist;
        this.sockets = sockets;
        this.sessions = sessions;
        this.answers = answers;
        this.clock = clock;
        this.random = random;
        this.wallets = new Wallets(settings.wallets());
    }

    Journal<ReceivedCall> calls() {
        return calls;
    }

    void mount(Router router) {
        router.post("/widget/session").handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        router.route("/widget/*").handler(this::admit);
        router.route("/ws").handler(this::admit);
        router.post("/widget/session").handler(this::openSession);
        router.get("/widget/transactions/:id").handler(this::transaction);
        router.get("/widget/users/:user/kyc-status").handler(this::kycStatus);
        router.get("/ws").handler(call -> sockets.upgrade(call, id -> visible(call, id)));
        router.route("/widget/*").handler(call -> answers.error(call, ProofError.notFound("route")));
    }

    /** The session that a partner's call would open, for tests that need a transaction without a call. */
    ProofTransaction open(Optional<String> id, PartnerAccount partner, SessionOrder order) {
        String address = wallets.address(order.currency(), order.network()).orElse("0x0");
        kyc.meet(partner, order.partnerUserId());
        String fiat = settings.fiatCurrencies().get(0);
        return book.open(id, partner, order, fiat, address);
    }

    private void admit(RoutingContext call) {
        HttpServerRequest request = call.request();
        ClientTokens.TokenState bearer = tokens.check(request.getHeader("Authorization"));
        calls.add(new ReceivedCall(
                clock.unskewed(),
                request.method().name(),
                request.path(),
                request.query(),
                bearer,
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress(),
                headersOfInterest(request),
                call.body() == null ? null : call.body().asString()));
        switch (bearer) {
            case CURRENT, PREVIOUS -> admit(call, PartnerAccount.OWN);
            case OTHER_PARTNER -> admit(call, PartnerAccount.OTHER);
            case MISSING -> answers.error(call, ProofError.unauthorised(codeOfMissingToken(request)));
            case INVALID -> answers.error(call, ProofError.unauthorised("invalid_token"));
        }
    }

    private void admit(RoutingContext call, PartnerAccount partner) {
        if (allowlist.admits(call.request())) {
            call.put(PARTNER, partner);
            call.next();
        } else {
            answers.error(call, ProofError.forbidden());
        }
    }

    private static PartnerAccount partner(RoutingContext call) {
        return call.get(PARTNER);
    }

    /** Another partner's transaction cannot be told from one that does not exist (Proof contract, section 3). */
    private Optional<ProofTransaction> visible(RoutingContext call, String id) {
        return book.find(id).filter(transaction -> transaction.partner() == partner(call));
    }

    /** The pages of the two reading calls know one code only, for missing and inactive tokens alike. */
    private static String codeOfMissingToken(HttpServerRequest request) {
        return request.method() == HttpMethod.GET && request.path().startsWith("/widget/")
                ? "invalid_token"
                : "missing_token";
    }

    private void openSession(RoutingContext call) {
        Fault fault = faults.strike(Place.SESSION_CALL, null, null).orElse(null);
        if (fault instanceof Fault.Status status) {
            answers.fault(call, status);
            return;
        }
        SessionOrder order;
        try {
            order = SessionBody.read(
                    call.request().getHeader("Content-Type"), call.body().asString());
        } catch (SessionBody.Refused refused) {
            answers.error(call, refused.error());
            return;
        }
        Optional<ProofError> refusal = refusal(order);
        if (refusal.isPresent()) {
            answers.error(call, refusal.get());
            return;
        }
        WidgetSession session = sessions.remember(session(order, open(Optional.empty(), partner(call), order)));
        answers.json(call, settings.sessionStatus(), Json.text(session), fault);
    }

    private Optional<ProofError> refusal(SessionOrder order) {
        if (order.type().equals("sell") && !settings.sellEnabled()) {
            return Optional.of(ProofError.offrampDisabled());
        }
        if (!wallets.allows(order.currency())) {
            return Optional.of(ProofError.invalidRequest(
                    "currency_not_allowed", "currency " + order.currency() + " is not enabled"));
        }
        return wallets.address(order.currency(), order.network()).isPresent()
                ? Optional.empty()
                : Optional.of(ProofError.walletNotSupported(order.currency(), order.network()));
    }

    private WidgetSession session(SessionOrder order, ProofTransaction transaction) {
        byte[] initToken = new byte[24];
        random.nextBytes(initToken);
        return new WidgetSession(
                transaction.id(),
                settings.widgetId(),
                transaction.address(),
                signature(transaction),
                HexFormat.of().formatHex(initToken),
                "sdk_partner_authorization",
                transaction.currency(),
                wallets.currencies(),
                true,
                transaction.network(),
                wallets.networks(),
                List.of(transaction.network()),
                transaction.requestedAmount(),
                true,
                transaction.fiatCurrency(),
                settings.fiatCurrencies(),
                false,
                true,
                transaction.type(),
                "en",
                settings.theme(),
                order.redirectUrl() == null ? settings.redirectUrl() : order.redirectUrl());
    }

    /** {@code v2:} and a SHA-512 over what the contract's last hint names; the secret is the simulator's own. */
    private String signature(ProofTransaction transaction) {
        String clientIp = transaction.clientIp() == null ? "" : transaction.clientIp();
        return "v2:"
                + HexFormat.of()
                        .formatHex(Wallets.sha512(
                                transaction.address(), "simulated-signing-secret", clientIp, transaction.id()));
    }

    private void transaction(RoutingContext call) {
        String id = call.pathParam("id");
        Optional<ProofTransaction> found = visible(call, id);
        Fault fault = faults.strike(
                        Place.TRANSACTION_CALL,
                        id,
                        found.map(ProofTransaction::status).orElse(null))
                .orElse(null);
        if (fault instanceof Fault.Status status) {
            answers.fault(call, status);
        } else if (found.isEmpty()) {
            answers.error(call, ProofError.notFound("transaction"));
        } else {
            ObjectNode observation = StatusMessages.call(found.get());
            if (fault instanceof Fault.UnknownStatus unknown) {
                observation.put("status", unknown.status());
            } else if (fault instanceof Fault.ShiftTime shift) {
                observation.put(
                        "updated_at",
                        found.get().updatedAt().plusMillis(shift.millis()).toString());
            }
            answers.json(call, 200, Json.text(observation), fault);
        }
    }

    private void kycStatus(RoutingContext call) {
        String user = call.pathParam("user");
        Fault fault = faults.strike(Place.KYC_CALL, null, null).orElse(null);
        if (fault instanceof Fault.Status status) {
            answers.fault(call, status);
            return;
        }
        Optional<String> known = kyc.of(partner(call), user);
        if (known.isEmpty()) {
            answers.error(call, ProofError.notFound("user"));
        } else {
            String body = Json.text(Json.object().put("partner_user_id", user).put("status", known.get()));
            answers.json(call, 200, body, fault);
        }
    }

    private static Map<String, String> headersOfInterest(HttpServerRequest request) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : HEADERS_OF_INTEREST) {
            String value = request.getHeader(name);
            if (value != null) {
                headers.put(name.toLowerCase(Locale.ROOT), value);
            }
        }
        return headers;
    }
}
