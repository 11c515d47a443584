package dev.rampgate.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** A company's identity provider with keys of its own, that signs what a test wants. */
public final class Issuer {

    private final List<PublicJsonWebKey> published = new ArrayList<>();

    /** A fresh RSA key, published under this id; null for none. */
    public PublicJsonWebKey rsa(String keyId) {
        return publish(unpublished(keyId));
    }

    /** A fresh key on the curve P-256, published under this id. */
    public PublicJsonWebKey ec(String keyId) {
        try {
            PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
            key.setKeyId(keyId);
            return publish(key);
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static PublicJsonWebKey unpublished(String keyId) {
        try {
            PublicJsonWebKey key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId(keyId);
            return key;
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void withdraw(PublicJsonWebKey key) {
        published.remove(key);
    }

    /** What the issuer publishes at the moment. */
    public String keySet() {
        return keySet(published);
    }

    static String keySet(List<PublicJsonWebKey> keys) {
        return new JsonWebKeySet(keys).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }

    /** The claims of a good token that ends in a minute. */
    public static JwtClaims claims(long nowMillis) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(JwtSettings.ISSUER);
        claims.setAudience(JwtSettings.AUDIENCE);
        claims.setSubject("cust-8841");
        claims.setStringClaim("email", "jo@example.test");
        claims.setExpirationTime(NumericDate.fromMilliseconds(nowMillis + 60_000));
        return claims;
    }

    public static String token(PublicJsonWebKey key, JwtClaims claims) {
        return token(claims, jws -> {
            jws.setAlgorithmHeaderValue(key.getKeyType().equals("EC") ? "ES256" : "RS256");
            jws.setKey(key.getPrivateKey());
            if (key.getKeyId() != null) {
                jws.setKeyIdHeaderValue(key.getKeyId());
            }
        });
    }

    static String token(JwtClaims claims, Consumer<JsonWebSignature> signing) {
        try {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setPayload(claims.toJson());
            signing.accept(jws);
            return jws.getCompactSerialization();
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private PublicJsonWebKey publish(PublicJsonWebKey key) {
        published.add(key);
        return key;
    }
}
