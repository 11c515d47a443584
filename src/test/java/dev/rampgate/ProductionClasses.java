package dev.rampgate;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;

/** What a production artifact holds: neither tests nor the sandbox, which stand among the tests in a normal build. */
public final class ProductionClasses implements ImportOption {

    @Override
    public boolean includes(Location location) {
        return !location.contains("/test-classes/");
    }
}
