package dev.rampgate.simulation;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Simulated processes log as much as real ones; during these tests they keep still. */
public final class QuietLog implements BeforeEachCallback, AfterEachCallback {

    private static final Logger LOG = Logger.getLogger("dev.rampgate");

    private Level level;

    @Override
    public void beforeEach(ExtensionContext context) {
        level = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        LOG.setLevel(level);
    }
}
