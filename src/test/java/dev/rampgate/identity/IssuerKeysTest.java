package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rampgate.identity.RefusedIdentity.Reason;
import dev.rampgate.problem.ProblemException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The keys of an issuer as it publishes them, by HTTP or in a file, and what strangers and the issuer itself can do with them. Knows nothing of
 * how tokens are verified, so that another way to verify them can be tried on it (docs/decisions/0065-library-for-tokens.md).
 */
class IssuerKeysTest {

    private static final Vertx VERTX = Vertx.vertx();
    /** After this long keys may be read again. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private static final Duration LIMIT = Duration.ofSeconds(75);

    private static PublicJsonWebKey first;
    private static PublicJsonWebKey second;

    private final List<PublishedKeys> servers = new ArrayList<>();
    private volatile Instant now = Instant.now();

    @TempDir
    Path mounted;

    @BeforeAll
    static void generateKeysOnce() {
        first = Issuer.unpublished("first");
        second = Issuer.unpublished("second");
    }

    @AfterAll
    static void close() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        servers.forEach(PublishedKeys::close);
    }

    @Test
    void keys_for_encryption_are_left_out() {
        PublicJsonWebKey encrypts = Issuer.unpublished("encrypts");
        encrypts.setUse("enc");
        BearerToken source = at(published(Issuer.keySet(List.of(first, encrypts))));

        assertThat(isBelieved(source, first)).isTrue();
        assertThat(isBelieved(source, encrypts)).isFalse();
    }

    @Test
    void keys_for_other_operations_are_left_out() {
        PublicJsonWebKey wraps = Issuer.unpublished("wraps");
        wraps.setKeyOps(List.of("wrapKey"));
        BearerToken source = at(published(Issuer.keySet(List.of(first, wraps))));

        assertThat(isBelieved(source, wraps)).isFalse();
    }

    @Test
    void a_weak_key_is_left_out() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair pair = generator.generateKeyPair();
        PublicJsonWebKey weak = (PublicJsonWebKey) JsonWebKey.Factory.newJwk(pair.getPublic());
        weak.setKeyId("weak");
        BearerToken source = at(published(Issuer.keySet(List.of(first, weak))));

        String token = Issuer.token(Issuer.claims(now.toEpochMilli()), jws -> {
            jws.setAlgorithmHeaderValue("RS256");
            jws.setKey(pair.getPrivate());
            jws.setKeyIdHeaderValue("weak");
            jws.setDoKeyValidation(false);
        });
        assertThat(isBelieved(source, token)).isFalse();
    }

    @Test
    void broken_entries_do_not_spoil_the_rest() {
        String set = Issuer.keySet(List.of(first));
        String more = set.substring(0, set.length() - 2)
                + ",7,null,\"x\",[],{},{\"kty\":7},{\"kty\":\"RSA\"},{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"},"
                + "{\"kty\":\"EC\",\"crv\":\"P-1\",\"x\":\"AA\",\"y\":\"AA\"},{\"kty\":\"new\",\"kid\":\"four\"},"
                + "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"x5c\":7}]}";

        assertThat(isBelieved(at(published(more)), first)).isTrue();
    }

    @Test
    void an_entry_of_an_unknown_curve_does_not_spoil_the_rest() {
        String set = Issuer.keySet(List.of(first));
        String more = set.substring(0, set.length() - 2)
                + ",{\"kty\":\"EC\",\"kid\":\"odd\",\"crv\":\"P-1\",\"x\":\"AA\",\"y\":\"AA\"}]}";

        assertThat(isBelieved(at(published(more)), first)).isTrue();
    }

    @Test
    void a_byte_order_mark_is_ignored() {
        assertThat(isBelieved(at(published("\uFEFF" + Issuer.keySet(List.of(first)))), first))
                .isTrue();
    }

    @Test
    void a_shared_secret_among_the_keys_signs_nothing() {
        String set = Issuer.keySet(List.of(first));
        String more = set.substring(0, set.length() - 2) + ",{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"three\"}]}";
        BearerToken source = at(published(more));
        assertThat(isBelieved(source, first)).isTrue();

        String token = Issuer.token(Issuer.claims(now.toEpochMilli()), jws -> {
            jws.setAlgorithmHeaderValue("HS256");
            jws.setKey(new HmacKey("secret".getBytes(StandardCharsets.UTF_8)));
            jws.setKeyIdHeaderValue("three");
            jws.setDoKeyValidation(false);
        });
        assertThat(isBelieved(source, token)).isFalse();
    }

    @Test
    void a_set_in_a_file_gives_its_keys() throws Exception {
        Path file = Files.writeString(mounted.resolve("keys.json"), Issuer.keySet(List.of(first, second)));

        assertThat(isBelieved(in(file), second)).isTrue();
    }

    @Test
    void a_file_that_is_replaced_counts() throws Exception {
        Path file = Files.writeString(mounted.resolve("keys.json"), Issuer.keySet(List.of(first)));
        BearerToken source = in(file);
        assertThat(isBelieved(source, first)).isTrue();
        Files.writeString(file, Issuer.keySet(List.of(second)));
        now = now.plus(PAUSE);

        await().atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(() -> isBelieved(source, second));
    }

    @Test
    void several_pem_keys_in_a_file_all_count() throws Exception {
        Path file = Files.writeString(mounted.resolve("keys.pem"), pem(first) + pem(second));
        BearerToken source = in(file);

        assertThat(isBelieved(source, first)).isTrue();
        assertThat(isBelieved(source, second)).isTrue();
    }

    @Test
    void a_key_of_a_new_id_counts() {
        AtomicReference<String> text = new AtomicReference<>(Issuer.keySet(List.of(first)));
        BearerToken source = at(published(text));
        assertThat(isBelieved(source, first)).isTrue();
        text.set(Issuer.keySet(List.of(first, second)));
        now = now.plus(PAUSE);

        await().atMost(LIMIT).pollInterval(Duration.ofSeconds(1)).until(() -> isBelieved(source, second));
    }

    @Test
    void a_withdrawn_key_counts_no_longer_once_the_keys_are_old() {
        AtomicReference<String> text = new AtomicReference<>(Issuer.keySet(List.of(first, second)));
        PublishedKeys keys = published(text);
        BearerToken source = at(keys);
        assertThat(isBelieved(source, first)).isTrue();
        text.set(Issuer.keySet(List.of(second)));
        now = now.plus(new JwtSettings().keysRefresh()).plusSeconds(1);

        await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).until(() -> !isBelieved(source, first));
        assertThat(isBelieved(source, second)).isTrue();
    }

    @Test
    void invented_key_ids_cannot_make_us_read_more_often_than_the_pause_allows() {
        PublishedKeys keys = published(Issuer.keySet(List.of(first)));
        BearerToken source = at(keys);
        assertThat(isBelieved(source, first)).isTrue();
        int before = keys.readings();
        for (int i = 0; i < 100; i++) {
            assertThat(isBelieved(source, invented("invented-" + i))).isFalse();
        }
        assertThat(keys.readings() - before).isLessThanOrEqualTo(1);
    }

    @Test
    void while_the_issuer_is_away_the_last_keys_count() {
        AtomicReference<String> text = new AtomicReference<>(Issuer.keySet(List.of(first)));
        BearerToken source = at(published(text));
        assertThat(isBelieved(source, first)).isTrue();
        text.set(null);
        now = now.plus(PAUSE);
        assertThat(isBelievedOrDeferred(source, second)).isFalse();

        assertThat(isBelieved(source, first)).isTrue();
    }

    @Test
    void a_page_without_keys_does_not_replace_the_last_ones() {
        AtomicReference<String> text = new AtomicReference<>(Issuer.keySet(List.of(first)));
        BearerToken source = at(published(text));
        assertThat(isBelieved(source, first)).isTrue();
        text.set("<html>");
        now = now.plus(PAUSE);
        assertThat(isBelievedOrDeferred(source, second)).isFalse();

        assertThat(isBelieved(source, first)).isTrue();
    }

    @Test
    void while_the_issuer_was_never_reached_strangers_cannot_make_us_ask_it_more_often_than_the_pause_allows() {
        PublishedKeys keys = published(new AtomicReference<>(null));
        BearerToken source = at(keys);

        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> isBelieved(source, first)).isInstanceOf(ProblemException.class);
        }
        assertThat(keys.readings()).isLessThanOrEqualTo(2);
    }

    @Test
    void a_redirect_is_not_followed() {
        // Else another server could say whom we believe.
        PublishedKeys elsewhere = published(Issuer.keySet(List.of(second)));
        PublishedKeys here = PublishedKeys.redirecting(elsewhere.url());
        servers.add(here);

        assertThatThrownBy(() -> isBelieved(at(here), second)).isInstanceOf(ProblemException.class);
        assertThat(elsewhere.readings()).isZero();
    }

    private String invented(String keyId) {
        return Issuer.token(Issuer.claims(now.toEpochMilli()), jws -> {
            jws.setAlgorithmHeaderValue("RS256");
            jws.setKey(second.getPrivateKey());
            jws.setKeyIdHeaderValue(keyId);
        });
    }

    /** A token of an unknown key may also be put off while the issuer is away. */
    private boolean isBelievedOrDeferred(BearerToken source, PublicJsonWebKey key) {
        try {
            return isBelieved(source, key);
        } catch (ProblemException deferred) {
            return false;
        }
    }

    private boolean isBelieved(BearerToken source, PublicJsonWebKey key) {
        return isBelieved(source, Issuer.token(key, Issuer.claims(now.toEpochMilli())));
    }

    private boolean isBelieved(BearerToken source, String token) {
        try {
            return source.caller(MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + token))
                    .await()
                    .atMost(Duration.ofSeconds(30))
                    .isPresent();
        } catch (RefusedIdentity refused) {
            assertThat(refused.reason()).isIn((Object[]) Reason.values());
            return false;
        }
    }

    private PublishedKeys published(String text) {
        return published(new AtomicReference<>(text));
    }

    private PublishedKeys published(AtomicReference<String> text) {
        PublishedKeys keys = new PublishedKeys(text::get);
        servers.add(keys);
        return keys;
    }

    private BearerToken at(PublishedKeys keys) {
        return BearerToken.of(new JwtSettings().keysAt(keys.url()), VERTX, () -> now);
    }

    private BearerToken in(Path file) {
        return BearerToken.of(new JwtSettings().keysIn(file.toString()), VERTX, () -> now);
    }

    private static String pem(PublicJsonWebKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.getPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }
}
