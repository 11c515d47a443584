package dev.rampgate.edge;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Which web pages may call. */
@ConfigMapping(prefix = "rampgate.cors")
public interface CorsSettings {

    /**
     * Origins of the company's own pages that call from another host, such as {@code https://shop.example.com}; there
     * is no {@code *}, and a wrong one stops the start. Unit: origins. Default: none but the host that is called.
     */
    Optional<List<String>> origins();
}
