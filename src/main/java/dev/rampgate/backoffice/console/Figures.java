package dev.rampgate.backoffice.console;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Reads figures that this replica has in memory for its metrics ({@code docs/metrics.md}), so that a page about them asks no database. */
@Singleton
class Figures {

    private final MeterRegistry meters;

    Figures(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * The value of a gauge; NaN if it is not known, or not there.
     *
     * @param tags names and values in turn
     */
    double gauge(String name, String... tags) {
        Gauge gauge = meters.find(name).tags(tags).gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    /** Whether a gauge is 1. */
    boolean isOn(String name, String... tags) {
        return gauge(name, tags) == 1;
    }

    /** The values of all gauges of this name, by one of their tags. */
    Map<String, Double> gauges(String name, String tag) {
        return by(tag, meters.find(name).gauges(), Gauge::value);
    }

    /** The sums of all counters of this name since this replica started, by one of their tags. */
    Map<String, Double> counters(String name, String tag) {
        return by(tag, meters.find(name).counters(), Counter::count);
    }

    /** The sum of all counters of this name with these tags, since this replica started. */
    double counted(String name, String... tags) {
        return meters.find(name).tags(tags).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static <M extends Meter> Map<String, Double> by(
            String tag, Collection<M> meters, ToDoubleFunction<M> value) {
        Map<String, Double> all = new TreeMap<>();
        meters.forEach(meter -> {
            List<Tag> tags = meter.getId().getTags();
            tags.stream()
                    .filter(found -> found.getKey().equals(tag))
                    .findFirst()
                    .ifPresent(found -> all.merge(found.getValue(), value.applyAsDouble(meter), Double::sum));
        });
        return all;
    }
}
