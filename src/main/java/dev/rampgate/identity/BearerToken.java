package dev.rampgate.identity;

import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.PrintableText;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.AudValidator;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.IssValidator;
import org.jose4j.jwt.consumer.JtiValidator;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwt.consumer.NumericDateValidator;
import org.jose4j.lang.InvalidKeyException;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * {@code jwt} mode: the caller brings a signed JSON Web Token (RFC 7519) of the company's own issuer as bearer token
 * (RFC 6750). Believed are tokens of the configured issuer and audience, that have an end, are in their time, and are
 * signed by one of the issuer's keys with an asymmetric algorithm.
 */
final class BearerToken implements IdentitySource {

    private static final String USERS = "rampgate.identity.jwt.";
    private static final String SCHEME = "Bearer ";

    /**
     * Which kind of key an algorithm needs: RSA, or the curve (RFC 7518, section 3). Those with a shared secret are not here,
     * nor is {@code none}.
     */
    private static final Map<String, String> KEY_KINDS = Map.of(
            "RS256", "RSA",
            "RS384", "RSA",
            "RS512", "RSA",
            "PS256", "RSA",
            "PS384", "RSA",
            "PS512", "RSA",
            "ES256", "P-256",
            "ES384", "P-384",
            "ES512", "P-521");

    private final SigningKeys keys;
    private final InstantSource clock;
    private final String issuer;
    private final String[] audience;
    private final Set<String> algorithms;
    private final int skewSeconds;
    private final String userIdClaim;
    private final String emailClaim;
    private final Optional<String> referenceClaim;

    /** @throws ConfigurationException naming the first setting that cannot be used */
    BearerToken(IdentitySettings.Jwt settings, SigningKeys keys, InstantSource clock) {
        this(settings, USERS, keys, clock);
    }

    private BearerToken(IdentitySettings.Jwt settings, String prefix, SigningKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
        this.issuer = settings.issuer()
                .orElseThrow(() -> wrong(prefix, "issuer", "is missing: it is the iss of your tokens"));
        this.audience = settings.audience()
                .orElseThrow(
                        () -> wrong(prefix, "audience", "is missing: it is the aud of tokens that are meant for us"))
                .toArray(String[]::new);
        this.algorithms = Set.copyOf(settings.algorithms());
        if (algorithms.isEmpty() || !KEY_KINDS.keySet().containsAll(algorithms)) {
            throw wrong(
                    prefix,
                    "algorithms",
                    "must name some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512");
        }
        this.skewSeconds = Math.toIntExact(settings.clockSkew().toSeconds());
        this.userIdClaim = settings.userIdClaim();
        this.emailClaim = settings.emailClaim();
        this.referenceClaim = settings.referenceClaim();
    }

    /** With the keys that the settings name. */
    static BearerToken of(IdentitySettings.Jwt settings, Vertx vertx, InstantSource clock) {
        return of(settings, USERS, vertx, clock);
    }

    /** @param prefix what the names of the settings begin with */
    static BearerToken of(IdentitySettings.Jwt settings, String prefix, Vertx vertx, InstantSource clock) {
        check(settings, prefix);
        KeySource source = settings.jwksUrl()
                .map(url -> KeySource.ofUrl(vertx, url, settings.fetchTimeout()))
                .orElseGet(() -> KeySource.ofFile(vertx, settings.keyFile().orElseThrow()));
        String setting = prefix + (settings.jwksUrl().isPresent() ? "jwks-url" : "key-file");
        return new BearerToken(
                settings, prefix, new SigningKeys(source, setting, settings.keysRefresh(), clock), clock);
    }

    /** Whether the settings name one place where keys may be; what is there shows later. */
    static void check(IdentitySettings.Jwt settings) {
        check(settings, USERS);
    }

