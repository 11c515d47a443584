package dev.rampgate.operate;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Settings of the operator's routes on the management port. */
@ConfigMapping(prefix = "rampgate.operate")
public interface OperatorSettings {

    /** Secrets of whoever may call them, by commas while one is replaced; without one there are no such routes. */
    Optional<List<String>> token();
}
