package dev.rampgate.identity;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of {@code jwt} mode as a test wants them; the rest as by default. */
final class JwtSettings implements IdentitySettings.Jwt {

    static final String ISSUER = "https://issuer.example.test";
    static final String AUDIENCE = "rampgate";

    private String issuer = ISSUER;
    private List<String> audience = List.of(AUDIENCE);
    private List<String> algorithms = List.of("RS256", "ES256");
    private String jwksUrl;
    private String keyFile;
    private String userIdClaim = "sub";
    private String emailClaim = "email";
    private String referenceClaim;

    JwtSettings issuer(String value) {
        issuer = value;
        return this;
    }

    JwtSettings audience(List<String> value) {
        audience = value;
        return this;
    }

    JwtSettings algorithms(String... value) {
        algorithms = List.of(value);
        return this;
    }

    JwtSettings keysAt(String url) {
        jwksUrl = url;
        return this;
    }

    JwtSettings keysIn(String file) {
        keyFile = file;
        return this;
    }

    JwtSettings claims(String userId, String email) {
        userIdClaim = userId;
        emailClaim = email;
        return this;
    }

    JwtSettings reference(String claim) {
        referenceClaim = claim;
        return this;
    }

    @Override
    public Optional<String> referenceClaim() {
        return Optional.ofNullable(referenceClaim);
    }

    @Override
    public Optional<String> issuer() {
        return Optional.ofNullable(issuer);
    }

    @Override
    public Optional<List<String>> audience() {
        return Optional.ofNullable(audience);
    }

    @Override
    public Optional<String> jwksUrl() {
        return Optional.ofNullable(jwksUrl);
    }

    @Override
    public Optional<String> keyFile() {
        return Optional.ofNullable(keyFile);
    }

    @Override
    public String userIdClaim() {
        return userIdClaim;
    }

    @Override
    public String emailClaim() {
        return emailClaim;
    }

    @Override
    public List<String> algorithms() {
        return algorithms;
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
