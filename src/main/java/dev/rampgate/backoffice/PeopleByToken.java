package dev.rampgate.backoffice;

import dev.rampgate.identity.CompanyTokens;
import dev.rampgate.identity.CompanyTokens.Rules;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** People whom a token of the company's issuer names, with the role that a claim of it means. */
@Startup
@Singleton
class PeopleByToken {

    private static final String PREFIX = "rampgate.operate.jwt.";

    private final Optional<CompanyTokens> tokens;
    private final String nameClaim;
    private final String roleClaim;
    private final RoleMapping roles;

    /** @throws ConfigurationException naming the first setting that cannot be used */
    PeopleByToken(OperatorSettings settings, Vertx vertx, InstantSource clock) {
        OperatorSettings.Jwt jwt = settings.jwt();
        this.nameClaim = jwt.nameClaim();
        this.roleClaim = jwt.roleClaim();
        this.roles = new RoleMapping(PREFIX + "roles", jwt.roles());
        boolean wanted = jwt.issuer().isPresent()
                || jwt.audience().isPresent()
                || jwt.jwksUrl().isPresent()
                || jwt.keyFile().isPresent()
                || !roles.isEmpty();
        if (wanted && roles.isEmpty()) {
            throw RoleMapping.wrong(
                    PREFIX + "roles", ".<role> is missing: name the values of " + roleClaim + " that mean a role");
        }
        this.tokens = wanted
                ? Optional.of(new CompanyTokens(
                        new Rules(PREFIX, jwt.issuer(), jwt.audience(), jwt.jwksUrl(), jwt.keyFile(), jwt.algorithms()),
                        vertx,
                        clock))
                : Optional.empty();
    }

    boolean isOff() {
        return tokens.isEmpty();
    }

    /**
     * Who brings this token. Fails with {@link ProblemException}: 401 if it is not believed or names nobody, 403 if it means no role, 503 if the
     * issuer's keys were never read.
     */
    Uni<Actor> actor(String token) {
        return tokens.<Uni<Actor>>map(known -> known.claims(token).map(claims -> actor(claims.orElse(Map.of()))))
                .orElseGet(() -> Uni.createFrom().failure(new ProblemException(ProblemType.UNAUTHENTICATED)));
    }

    private Actor actor(Map<String, Object> claims) {
        String name = Optional.ofNullable(value(claims, nameClaim))
                .filter(String.class::isInstance)
                .flatMap(text -> PersonName.of("jwt", (String) text))
                .orElseThrow(() -> new ProblemException(ProblemType.UNAUTHENTICATED));
        Role role = roles.of(words(value(claims, roleClaim)))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.FORBIDDEN, "You are signed in, and have no role in this back office"));
        return new Actor(name, role);
    }

    /** The claim of this name, or the one to which a path with dots leads, such as {@code realm_access.roles}. */
    private static Object value(Map<String, Object> claims, String path) {
        Object value = claims.get(path);
        if (value == null) {
            value = claims;
            for (String part : path.split("\\.")) {
                value = value instanceof Map<?, ?> object ? object.get(part) : null;
            }
        }
        return value;
    }

    private static List<String> words(Object claim) {
        if (claim instanceof Collection<?> several) {
            return several.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .toList();
        }
        return claim instanceof String one ? List.of(one) : List.of();
    }
}
