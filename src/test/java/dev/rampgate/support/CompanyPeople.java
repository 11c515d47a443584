package dev.rampgate.support;

import dev.rampgate.identity.Issuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.JwtClaims;

/** People of the company who call the back office: by tokens of its issuer, or through a proxy that has signed them in. */
public final class CompanyPeople {

    public static final String PROXY_SECRET = "proxy-secret-canary-0001";

    private static final Issuer ISSUER = new Issuer();
    private static final PublicJsonWebKey KEY = ISSUER.ec("people");

    private CompanyPeople() {}

    /** What makes Rampgate believe them. */
    public static Map<String, String> settings() {
        JwtClaims claims = Issuer.claims(0);
        try {
            Path keys = Files.writeString(Files.createTempFile("rampgate-people-", ".json"), ISSUER.keySet());
            Path secret = Files.writeString(Files.createTempFile("rampgate-proxy-", ".txt"), PROXY_SECRET);
            keys.toFile().deleteOnExit();
            secret.toFile().deleteOnExit();
            return Map.ofEntries(
                    Map.entry("rampgate.operate.jwt.issuer", claims.getIssuer()),
                    Map.entry("rampgate.operate.jwt.audience", "back-office"),
                    Map.entry("rampgate.operate.jwt.key-file", keys.toString()),
                    Map.entry("rampgate.operate.jwt.name-claim", "email"),
                    Map.entry("rampgate.operate.jwt.role-claim", "realm_access.roles"),
                    Map.entry("rampgate.operate.jwt.roles.service", "ramp-systems"),
                    Map.entry("rampgate.operate.jwt.roles.support", "ramp-desk, ramp-help"),
                    Map.entry("rampgate.operate.jwt.roles.operator", "ramp-oncall"),
                    Map.entry("rampgate.operate.jwt.roles.auditor", "ramp-books"),
                    Map.entry("rampgate.operate.proxy.secret-file", secret.toString()),
                    Map.entry("rampgate.operate.proxy.roles.service", "ramp-systems"),
                    Map.entry("rampgate.operate.proxy.roles.support", "ramp-desk"),
                    Map.entry("rampgate.operate.proxy.roles.operator", "ramp-oncall"),
                    Map.entry("rampgate.operate.proxy.roles.auditor", "ramp-books"));
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A token that names a person with these groups. */
    public static String token(String email, String... groups) {
        JwtClaims claims = claims();
        claims.setStringClaim("email", email);
        claims.setClaim("realm_access", Map.of("roles", List.of(groups)));
        return Issuer.token(KEY, claims);
    }

    /** The same with groups that mean nothing, so that it has about so many characters, and no more. */
    public static String tokenOfAbout(int length, String email, String... groups) {
        JwtClaims claims = claims();
        claims.setStringClaim("email", email);
        claims.setClaim("realm_access", Map.of("roles", List.of(groups)));
        claims.setStringClaim("padding", "");
        int padding = (length - Issuer.token(KEY, claims).length()) * 3 / 4 - 3;
        claims.setStringClaim("padding", "g".repeat(padding));
        return Issuer.token(KEY, claims);
    }

    /** Claims of a good token that names jo@example.test and no group. */
    public static JwtClaims claims() {
        JwtClaims claims = Issuer.claims(System.currentTimeMillis());
        claims.setAudience("back-office");
        return claims;
    }

    /** Signs claims with the issuer's key. */
    public static String signed(JwtClaims claims) {
        return Issuer.token(KEY, claims);
    }
}
