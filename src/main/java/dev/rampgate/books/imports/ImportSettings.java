package dev.rampgate.books.imports;

import dev.rampgate.settings.Bounds;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the import of statements. */
@ConfigMapping(prefix = "rampgate.books.imports")
public interface ImportSettings {

    /** Maximum number of bytes of one statement; larger ones get 413. Unit: bytes. Default: {@code 104857600}. */
    @WithDefault("104857600")
    @Bounds(least = 1_024, most = 1_073_741_824)
    long maxBytes();

    /** How long one upload may take. Default: {@code 30m}. */
    @WithDefault("30m")
    Duration deadline();
}
