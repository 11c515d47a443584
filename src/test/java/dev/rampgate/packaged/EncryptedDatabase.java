package dev.rampgate.packaged;

import dev.rampgate.sandbox.EmbeddedDatabase;
import dev.rampgate.support.Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A real PostgreSQL that lets Rampgate's user in by encrypted connections alone. */
final class EncryptedDatabase {

    private EncryptedDatabase() {}

    /** @param directory for its settings */
    static EmbeddedDatabase start(Path directory, Certificates certificates) {
        try {
            Path access = Files.writeString(directory.resolve("pg_hba.conf"), """
                    local    all  all                    trust
                    host     all  postgres  localhost    trust
                    hostssl  all  all       localhost    scram-sha-256
                    """);
            return EmbeddedDatabase.start(Map.of(
                    "ssl", "on",
                    "ssl_cert_file", certificates.certificate().toString(),
                    "ssl_key_file", certificates.key().toString(),
                    "hba_file", access.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
