package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {

    private static PublicJsonWebKey rsa;
    private static PublicJsonWebKey ec;
    private static PublicJsonWebKey nameless;
    private static Issuer issuer;

    private Instant now = Instant.parse("2026-05-02T08:00:00Z");

    @BeforeAll
    static void generateKeysOnce() {
        issuer = new Issuer();
        rsa = issuer.rsa("rsa-1");
        ec = issuer.ec("ec-1");
        nameless = issuer.rsa(null);
    }

    @Test
    void a_token_of_the_issuer_names_the_caller() {
        assertThat(caller(token(rsa, claims -> {}))).contains(new Caller("cust-8841", "jo@example.test"));
        assertThat(caller(token(ec, claims -> {}))).contains(new Caller("cust-8841", "jo@example.test"));
    }

    @Test
    void without_key_ids_every_fitting_key_is_tried() {
        assertThat(caller(token(nameless, claims -> {}))).isPresent();
        assertThat(caller(Issuer.token(claims(), jws -> {
                    jws.setAlgorithmHeaderValue("RS256");
                    jws.setKey(rsa.getPrivateKey());
                })))
                .isPresent();
    }

    @Test
    void the_claims_for_id_and_e_mail_can_be_others() {
        BearerToken source = source(new JwtSettings().claims("https://example.test/id", "mail"));

        assertThat(caller(source, token(rsa, claims -> {
                    claims.setStringClaim("https://example.test/id", "cust-1");
                    claims.setStringClaim("mail", "al@example.test");
                })))
                .contains(new Caller("cust-1", "al@example.test"));
    }

    @Test
    void no_bearer_token_is_nobody() {
        assertThat(source(new JwtSettings())
                        .caller(MultiMap.caseInsensitiveMultiMap())
                        .await()
                        .indefinitely())
                .isEmpty();
        assertThat(source(new JwtSettings())
                        .caller(MultiMap.caseInsensitiveMultiMap().add("Authorization", "Basic am86am8="))
                        .await()
                        .indefinitely())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a.b.c", "....", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiJ9.e30", "\u0000"})
    void what_is_no_signed_token_is_refused(String token) {
        refused(token, Reason.BAD_TOKEN);
    }

    @Test
    void two_tokens_are_refused() {
        String token = token(rsa, claims -> {});
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("Authorization", "Bearer " + token)
                .add("Authorization", "Bearer " + token);

        assertThatThrownBy(
                        () -> source(new JwtSettings()).caller(headers).await().indefinitely())
                .isInstanceOf(RefusedIdentity.class);
    }

    @Test
    void the_scheme_may_be_written_in_any_case() {
        MultiMap headers =
                MultiMap.caseInsensitiveMultiMap().add("authorization", "bEARER " + token(rsa, claims -> {}));

        assertThat(source(new JwtSettings()).caller(headers).await().indefinitely())
                .isPresent();
    }

    @Test
    void an_unsigned_token_is_refused() {
        refused(
                Issuer.token(claims(), jws -> {
                    jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
                    jws.setAlgorithmHeaderValue("none");
                }),
                Reason.BAD_TOKEN);
    }

    @Test
    void a_public_key_does_not_serve_as_a_shared_secret() {
        refused(
                Issuer.token(claims(), jws -> {
                    jws.setAlgorithmHeaderValue("HS256");
                    jws.setKey(new HmacKey(rsa.getPublicKey().getEncoded()));
                    jws.setKeyIdHeaderValue("rsa-1");
                }),
                Reason.BAD_TOKEN);
    }

    @Test
    void an_algorithm_that_is_not_allowed_is_refused() {
        refused(
                Issuer.token(claims(), jws -> {
                    jws.setAlgorithmHeaderValue("RS512");
                    jws.setKey(rsa.getPrivateKey());
                    jws.setKeyIdHeaderValue("rsa-1");
                }),
                Reason.BAD_TOKEN);
    }

    @Test
    void a_key_that_only_claims_a_published_id_is_refused() {
        refused(Issuer.token(Issuer.unpublished("rsa-1"), claims()), Reason.WRONG_SIGNATURE);
    }

    @Test
    void a_key_brought_by_the_token_itself_is_not_used() {
        PublicJsonWebKey own = Issuer.unpublished("rsa-1");
        refused(
                Issuer.token(claims(), jws -> {
                    jws.setAlgorithmHeaderValue("RS256");
                    jws.setKey(own.getPrivateKey());
                    jws.setKeyIdHeaderValue("rsa-1");
                    jws.setJwkHeader(own);
                }),
                Reason.WRONG_SIGNATURE);
    }

    @Test
    void a_changed_token_is_refused() {
        String[] one = token(rsa, claims -> {}).split("\\.");
        String[] other =
                token(rsa, claims -> claims.setSubject("somebody-else")).split("\\.");

        refused(one[0] + "." + other[1] + "." + one[2], Reason.WRONG_SIGNATURE);
    }

    @Test
    void another_issuer_audience_or_none_is_refused() {
        refused(token(rsa, claims -> claims.setIssuer("https://other.example.test")), Reason.WRONG_ISSUER);
        refused(token(rsa, claims -> claims.unsetClaim("iss")), Reason.WRONG_ISSUER);
        refused(token(rsa, claims -> claims.setAudience("another")), Reason.WRONG_AUDIENCE);
        refused(token(rsa, claims -> claims.unsetClaim("aud")), Reason.WRONG_AUDIENCE);
        assertThat(caller(token(rsa, claims -> claims.setAudience("another", "rampgate"))))
                .isPresent();
    }

    @Test
    void a_token_counts_in_its_time_only_give_or_take_the_skew() {
        refused(token(rsa, claims -> claims.setExpirationTime(at(-31))), Reason.EXPIRED);
        assertThat(caller(token(rsa, claims -> claims.setExpirationTime(at(-29)))))
                .isPresent();
        refused(token(rsa, claims -> claims.setNotBefore(at(31))), Reason.BAD_TOKEN);
        assertThat(caller(token(rsa, claims -> claims.setNotBefore(at(29))))).isPresent();
        refused(token(rsa, claims -> claims.unsetClaim("exp")), Reason.BAD_TOKEN);
    }

    @Test
    void ids_obey_the_same_rules_as_elsewhere() {
        assertThat(caller(token(rsa, claims -> claims.setSubject("auth0|5f7c1d"))))
                .map(Caller::userId)
                .contains("auth0|5f7c1d");
        refused(token(rsa, claims -> claims.setSubject("..")), Reason.BAD_USER_ID);
        refused(token(rsa, claims -> claims.setSubject("a\nb")), Reason.BAD_USER_ID);
        refused(token(rsa, claims -> claims.unsetClaim("sub")), Reason.BAD_USER_ID);
        for (Object id : new Object[] {7.5, true, List.of("cust-8841"), List.of(7), Map.of("id", "cust-8841")}) {
            refused(token(rsa, claims -> claims.setClaim("sub", id)), Reason.BAD_USER_ID);
        }
    }

    @Test
    void an_id_that_is_an_integer_counts_in_its_own_spelling() {
        for (Object id : new Object[] {7, 0, 9_007_199_254_740_993L, Long.MAX_VALUE, new BigInteger("9".repeat(40))}) {
            assertThat(caller(token(rsa, claims -> claims.setClaim("sub", id))))
                    .map(Caller::userId)
                    .contains(id.toString());
            assertThat(caller(
                            source(new JwtSettings().claims("uid", "email")),
                            token(rsa, claims -> claims.setClaim("uid", id))))
                    .map(Caller::userId)
                    .contains(id.toString());
        }
        assertThat(caller(source(new JwtSettings().claims("uid", "email")), token(rsa, claims -> {
                    claims.setClaim("sub", 7);
                    claims.setClaim("uid", "cust-1");
                })))
                .map(Caller::userId)
                .contains("cust-1");
        refused(token(rsa, claims -> claims.setClaim("sub", new BigInteger("9".repeat(129)))), Reason.BAD_USER_ID);
    }

    @Test
    void a_claim_is_the_reference_only_where_that_is_configured() {
        BearerToken source = source(new JwtSettings().reference("order"));

        assertThat(caller(token(rsa, claims -> claims.setClaim("order", "order-1"))))
                .map(Caller::reference)
                .isEmpty();
        assertThat(caller(source, token(rsa, claims -> claims.setClaim("order", "order-1"))))
                .map(Caller::reference)
                .contains("order-1");
        assertThat(caller(source, token(rsa, claims -> claims.setClaim("order", 7))))
                .map(Caller::reference)
                .contains("7");
        assertThat(caller(source, token(rsa, claims -> {})))
                .map(Caller::reference)
                .isEmpty();
        for (Object reference : new Object[] {"a\nb", " a", "x".repeat(129), List.of("order-1"), true, 1.5}) {
            assertThatThrownBy(() -> caller(source, token(rsa, claims -> claims.setClaim("order", reference))))
                    .isInstanceOfSatisfying(RefusedIdentity.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.BAD_REFERENCE));
        }
    }

    @Test
    void an_e_mail_claim_of_one_element_counts_as_the_element() {
        assertThat(caller(token(rsa, claims -> claims.setClaim("email", List.of("al@example.test")))))
                .contains(new Caller("cust-8841", "al@example.test"));
    }

    @Test
    void a_token_without_a_usable_e_mail_names_a_caller_without_one() {
        for (Object email :
                new Object[] {"no address", "", 7, List.of(), List.of(7), List.of("jo@example.test", "al@example.test")
                }) {
            assertThat(caller(token(rsa, claims -> claims.setClaim("email", email))))
                    .contains(new Caller("cust-8841", null));
        }
        assertThat(caller(token(rsa, claims -> claims.unsetClaim("email")))).contains(new Caller("cust-8841", null));
    }

    @Test
    void malformed_tokens_are_refused_whatever_their_shape() {
        BearerToken source = source(new JwtSettings());

        for (String token : MalformedTokens.listed()) {
            assertThatThrownBy(() -> caller(source, token)).as(token).isInstanceOf(RefusedIdentity.class);
        }
    }

    @Test
    void changed_tokens_are_refused_or_still_say_the_same() {
        BearerToken source = source(new JwtSettings());
        String good = token(rsa, claims -> {});
        Random random = new Random(20260502);

        for (int i = 0; i < 20_000; i++) {
            String token = MalformedTokens.changed(good, random);
            try {
                assertThat(caller(source, token)).as(token).contains(new Caller("cust-8841", "jo@example.test"));
            } catch (RefusedIdentity refused) {
                assertThat(refused.reason()).as(token).isNotNull();
            }
        }
    }

    @Test
    void what_an_issuer_signs_with_claims_of_a_wrong_shape_is_refused() throws JoseException {
        BearerToken source = source(new JwtSettings());

        for (String payload : MalformedTokens.payloads()) {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setPayload(payload);
            jws.setAlgorithmHeaderValue("RS256");
            jws.setKey(rsa.getPrivateKey());
            String token = jws.getCompactSerialization();
            assertThatThrownBy(() -> caller(source, token)).as(payload).isInstanceOf(RefusedIdentity.class);
        }
    }

    @Test
    void a_key_that_was_changed_under_the_same_id_counts_at_once_but_for_the_pause() {
        PublicJsonWebKey next = Issuer.unpublished("rsa-1");
        rotates(List.of(rsa), List.of(next), next);
    }

    @Test
    void a_key_without_an_id_among_the_published_ones_delays_no_new_key() {
        PublicJsonWebKey next = Issuer.unpublished("next");
        rotates(List.of(nameless), List.of(nameless, next), next);
    }

    @Test
    void a_new_key_without_an_id_counts_at_once() {
        PublicJsonWebKey next = Issuer.unpublished(null);
        rotates(List.of(nameless), List.of(next), next);
    }

    @Test
    void a_new_key_of_another_kind_counts_at_once() {
        rotates(List.of(nameless), List.of(nameless, ec), ec);
    }

    @Test
    void two_keys_of_one_id_are_both_tried() {
        PublicJsonWebKey twin = Issuer.unpublished("rsa-1");
        String set = Issuer.keySet(List.of(rsa, twin));
        BearerToken source = source(() -> Uni.createFrom().item(set));

        assertThat(caller(source, token(rsa, claims -> {}))).isPresent();
        assertThat(caller(source, token(twin, claims -> {}))).isPresent();
    }

    @Test
    void wrong_signatures_cannot_make_us_read_keys_more_often_than_the_pause_allows() {
        AtomicInteger readings = new AtomicInteger();
        String forged = Issuer.token(Issuer.unpublished("rsa-1"), claims());
        BearerToken source = source(() -> {
            readings.incrementAndGet();
            return Uni.createFrom().item(issuer.keySet());
        });

        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> caller(source, forged)).isInstanceOf(RefusedIdentity.class);
        }
        assertThat(readings).hasValue(1);
    }

    private void rotates(List<PublicJsonWebKey> before, List<PublicJsonWebKey> after, PublicJsonWebKey signer) {
        AtomicReference<List<PublicJsonWebKey>> published = new AtomicReference<>(before);
        BearerToken source = source(() -> Uni.createFrom().item(() -> Issuer.keySet(published.get())));
        assertThat(caller(source, token(before.get(0), claims -> {}))).isPresent();
        published.set(after);

        assertThatThrownBy(() -> caller(source, token(signer, claims -> {}))).isInstanceOf(RefusedIdentity.class);
        now = now.plus(SigningKeys.PAUSE);
        assertThat(caller(source, token(signer, claims -> {}))).isPresent();
    }

    @Test
    void while_no_keys_can_be_had_nobody_is_refused_but_all_are_asked_to_come_back() {
        KeySource away = () -> Uni.createFrom().failure(new IllegalStateException("away"));
        BearerToken source = new BearerToken(
                new JwtSettings(), new SigningKeys(away, "it", Duration.ofMinutes(1), () -> now), () -> now);

        assertThatThrownBy(() -> caller(source, token(rsa, claims -> {})))
                .isInstanceOfSatisfying(ProblemException.class, problem -> {
                    assertThat(problem.problem().type()).isEqualTo(ProblemType.UNAVAILABLE);
                    assertThat(problem.problem().retryAfterSeconds()).contains("10");
                });
    }

    @Test
    void the_challenge_speaks_of_an_error_only_if_a_token_was_brought() {
        BearerToken source = source(new JwtSettings());

        assertThat(source.challenge(MultiMap.caseInsensitiveMultiMap())).isEqualTo("Bearer realm=\"rampgate\"");
        assertThat(source.challenge(MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer x")))
                .isEqualTo("Bearer realm=\"rampgate\", error=\"invalid_token\"");
    }

    @Test
    void a_missing_or_wrong_setting_stops_the_start_and_is_named() {
        stops(new JwtSettings().keysAt("https://x.test/").issuer(null), "rampgate.identity.jwt.issuer");
        stops(new JwtSettings().keysAt("https://x.test/").audience(null), "rampgate.identity.jwt.audience");
        stops(new JwtSettings(), "rampgate.identity.jwt.jwks-url");
        stops(new JwtSettings().keysAt("https://x.test/").keysIn("/x"), "rampgate.identity.jwt.key-file");
        stops(new JwtSettings().keysAt("ftp://x.test/"), "rampgate.identity.jwt.jwks-url");
        stops(new JwtSettings().keysAt("https:x"), "rampgate.identity.jwt.jwks-url");
        stops(new JwtSettings().keysIn("/nowhere/keys.json"), "rampgate.identity.jwt.key-file");
        stops(new JwtSettings().keysAt("https://x.test/").algorithms("HS256"), "rampgate.identity.jwt.algorithms");
        stops(new JwtSettings().keysAt("https://x.test/").algorithms("none"), "rampgate.identity.jwt.algorithms");
    }

    private void stops(JwtSettings settings, String name) {
        assertThatThrownBy(() -> {
                    // Only what the settings say is checked here, so that no HTTP client is needed.
                    BearerToken.check(settings);
                    source(settings);
                })
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(name);
    }

    private void refused(String token, Reason reason) {
        assertThatThrownBy(() -> caller(token))
                .isInstanceOfSatisfying(RefusedIdentity.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason));
    }

    private Optional<Caller> caller(String token) {
        return caller(source(new JwtSettings()), token);
    }

    private static Optional<Caller> caller(BearerToken source, String token) {
        return source.caller(MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + token))
                .await()
                .indefinitely();
    }

    private BearerToken source(JwtSettings settings) {
        return source(settings, () -> Uni.createFrom().item(issuer.keySet()));
    }

    private BearerToken source(KeySource published) {
        return source(new JwtSettings(), published);
    }

    private BearerToken source(JwtSettings settings, KeySource published) {
        return new BearerToken(
                settings, new SigningKeys(published, "it", Duration.ofMinutes(10), () -> now), () -> now);
    }

    private String token(PublicJsonWebKey key, Consumer<JwtClaims> change) {
        JwtClaims claims = claims();
        change.accept(claims);
        return Issuer.token(key, claims);
    }

    private JwtClaims claims() {
        return Issuer.claims(now.toEpochMilli());
    }

    private NumericDate at(int seconds) {
        return NumericDate.fromMilliseconds(now.plusSeconds(seconds).toEpochMilli());
    }
}
