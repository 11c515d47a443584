package dev.rampgate.database.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Test;

class SchemaVersionTest {

    /** A replica with an older number would serve without the newest tables. */
    @Test
    void theVersionThatABuildNeedsIsTheNewestOfItsMigrations() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
            MigrationVersion newest = files.map(file -> file.getFileName().toString())
                    .map(name -> MigrationVersion.fromVersion(name.substring(1, name.indexOf("__"))))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            assertThat(MigrationVersion.fromVersion(SchemaVersion.NEEDED))
                    .as("SchemaVersion.NEEDED and the newest file of db/migration")
                    .isEqualTo(newest);
        }
    }
}
