package dev.rampgate.startup;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.identity.IdentitySettings;
import dev.rampgate.live.LiveSettings;
import dev.rampgate.proof.ProofSettings;
import dev.rampgate.session.handoff.HandOffSettings;
import dev.rampgate.settings.EnvironmentName;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds all settings that a start needs and does not have, so that an operator hears of them at once. */
@Singleton
class MissingSettings {

    private final DatabaseSettings database;
    private final ProofSettings proof;
    private final IdentitySettings identity;
    private final LiveSettings live;
    private final HandOffSettings handOff;

    MissingSettings(
            DatabaseSettings database,
            ProofSettings proof,
            IdentitySettings identity,
            LiveSettings live,
            HandOffSettings handOff) {
        this.database = database;
        this.proof = proof;
        this.identity = identity;
        this.live = live;
        this.handOff = handOff;
    }

    /**
     * One sentence for each, which says what to set.
     *
     * @param command what this process is for, as {@link DatabaseSettings#COMMAND} says
     */
    List<String> of(String command) {
        Found found = new Found();
        boolean ofDatabaseAlone = List.of(
                        DatabaseSettings.MIGRATE,
                        DatabaseSettings.NEW_EPOCH,
                        DatabaseSettings.APPLY_ERASURES,
                        DatabaseSettings.VERIFY_AUDIT)
                .contains(command);
        if (command.equals(DatabaseSettings.SERVE) || ofDatabaseAlone) {
            ofDatabase(found);
        }
        if (!ofDatabaseAlone) {
            ofProof(found);
            ofIdentity(found);
            if (handOff.baseUrl().isPresent()) {
                found.require(
                        live.ticketKeys(),
                        "rampgate.live.ticket-keys",
                        "one made by openssl rand -hex 32, the same at all replicas, since rampgate.hand-off.base-url is set");
            }
        }
        return found.sentences;
    }

    private void ofDatabase(Found found) {
        found.require(database.host(), "rampgate.database.host", "the name or address of a PostgreSQL server");
        found.require(database.name(), "rampgate.database.name", "the name of a database");
        found.require(database.user(), "rampgate.database.user", "a user of that database");
        found.require(database.password(), "rampgate.database.password", "the password of that user");
    }

    private void ofProof(Found found) {
        found.require(proof.baseUrl(), "rampgate.proof.base-url", "the base URL that Proof handed over at onboarding");
        found.require(
                proof.clientToken(), "rampgate.proof.client-token", "the secret that Proof handed over at onboarding");
    }

    private void ofIdentity(Found found) {
        found.require(
                identity.mode(),
                "rampgate.identity.mode",
                "header (a gateway signs users in) or jwt (users bring tokens of your issuer)");
        identity.mode().ifPresent(mode -> {
            switch (mode) {
                case HEADER ->
                    found.require(
                            identity.header().secret(),
                            "rampgate.identity.header.secret",
                            "the secret that the gateway sends in "
                                    + identity.header().secretName() + ", of at least 16 characters");
                case JWT -> {
                    IdentitySettings.Jwt jwt = identity.jwt();
                    found.require(jwt.issuer(), "rampgate.identity.jwt.issuer", "the iss of your tokens");
                    found.require(
                            jwt.audience(),
                            "rampgate.identity.jwt.audience",
                            "the aud of tokens that are meant for Rampgate");
                    found.require(
                            jwt.jwksUrl().or(jwt::keyFile),
                            "rampgate.identity.jwt.jwks-url",
                            "the URL of your issuer's keys, for example https://issuer.example.com/.well-known/jwks.json;"
                                    + " or rampgate.identity.jwt.key-file names a file with them");
                }
                case DEMO -> {
                    // It needs nothing.
                }
            }
        });
    }

    /** What was missing so far. */
    private static final class Found {
        private final List<String> sentences = new ArrayList<>();

        void require(Optional<?> value, String setting, String meaning) {
            boolean blank = value.filter(text -> !(text instanceof String written && written.isBlank()))
                    .isEmpty();
            if (blank) {
                sentences.add(EnvironmentName.both(setting) + " is not set; it must be " + meaning);
            }
        }
    }
}
