package dev.rampgate.identity;

import dev.rampgate.wire.ByteOrderMark;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.KeyOperations;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/** Reads public keys from text: a set of JSON Web Keys (RFC 7517), or one or more PEM keys or certificates. */
final class PublicKeys {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN (PUBLIC KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]{1,65536}?)-----END \\1-----");
    private static final List<String> KEY_TYPES = List.of("RSA", "EC");

    /** RFC 7518, sections 3.3 and 3.5. */
    private static final int LEAST_RSA_BITS = 2048;

    private PublicKeys() {}

    /**
     * The keys that can verify a signature; those of PEM have no id. What is of an unknown sort, too weak, meant for
     * something else or broken is left out, so that it does not spoil the others.
     *
     * @throws IllegalArgumentException if there is none; its message says nothing of the text
     */
    static List<PublicJsonWebKey> of(String source) {
        String text = ByteOrderMark.strippedFrom(source);
        List<PublicJsonWebKey> keys = text.stripLeading().startsWith("{") ? ofSet(text) : ofPem(text);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("holds no public key for signatures");
        }
        return keys;
    }

    private static List<PublicJsonWebKey> ofSet(String json) {
        try {
            // Of anything but a list and objects in it the decoder's own types say that it is none.
            return new JsonObject(json)
                    .getJsonArray("keys", new JsonArray()).stream()
                            .filter(JsonObject.class::isInstance)
                            .map(JsonObject.class::cast)
                            .map(PublicKeys::ofEntry)
                            .flatMap(Optional::stream)
                            .toList();
        } catch (DecodeException | ClassCastException broken) {
            throw new IllegalArgumentException("is not a JSON Web Key set");
        }
    }

    private static Optional<PublicJsonWebKey> ofEntry(JsonObject entry) {
        try {
            return JsonWebKey.Factory.newJwk(entry.getMap()) instanceof PublicJsonWebKey key && isForSignatures(key)
                    ? Optional.of(key)
                    : Optional.empty();
        } catch (JoseException | RuntimeException broken) {
            // The library trusts the types of what it parses.
            return Optional.empty();
        }
    }

    private static boolean isForSignatures(PublicJsonWebKey key) {
        return KEY_TYPES.contains(key.getKeyType())
                && (key.getUse() == null || key.getUse().equals(Use.SIGNATURE))
                && (key.getKeyOps() == null || key.getKeyOps().contains(KeyOperations.VERIFY))
                && !(key.getPublicKey() instanceof RSAPublicKey rsa
                        && rsa.getModulus().bitLength() < LEAST_RSA_BITS);
    }

    private static List<PublicJsonWebKey> ofPem(String text) {
        List<PublicJsonWebKey> keys = new ArrayList<>();
        Matcher block = PEM.matcher(text);
        while (block.find()) {
            ofBlock(block).filter(PublicKeys::isForSignatures).ifPresent(keys::add);
        }
        return keys;
    }

    private static Optional<PublicJsonWebKey> ofBlock(Matcher block) {
        try {
            PublicKey key = block.group(1).equals("CERTIFICATE")
                    ? certified(block.group())
                    : plain(Base64.getMimeDecoder().decode(block.group(2)));
            return Optional.of((PublicJsonWebKey) JsonWebKey.Factory.newJwk(key));
        } catch (GeneralSecurityException | JoseException | RuntimeException broken) {
            return Optional.empty();
        }
    }

    private static PublicKey certified(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .getPublicKey();
    }

    private static PublicKey plain(byte[] content) throws GeneralSecurityException {
        for (String type : KEY_TYPES) {
            try {
                return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(content));
            } catch (GeneralSecurityException anotherType) {
                // PEM does not name the type of a key, so each type is tried.
            }
        }
        throw new InvalidKeyException("neither RSA nor EC");
    }
}
