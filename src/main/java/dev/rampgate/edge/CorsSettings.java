package dev.rampgate.edge;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Which web pages may call. */
@ConfigMapping(prefix = "rampgate.cors")
public interface CorsSettings {

    /** The company's own origins, such as {@code https://shop.example.com}. Default: none but the host that is called. */
    Optional<List<String>> origins();
}
