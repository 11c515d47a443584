package dev.rampgate.backoffice;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** The operator's routes on the management port. */
@ConfigMapping(prefix = "rampgate.operate")
public interface OperatorSettings {

    /**
     * Bearer secrets of the operators, each 16 to 256 printable characters; several while one is replaced.
     * Unit: secrets. Default: none, there are no such routes.
     */
    Optional<List<String>> token();
}
