package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeysTest {

    private final Issuer issuer = new Issuer();

    @Test
    void a_key_set_gives_its_public_keys() {
        issuer.rsa("one");
        issuer.ec("two");

        assertThat(PublicKeys.of(issuer.keySet()))
                .extracting(PublicJsonWebKey::getKeyId)
                .containsExactly("one", "two");
    }

    @Test
    void keys_for_encryption_shared_secrets_and_unknown_sorts_are_left_out() {
        issuer.rsa("one");
        issuer.rsa("two").setUse("enc");
        String set = issuer.keySet();
        String more = set.substring(0, set.length() - 2)
                + ",{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"kid\":\"three\"},{\"kty\":\"new\",\"kid\":\"four\"}]}";

        assertThat(PublicKeys.of(more)).extracting(PublicJsonWebKey::getKeyId).containsExactly("one");
    }

    @Test
    void what_is_broken_weak_or_meant_for_something_else_does_not_spoil_the_rest() throws Exception {
        issuer.rsa("one");
        issuer.rsa("wraps").setKeyOps(List.of("wrapKey"));
        issuer.rsa("verifies").setKeyOps(List.of("verify"));
        KeyPairGenerator weak = KeyPairGenerator.getInstance("RSA");
        weak.initialize(1024);
        String weakKey =
                JsonWebKey.Factory.newJwk(weak.generateKeyPair().getPublic()).toJson();
        String set = issuer.keySet();
        String more = set.substring(0, set.length() - 2) + "," + weakKey
                + ",7,null,\"x\",[],{},{\"kty\":7},{\"kty\":\"RSA\"},{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"},"
                + "{\"kty\":\"EC\",\"crv\":\"P-1\",\"x\":\"AA\",\"y\":\"AA\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"},"
                + "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"x5c\":7}]}";

        assertThat(PublicKeys.of(more)).extracting(PublicJsonWebKey::getKeyId).containsExactly("one", "verifies");
    }

    @Test
    void a_byte_order_mark_is_ignored() {
        issuer.rsa("one");

        assertThat(PublicKeys.of("\uFEFF" + issuer.keySet())).hasSize(1);
    }

    @Test
    void a_broken_pem_block_does_not_spoil_the_others() {
        PublicKey rsa = issuer.rsa("one").getPublicKey();

        assertThat(PublicKeys.of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
                        + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + pem(rsa)))
                .extracting(PublicJsonWebKey::getPublicKey)
                .containsExactly(rsa);
    }

    @Test
    void several_pem_keys_are_keys_without_ids() {
        PublicKey rsa = issuer.rsa("one").getPublicKey();
        PublicKey ec = issuer.ec("two").getPublicKey();

        assertThat(PublicKeys.of("# old\n" + pem(rsa) + "# new\r\n" + pem(ec)))
                .allSatisfy(key -> assertThat(key.getKeyId()).isNull())
                .extracting(PublicJsonWebKey::getPublicKey)
                .containsExactly(rsa, ec);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "{\"keys\":[]}",
                "{\"keys\":7}",
                "[]",
                "<html>",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
            })
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> PublicKeys.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String pem(PublicKey key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }
}
