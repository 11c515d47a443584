package dev.rampgate.database;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.OptionalInt;

/** Where PostgreSQL is. {@code application.properties} hands these to the reactive client and to the migration. */
@ConfigMapping(prefix = "rampgate.database")
public interface DatabaseSettings {

    /** Told to the configuration by {@code main} alone: what this process is for. */
    String COMMAND = "rampgate.command";

    /** The service itself; anything else is a task. */
    String SERVE = "serve";

    /** The task that brings the database to the version of this build, and nothing else. */
    String MIGRATE = "migrate";

    /** The task that begins another epoch of the ledger's events, and nothing else. */
    String NEW_EPOCH = "new-epoch";

    /** The value of {@link #COMMAND} for applying the erasure ledger again, and ending then. */
    String APPLY_ERASURES = "apply-erasures";

    /** The task that checks the chain of the audit, and nothing else. */
    String VERIFY_AUDIT = "verify-audit";

    /** Told to that task by {@code main} alone: heads that were published, separated by commas. */
    String AUDIT_HEADS = "verify-audit.heads";

    /** Name or address of a PostgreSQL server of version 15 or later. Unit: host. Default: none, it is required. */
    Optional<String> host();

    /** Its port. Unit: port. Default: {@code 5432}. */
    @WithDefault("5432")
    @Bounds(least = 1, most = 65_535)
    int port();

    /**
     * Where PostgreSQL itself is, if {@code host} is a pooler that hands out a server connection for each transaction: the
     * migration and the connection that listens go there. Unit: host. Default: none, they go to {@code host}, too.
     */
    Optional<String> directHost();

    /** The port of {@code direct-host}. Unit: port. Default: none, it is that of {@code port}. */
    OptionalInt directPort();

    /** Name of the database. Unit: text. Default: none, it is required. */
    Optional<String> name();

    /**
     * Who we are there: reads and writes rows, and must own the tables only where it migrates them. Unit: text. Default: none,
     * it is required.
     */
    Optional<String> user();

    /** The password of this user. Unit: text. Default: none, it is required. */
    Optional<String> password();

    /** Maximum number of connections of one replica. Unit: connections. Default: {@code 10}. */
    @WithDefault("10")
    @Bounds(least = 1, most = 1_000)
    int maxConnections();

    /**
     * How all connections are encrypted, the migration's too; named as libpq's {@code sslmode} is: {@code disable},
     * {@code prefer}, {@code require}, {@code verify-ca} or {@code verify-full}. Unit: mode. Default: {@code disable}.
     */
    @WithDefault("disable")
    DatabaseTls.Mode sslMode();

    /**
     * A PEM file with the authorities to trust, for {@code verify-ca} and {@code verify-full}, which need it; read at the
     * start. Unit: path. Default: none.
     */
    Optional<String> sslRootCert();

    /**
     * Whether a replica brings an older database to its version while it starts; otherwise it waits for {@code --migrate},
     * alive but not ready. Default: {@code true}.
     */
    @WithDefault("true")
    boolean migrateAtStart();
}
