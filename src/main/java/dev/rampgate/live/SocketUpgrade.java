package dev.rampgate.live;

import dev.rampgate.identity.CallerAuthentication;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.quarkus.websockets.next.UserData.TypedKey;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Accepts or refuses the upgrade request of a WebSocket. A refusal is a problem answer. Pages of other origins are refused
 * earlier, as on every call.
 */
@ApplicationScoped
class SocketUpgrade implements HttpUpgradeCheck {

    /** The accepted request, stored with the connection. */
    static final TypedKey<StreamRequest> REQUEST = new TypedKey<>("rampgate.stream-request");

    private final StreamRequest.Authenticator authenticator;
    private final CallerAuthentication identity;
    private final TransactionReader reader;
    private final LiveHub hub;
    private final ReadLimit limit;

    SocketUpgrade(
            StreamRequest.Authenticator authenticator,
            CallerAuthentication identity,
            TransactionReader reader,
            LiveHub hub,
            ReadLimit limit) {
        this.authenticator = authenticator;
        this.identity = identity;
        this.reader = reader;
        this.hub = hub;
        this.limit = limit;
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return SocketEndpoint.ID.equals(endpointId);
    }

    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext upgrade) {
        HttpServerRequest request = upgrade.httpRequest();
        return authenticator
                .authenticate(request, upgrade.pathParam("id"), identity.caller(upgrade.securityIdentity()))
                .invoke(limit::pass)
                .call(asked -> reader.owner(asked.transactionId()).chain(owner -> hub.checkJoin(owner, asked.userId())))
                .invoke(asked -> upgrade.userData().put(REQUEST, asked))
                .replaceWith(CheckResult::permitUpgradeSync);
    }
}
