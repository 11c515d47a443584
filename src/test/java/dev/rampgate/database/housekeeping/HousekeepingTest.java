package dev.rampgate.database.housekeeping;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HousekeepingTest {

    @Test
    void aServiceWhoseSchedulerIsSwitchedOffDoesNotStart() {
        Housekeeping housekeeping = new Housekeeping(null, false, List.of(), new SimpleMeterRegistry());

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> housekeeping.onStart(new StartupEvent()))
                .withMessageContaining("quarkus.scheduler.enabled must stay true");
    }
}
