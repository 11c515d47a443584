package dev.rampgate.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/** Reads public keys from text: a set of JSON Web Keys (RFC 7517), or one or more PEM keys or certificates. */
final class PublicKeys {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]{1,65536}?)-----END \\1-----");
    private static final List<String> KEY_TYPES = List.of("RSA", "EC");

    private PublicKeys() {}

    /**
     * The keys that can verify a signature. Keys of an unknown sort are left out; those of PEM have no id.
     *
     * @throws IllegalArgumentException if there is none; its message says nothing of the text
     */
    static List<PublicJsonWebKey> of(String text) {
        List<PublicJsonWebKey> keys = text.stripLeading().startsWith("{") ? ofSet(text) : ofPem(text);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("holds no public key for signatures");
        }
        return keys;
    }

    private static List<PublicJsonWebKey> ofSet(String json) {
        try {
            return new JsonWebKeySet(json)
                    .getJsonWebKeys().stream()
                            .filter(PublicJsonWebKey.class::isInstance)
                            .map(PublicJsonWebKey.class::cast)
                            .filter(key -> key.getUse() == null || key.getUse().equals(Use.SIGNATURE))
                            .toList();
        } catch (JoseException | RuntimeException broken) {
            // The library trusts the types of what it parses.
            throw new IllegalArgumentException("is no set of JSON Web Keys");
        }
    }

    private static List<PublicJsonWebKey> ofPem(String text) {
        List<PublicJsonWebKey> keys = new ArrayList<>();
        Matcher block = PEM.matcher(text);
        while (block.find()) {
            byte[] content = Base64.getMimeDecoder().decode(block.group(2));
            keys.add(webKey(block.group(1).equals("CERTIFICATE") ? certified(block.group()) : plain(content)));
        }
        return keys;
    }

    private static PublicKey certified(String pem) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .getPublicKey();
        } catch (GeneralSecurityException broken) {
            throw new IllegalArgumentException("holds a certificate that cannot be read");
        }
    }

    private static PublicKey plain(byte[] content) {
        for (String type : KEY_TYPES) {
            try {
                return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(content));
            } catch (GeneralSecurityException anotherType) {
                // Nothing but trying tells the type of a key in PEM.
            }
        }
        throw new IllegalArgumentException("holds a key that is neither RSA nor EC");
    }

    private static PublicJsonWebKey webKey(PublicKey key) {
        try {
            return (PublicJsonWebKey) JsonWebKey.Factory.newJwk(key);
        } catch (JoseException unknown) {
            throw new IllegalArgumentException("holds a key that is neither RSA nor EC");
        }
    }
}
