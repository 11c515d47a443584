package dev.rampgate.identity;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Verifies tokens of the company's issuer for somebody else than users: the same rules as {@code jwt} mode, with settings of their own. */
public final class CompanyTokens {

    private final BearerToken tokens;

    /**
     * Which tokens are believed.
     *
     * @param prefix what the names of these settings begin with, such as {@code rampgate.operate.jwt.}
     * @param issuer the {@code iss} of every token
     * @param audience what its {@code aud} must name, one of these
     * @param jwksUrl where the issuer's keys are; this or the next
     * @param keyFile the file that holds them
     * @param algorithms what tokens may be signed with
     */
    public record Rules(
            String prefix,
            Optional<String> issuer,
            Optional<List<String>> audience,
            Optional<String> jwksUrl,
            Optional<String> keyFile,
            List<String> algorithms) {}

    /** @throws io.quarkus.runtime.configuration.ConfigurationException naming the first setting that cannot be used */
    public CompanyTokens(Rules rules, Vertx vertx, InstantSource clock) {
        this.tokens = BearerToken.of(new Settings(rules), rules.prefix(), vertx, clock);
    }

    /**
     * What a token says.
     *
     * @return its claims as JSON has them; empty if it is not believed. Fails with {@link dev.rampgate.problem.ProblemException}, 503, if the
     *     issuer's keys were never read
     */
    public Uni<Optional<Map<String, Object>>> claims(String token) {
        return tokens.claims(token)
                .map(claims -> Optional.of(claims.getClaimsMap()))
                .onFailure(RefusedIdentity.class)
                .recoverWithItem(Optional.empty());
    }

    /** As {@code jwt} mode takes them. */
    private record Settings(Rules rules) implements IdentitySettings.Jwt {
        @Override
        public Optional<String> issuer() {
            return rules.issuer();
        }

        @Override
        public Optional<List<String>> audience() {
            return rules.audience();
        }

        @Override
        public Optional<String> jwksUrl() {
            return rules.jwksUrl();
        }

        @Override
        public Optional<String> keyFile() {
            return rules.keyFile();
        }

        @Override
        public String userIdClaim() {
            return "sub";
        }

        @Override
        public String emailClaim() {
            return "email";
        }

        @Override
        public Optional<String> referenceClaim() {
            return Optional.empty();
        }

        @Override
        public List<String> algorithms() {
            return rules.algorithms();
        }

        @Override
        public Duration clockSkew() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration keysRefresh() {
            return Duration.ofMinutes(10);
        }

        @Override
        public Duration fetchTimeout() {
            return Duration.ofSeconds(5);
        }
    }
}
