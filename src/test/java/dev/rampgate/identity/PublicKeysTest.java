package dev.rampgate.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.PublicKey;
import java.util.Base64;
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
