package dev.rampgate.backoffice.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The audit of the back office. */
@ConfigMapping(prefix = "rampgate.operate.audit")
public interface AuditSettings {

    /**
     * Secrets by which users and search values become hashes in the audit, each of at least 32 characters, the same at all replicas.
     * The first one hashes; older ones are kept so that {@code about} finds what they hashed. Unit: secrets. Default: none, a random one of each
     * process: then the entries about a user cannot be found.
     */
    Optional<List<String>> keys();

    /** How long entries are kept, at least {@code 30d}. Default: {@code 400d}. */
    @WithDefault("400d")
    Duration retention();
}
