package dev.rampgate.identity;

import dev.rampgate.identity.IdentitySettings.Mode;
import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.problem.AuthenticationChallenge;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.telemetry.ThrottledLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Finds out, for every call that must be {@link io.quarkus.security.Authenticated}, who makes it, in the way that
 * {@code rampgate.identity.mode} says. Open routes, such as the webhook, are never asked. A wrong setting fails startup.
 *
 * <p>Refusals are counted, {@code rampgate.identity.refusals}, by reason and a throttled line in the log says the reason, so that an operator
 * whose users cannot sign in finds out.
 */
@Startup
@ApplicationScoped
public class CallerAuthentication implements HttpAuthenticationMechanism, AuthenticationChallenge {

    private static final String SETTING = "rampgate.identity.mode";
    private static final Set<String> PLAYGROUNDS = Set.of("dev", "test", "sandbox");

    private static final Logger LOG = Logger.getLogger(CallerAuthentication.class);

    private final IdentitySource source;
    private final Map<Reason, ThrottledLog> logs = new EnumMap<>(Reason.class);
    private final Map<Reason, Counter> refusals = new EnumMap<>(Reason.class);

    public CallerAuthentication(IdentitySettings settings, MeterRegistry registry, Vertx vertx, InstantSource clock) {
        this.source = source(settings, ConfigUtils.getProfiles(), vertx, clock);
        for (Reason reason : Reason.values()) {
            logs.put(reason, new ThrottledLog(LOG, clock));
            refusals.put(
                    reason,
                    Counter.builder("rampgate.identity.refusals")
                            .description("Calls whose claim about their user was not believed")
                            .tag("reason", reason.metricName())
                            .register(registry));
        }
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext routing, IdentityProviderManager providers) {
        Context context = Vertx.currentContext();
        Uni<SecurityIdentity> identity = Uni.createFrom()
                .deferred(() -> source.caller(routing.request().headers()))
                .map(caller -> caller.map(CallerAuthentication::identity).orElse(null))
                .onFailure(RefusedIdentity.class)
                .transform(this::counted);
        // Keys that had to be read may arrive on another thread; the call goes on where it belongs.
        return context == null ? identity : identity.emitOn(command -> context.runOnContext(here -> command.run()));
    }

    /** Who makes a call of a plain route; fails as a resource would if no user is signed in. */
    public Uni<Caller> caller(RoutingContext routing) {
        return caller(authenticate(routing, null));
    }

    /** The caller of an identity; fails as a resource would if the identity has none. */
    public Uni<Caller> caller(Uni<SecurityIdentity> identity) {
        return identity.map(known -> known == null ? null : known.<Caller>getAttribute(CurrentCaller.ATTRIBUTE))
                .onItem()
                .ifNull()
                .failWith(() -> new ProblemException(ProblemType.UNAUTHENTICATED));
    }

    private AuthenticationFailedException counted(RefusedIdentity refused) {
        count(refused.reason());
        return new AuthenticationFailedException(refused);
    }

    void count(Reason reason) {
        refusals.get(reason).increment();
        // Nothing of what the caller brought.
        logs.get(reason).warn("A call was refused, reason %s: %s", reason.metricName(), reason.meaning());
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext routing) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", of(routing)));
    }

    @Override
    public String of(RoutingContext routing) {
        return source.challenge(routing.request().headers());
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.userId()))
                .addAttribute(CurrentCaller.ATTRIBUTE, caller)
                .build();
    }

    /**
     * What the settings ask for.
     *
     * @param profiles the active ones
     * @throws ConfigurationException if that cannot be, or must not be in these profiles
     */
    static IdentitySource source(IdentitySettings settings, List<String> profiles, Vertx vertx, InstantSource clock) {
        Mode mode = settings.mode().orElseThrow(() -> wrong("is missing"));
        return switch (mode) {
            case HEADER -> new GatewayHeaders(settings.header());
            case JWT -> BearerToken.of(settings.jwt(), vertx, clock);
            case DEMO -> {
                if (profiles.stream().noneMatch(PLAYGROUNDS::contains)) {
                    throw wrong("is demo, which would let every caller in");
                }
                yield new DemoUser(settings.header());
            }
        };
    }

    private static ConfigurationException wrong(String why) {
        return new ConfigurationException(
                SETTING + " (RAMPGATE_IDENTITY_MODE) " + why
                        + ": set it to jwt if users bring a token of your issuer, or to header and let the gateway in"
                        + " front of Rampgate sign users in",
                Set.of(SETTING));
    }
}
