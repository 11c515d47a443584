package dev.rampgate.database.migration;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.database.DatabaseTls;
import io.quarkus.flyway.runtime.QuarkusFlywayClassProvider;
import io.quarkus.flyway.runtime.QuarkusFlywayResourceProvider;
import io.quarkus.flyway.runtime.QuarkusPathLocationScanner;
import jakarta.inject.Singleton;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Brings the database to the version of this build; several may do so at once, since Flyway locks. The only user of JDBC.
 * Everything is made when it is needed and left behind: Quarkus' own Flyway would be made at every start.
 */
@Singleton
class FlywayMigration {

    private static final int CONNECT_SECONDS = 5;
    private static final int LOGIN_SECONDS = 20;
    /** A migration may take its time. */
    private static final int SILENT_SECONDS = 300;

    private final DatabaseSettings settings;
    private final DatabaseTls tls;

    FlywayMigration(DatabaseSettings settings, DatabaseTls tls) {
        this.settings = settings;
        this.tls = tls;
    }

    /**
     * Blocks until it is done.
     *
     * @return how many steps were to be done
     * @throws FlywayException if the database is away, refuses us, or has other tables than it should
     */
    int run() {
        FluentConfiguration configuration = Flyway.configure().dataSource(server());
        // Found by Quarkus while building: a native executable has no class path to look through. Flyway looks by
        // itself if it lacks only one of both.
        QuarkusPathLocationScanner found =
                new QuarkusPathLocationScanner(configuration, List.of(configuration.getLocations()));
        return configuration
                .resourceProvider(new QuarkusFlywayResourceProvider(found.scanForResources()))
                .javaMigrationClassProvider(new QuarkusFlywayClassProvider<>(found.scanForClasses()))
                .load()
                .migrate()
                .migrationsExecuted;
    }

    private PGSimpleDataSource server() {
        PGSimpleDataSource server = new PGSimpleDataSource();
        server.setServerNames(
                new String[] {settings.directHost().or(settings::host).orElseThrow()});
        server.setPortNumbers(new int[] {settings.directPort().orElse(settings.port())});
        server.setDatabaseName(settings.name().orElseThrow());
        server.setUser(settings.user().orElseThrow());
        server.setPassword(settings.password().orElseThrow());
        server.setApplicationName("rampgate-migration");
        server.setConnectTimeout(CONNECT_SECONDS);
        server.setLoginTimeout(LOGIN_SECONDS);
        server.setSocketTimeout(SILENT_SECONDS);
        server.setSslMode(tls.mode().libpqName());
        server.setSslRootCert(tls.rootCert());
        return server;
    }
}
