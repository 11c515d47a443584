package dev.rampgate.backoffice.console;

import java.util.List;
import java.util.Map;

/** Some pages of the console, and the forms on them. The console finds every bean of this type. */
public interface ConsolePages {

    /** The pages and forms, the same at each call. */
    List<ConsolePage> pages();

    /**
     * What the console says above a page after a form has redirected to it, by the name that {@link PageAnswer#redirect} takes; {@code {n}}
     * stands for its number. Names are lower case with underscores, and differ between all beans.
     */
    default Map<String, String> notices() {
        return Map.of();
    }
}
