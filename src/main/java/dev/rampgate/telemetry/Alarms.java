package dev.rampgate.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The counters of alarms, which an operator must look into. */
public final class Alarms {

    private Alarms() {}

    /**
     * The counter of one alarm. A class that may raise it registers it at startup: Prometheus sees a counter rise only if it
     * was there before.
     */
    public static Counter of(String alarm, MeterRegistry meters) {
        return Counter.builder("rampgate.alarms")
                .description("Alarms raised for an operator")
                .tag("alarm", alarm)
                .register(meters);
    }
}
