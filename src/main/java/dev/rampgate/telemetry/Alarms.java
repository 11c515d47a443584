package dev.rampgate.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The counters of what an operator should hear of. */
public final class Alarms {

    private Alarms() {}

    /**
     * The counter of one alarm. Whoever may raise it asks for it at the start: of a counter that comes into the world with its
     * first alarm Prometheus cannot see that it rose.
     */
    public static Counter of(String alarm, MeterRegistry meters) {
        return Counter.builder("rampgate.alarms")
                .description("Alarms raised for an operator")
                .tag("alarm", alarm)
                .register(meters);
    }
}