    private static void check(IdentitySettings.Jwt settings, String prefix) {
        if (settings.jwksUrl().isPresent() == settings.keyFile().isPresent()) {
            throw wrong(prefix, "jwks-url", "or " + prefix + "key-file must be set, and not both");
        }
        if (settings.jwksUrl().isPresent() && !isUrl(settings.jwksUrl().get())) {
            throw wrong(
                    prefix,
                    "jwks-url",
                    "is not a URL; write for example https://issuer.example.com/.well-known/jwks.json");
        }
        if (settings.keyFile().isPresent()
                && !Files.isReadable(Path.of(settings.keyFile().get()))) {
            throw wrong(prefix, "key-file", "names no file that can be read; it must hold a JSON Web Key set or PEM");
        }
    }

    @Override
    public Uni<Optional<Caller>> caller(MultiMap headers) {
        List<String> claims = headers.getAll(HttpHeaders.AUTHORIZATION);
        if (claims.stream().noneMatch(BearerToken::isBearer)) {
            return Uni.createFrom().item(Optional.empty());
        }
        if (claims.size() != 1) {
            return refused(Reason.BAD_TOKEN);
        }
        return claims(claims.get(0).substring(SCHEME.length()).strip())
                .map(said -> Optional.of(new Caller(userId(said), email(said), reference(said))));
    }

    /**
     * What a token says. Fails with {@link RefusedIdentity} if it is not believed, and with a problem if the issuer's keys were never read.
     */
    Uni<JwtClaims> claims(String token) {
        Optional<TokenHeader> header = TokenHeader.of(token).filter(read -> algorithms.contains(read.algorithm()));
        if (header.isEmpty()) {
            return refused(Reason.BAD_TOKEN);
        }
        String keyId = header.get().keyId();
        return keys.candidates(keyId)
                .chain(tried -> claims(token, keyId, tried))
                .onFailure(SigningKeys.KeysAway.class)
                .transform(away ->
                        new ProblemException(Problem.of(ProblemType.UNAVAILABLE).withRetryAfter(SigningKeys.PAUSE)));
    }

    /** As the known keys say; if none of them fits, as those say that the issuer publishes by now. */
    private Uni<JwtClaims> claims(String token, String keyId, List<PublicJsonWebKey> tried) {
        try {
            return Uni.createFrom().item(claims(token, tried));
        } catch (RefusedIdentity refused) {
            return refused.reason().mayBeOfANewKey()
                    ? keys.newerThan(tried, keyId).map(newer -> claims(token, newer.orElseThrow(() -> refused)))
                    : Uni.createFrom().failure(refused);
        }
    }

    @Override
    public String challenge(MultiMap headers) {
        // RFC 6750, section 3: no error where nothing was claimed.
        return headers.getAll(HttpHeaders.AUTHORIZATION).stream().anyMatch(BearerToken::isBearer)
                ? "Bearer realm=\"rampgate\", error=\"invalid_token\""
                : "Bearer realm=\"rampgate\"";
    }

