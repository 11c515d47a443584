package dev.rampgate.session.handoff;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** As by default, but for what a test says. */
final class Settings implements HandOffSettings {

    private String baseUrl;
    private String widgetScript = "https://widget.proof.community/widget.2.0.js";
    private List<String> frameOrigins;
    private String appName;
    private Duration lifetime = Duration.ofMinutes(1);
    private Duration followFor = Duration.ofHours(1);

    Settings baseUrl(String value) {
        baseUrl = value;
        return this;
    }

    Settings widgetScript(String value) {
        widgetScript = value;
        return this;
    }

    Settings frameOrigins(String... values) {
        frameOrigins = List.of(values);
        return this;
    }

    Settings appName(String value) {
        appName = value;
        return this;
    }

    Settings lifetime(String value) {
        lifetime = Duration.parse(value);
        return this;
    }

    Settings followFor(String value) {
        followFor = Duration.parse(value);
        return this;
    }

    @Override
    public Optional<String> baseUrl() {
        return Optional.ofNullable(baseUrl);
    }

    @Override
    public String widgetScript() {
        return widgetScript;
    }

    @Override
    public Optional<List<String>> frameOrigins() {
        return Optional.ofNullable(frameOrigins);
    }

    @Override
    public Optional<String> appName() {
        return Optional.ofNullable(appName);
    }

    @Override
    public Duration lifetime() {
        return lifetime;
    }

    @Override
    public Duration followFor() {
        return followFor;
    }

    @Override
    public Duration sweepInterval() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Limits limits() {
        return () -> "off";
    }
}
