package dev.rampgate.sandbox.http;

import dev.rampgate.sandbox.SimulatorSettings;
import dev.rampgate.sandbox.fault.Faults;
import dev.rampgate.sandbox.scenario.ScenarioPlayer;
import dev.rampgate.sandbox.transaction.KycStatuses;
import dev.rampgate.sandbox.transaction.PartnerAccount;
import dev.rampgate.sandbox.transaction.ProofClock;
import dev.rampgate.sandbox.transaction.ProofTransaction;
import dev.rampgate.sandbox.transaction.SessionOrder;
import dev.rampgate.sandbox.transaction.TransactionBook;
import dev.rampgate.sandbox.transaction.TransactionLife;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.Optional;

/** The simulated host's network side: one HTTP server with Proof's API, its socket, and the control API. */
public final class ProofHost {

    private final HttpServer server;
    private final WidgetApi widgetApi;
    private final TransactionSockets sockets;
    private final Webhooks webhooks;
    private final ClientTokens tokens;
    private final KycStatuses kyc;
    private final Allowlist allowlist = new Allowlist();
    private final Optional<EventReceiver> receiver;
    private final SimulatorSettings settings;

    /** Wires everything and subscribes to the book; nothing listens yet. */
    public ProofHost(
            Vertx vertx,
            SimulatorSettings settings,
            ProofClock clock,
            TransactionBook book,
            TransactionLife life,
            Faults faults,
            ScenarioPlayer player) {
        this.settings = settings;
        Context context = vertx.getOrCreateContext();
        Answers answers = new Answers(vertx, settings.random());
        this.kyc = new KycStatuses(settings.transactionLimit());
        this.tokens = new ClientTokens(settings.clock(), settings.clientToken(), settings.otherClientToken());
        this.sockets = new TransactionSockets(vertx, context, faults, answers);
        this.webhooks = new Webhooks(vertx, context, clock, faults, settings.webhookUrl(), settings.webhookAtPending());
        IssuedSessions sessions =
                new IssuedSessions(settings.clock(), settings.initTokenLifetime(), settings.transactionLimit());
        this.widgetApi = new WidgetApi(
                settings, book, kyc, faults, tokens, allowlist, sockets, sessions, answers, clock, settings.random());

        Router router = Router.router(vertx);
        widgetApi.mount(router);
        new WidgetHost(book, life, kyc, sessions).mount(router);
        this.receiver = Optional.ofNullable(settings.receiverSecret())
                .map(secret -> new EventReceiver(secret, settings.clock()));
        ControlApi control = new ControlApi(
                book, life, kyc, faults, tokens, allowlist, widgetApi, webhooks, sockets, clock, receiver.isPresent());
        control.mount(router);
        new ScenarioApi(player).mount(router);
        receiver.ifPresent(there -> there.mount(router));
        control.mountRest(router);
        router.route().handler(call -> answers.error(call, ProofError.notFound("route")));
        this.server = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(0))
                .requestHandler(router);

        book.listen(sockets);
        book.listen(webhooks);
        book.listen(life);
    }

    public Future<HttpServer> listen() {
        return server.listen(settings.port(), settings.host());
    }

    public int port() {
        return server.actualPort();
    }

    /** A transaction that no session call opened. */
    public ProofTransaction open(Optional<String> id, SessionOrder order) {
        return widgetApi.open(id, PartnerAccount.OWN, order);
    }

    public Journal<ReceivedCall> calls() {
        return widgetApi.calls();
    }

    public TransactionSockets sockets() {
        return sockets;
    }

    public Webhooks webhooks() {
        return webhooks;
    }

    public Allowlist allowlist() {
        return allowlist;
    }

    /** The company's receiver of events; only if the settings have a secret for it. */
    public Optional<EventReceiver> receiver() {
        return receiver;
    }

    public KycStatuses kyc() {
        return kyc;
    }

    public ClientTokens tokens() {
        return tokens;
    }
}