    private static boolean isBearer(String authorization) {
        return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    private static <T> Uni<T> refused(Reason reason) {
        return Uni.createFrom().failure(new RefusedIdentity(reason));
    }

    private JwtClaims claims(String token, List<PublicJsonWebKey> candidates) {
        try {
            return new JwtConsumerBuilder()
                    .setVerificationKeyResolver((jws, nesting) -> signer(jws, candidates))
                    .setJwsAlgorithmConstraints(new AlgorithmConstraints(
                            AlgorithmConstraints.ConstraintType.PERMIT, algorithms.toArray(String[]::new)))
                    // The same checks as the defaults, without the one that refuses a numeric sub.
                    .setSkipAllDefaultValidators()
                    .registerValidator(new AudValidator(Set.of(audience), true))
                    .registerValidator(new IssValidator(issuer, true))
                    .registerValidator(time())
                    .registerValidator(new JtiValidator(false))
                    .build()
                    .processToClaims(token);
        } catch (InvalidJwtException refused) {
            throw new RefusedIdentity(reason(refused));
        } catch (RuntimeException malformed) {
            // The library trusts the types of what it parses.
            throw new RefusedIdentity(Reason.BAD_TOKEN);
        }
    }

    /** The key that fits and verifies; several may fit where a token names none or keys come without ids. */
    private static Key signer(JsonWebSignature jws, List<PublicJsonWebKey> candidates) throws UnresolvableKeyException {
        String kind = KEY_KINDS.get(jws.getAlgorithmHeaderValue());
        List<Key> fitting = candidates.stream()
                .filter(key -> kind(key).equals(kind))
                .filter(key -> key.getAlgorithm() == null || key.getAlgorithm().equals(jws.getAlgorithmHeaderValue()))
                .<Key>map(PublicJsonWebKey::getPublicKey)
                .toList();
        if (fitting.isEmpty()) {
            throw new UnresolvableKeyException("no key fits");
        }
        for (Key key : fitting.subList(0, fitting.size() - 1)) {
            if (verifies(jws, key)) {
                return key;
            }
        }
        return fitting.get(fitting.size() - 1);
    }

    private static String kind(PublicJsonWebKey key) {
        return key instanceof EllipticCurveJsonWebKey curved ? curved.getCurveName() : key.getKeyType();
    }

    private static boolean verifies(JsonWebSignature jws, Key key) {
        try {
            jws.setKey(key);
            return jws.verifySignature();
        } catch (JoseException | RuntimeException another) {
            return false;
        }
    }

    private NumericDateValidator time() {
        NumericDateValidator time = new NumericDateValidator();
        time.setRequireExp(true);
        time.setAllowedClockSkewSeconds(skewSeconds);
        // Not clock.millis(): the JDK's clock that ticks in microseconds divides by zero there.
        time.setEvaluationTime(NumericDate.fromMilliseconds(clock.instant().toEpochMilli()));
        return time;
    }

    private String userId(JwtClaims claims) {
        String text = text(claims.getClaimValue(userIdClaim));
        if (text == null || !CallerRules.isUserId(text)) {
            throw new RefusedIdentity(Reason.BAD_USER_ID);
        }
        return text;
    }

    /** Null if no claim is configured, or the token has none, or an empty one. */
    private String reference(JwtClaims claims) {
        Object claim = referenceClaim.map(claims::getClaimValue).orElse(null);
        if (claim == null || "".equals(claim)) {
            return null;
        }
        String text = text(claim);
        if (text == null || !PrintableText.isReference(text)) {
            throw new RefusedIdentity(Reason.BAD_REFERENCE);
        }
        return text;
    }

    /** A string, or an integer in decimal digits: issuers whose ids are numbers write them so. Null for anything else. */
    private static String text(Object claim) {
        if (claim instanceof String string) {
            return string;
        }
        return claim instanceof Long || claim instanceof BigInteger ? claim.toString() : null;
    }

    /** Null if the token has none that Proof would take; only a session needs one. An array of one counts as its element. */
    private String email(JwtClaims claims) {
        Object claim = claims.getClaimValue(emailClaim);
        if (claim instanceof List<?> list && list.size() == 1) {
            claim = list.get(0);
        }
        return claim instanceof String text && CallerRules.isEmail(text) ? text : null;
    }

    private static Reason reason(InvalidJwtException refused) {
        if (refused.hasErrorCode(ErrorCodes.EXPIRED)) {
            return Reason.EXPIRED;
        }
        if (refused.hasErrorCode(ErrorCodes.ISSUER_INVALID) || refused.hasErrorCode(ErrorCodes.ISSUER_MISSING)) {
            return Reason.WRONG_ISSUER;
        }
        if (refused.hasErrorCode(ErrorCodes.AUDIENCE_INVALID) || refused.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
            return Reason.WRONG_AUDIENCE;
        }
        if (refused.hasErrorCode(ErrorCodes.SIGNATURE_INVALID) || refused.getCause() instanceof InvalidKeyException) {
            return Reason.WRONG_SIGNATURE;
        }
        return refused.getCause() instanceof UnresolvableKeyException ? Reason.UNKNOWN_KEY : Reason.BAD_TOKEN;
    }

    private static boolean isUrl(String url) {
        try {
            URI uri = new URI(url);
            return uri.getHost() != null
                    && uri.getUserInfo() == null
                    && Set.of("http", "https").contains(uri.getScheme());
        } catch (URISyntaxException noUri) {
            return false;
        }
    }

    private static ConfigurationException wrong(String prefix, String name, String why) {
        return new ConfigurationException(prefix + name + " " + why, Set.of(prefix + name));
    }
}
