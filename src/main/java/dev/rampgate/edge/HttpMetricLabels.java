package dev.rampgate.edge;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.netty.handler.codec.http.HttpMethod;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Restricts the labels of Quarkus' HTTP metrics to closed sets, so that callers cannot create time series: every other value
 * becomes {@value #OTHER}. {@link RequestHead} already refuses unknown methods before they are measured; this filter holds for
 * all other measurements.
 */
final class HttpMetricLabels {

    static final String OTHER = "other";

    private static final String HTTP = "http.";

    private static final Set<String> METHODS =
            RequestHead.METHODS.stream().map(HttpMethod::name).collect(Collectors.toUnmodifiableSet());

    /** Rampgate's path templates, and Quarkus' labels for other paths. */
    private static final Set<String> PATHS = Stream.concat(
                    RequestTrace.templates().stream(),
                    Stream.of("root", "NOT_FOUND", "REDIRECTION", "UNKNOWN", "/cors-preflight", OTHER))
            .collect(Collectors.toUnmodifiableSet());

    private static final Predicate<String> STATUS =
            Pattern.compile("[1-5][0-9][0-9]|UNKNOWN|RESET").asMatchPredicate();

    private HttpMetricLabels() {}

    /** Applies the restriction to all registries. */
    static final class Filter {
        @Produces
        @Singleton
        MeterFilter closedSets() {
            return new MeterFilter() {
                @Override
                public Meter.Id map(Meter.Id meter) {
                    return meter.getName().startsWith(HTTP) ? withKnownValues(meter) : meter;
                }
            };
        }
    }

    static Meter.Id withKnownValues(Meter.Id meter) {
        List<Tag> tags = new ArrayList<>();
        for (Tag tag : meter.getTagsAsIterable()) {
            tags.add(isKnown(tag) ? tag : Tag.of(tag.getKey(), OTHER));
        }
        return meter.replaceTags(tags);
    }

    private static boolean isKnown(Tag tag) {
        return switch (tag.getKey()) {
            case "method" -> METHODS.contains(tag.getValue());
            case "uri" -> PATHS.contains(tag.getValue());
            case "status" -> STATUS.test(tag.getValue());
            default -> true;
        };
    }
}
