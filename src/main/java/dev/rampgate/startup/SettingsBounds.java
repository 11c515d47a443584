package dev.rampgate.startup;

import dev.rampgate.backoffice.OperatorSettings;
import dev.rampgate.books.drift.DriftSettings;
import dev.rampgate.books.imports.ImportSettings;
import dev.rampgate.channel.socket.SocketSettings;
import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.edge.EdgeSettings;
import dev.rampgate.live.LiveSettings;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.settings.Bounds;
import dev.rampgate.settings.EnvironmentName;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds numeric settings that are out of their {@link Bounds}. Bean Validation could do this too, but it creates a second
 * validator factory for the settings, which takes a fifth of the start time.
 */
@RegisterForReflection(
        targets = {
            DatabaseSettings.class,
            DriftSettings.class,
            EdgeSettings.class,
            ImportSettings.class,
            LiveSettings.class,
            OperatorSettings.class,
            PollSettings.class,
            ReconcileSettings.class,
            SocketSettings.class
        },
        fields = false)
final class SettingsBounds {

    static final List<Class<?>> BOUNDED = List.of(
            DatabaseSettings.class,
            DriftSettings.class,
            EdgeSettings.class,
            ImportSettings.class,
            LiveSettings.class,
            OperatorSettings.class,
            PollSettings.class,
            ReconcileSettings.class,
            SocketSettings.class);

    private SettingsBounds() {}

    /** A sentence for each setting of this group that is out of its allowed range. */
    static List<String> problems(Class<?> group, Object settings) {
        String prefix = group.getAnnotation(ConfigMapping.class).prefix();
        return Stream.of(group.getMethods())
                .filter(setting -> setting.isAnnotationPresent(Bounds.class))
                .flatMap(setting -> problem(
                        prefix + "." + StringUtil.skewer(setting.getName()),
                        number(setting, settings),
                        setting.getAnnotation(Bounds.class))
                        .stream())
                .sorted()
                .toList();
    }

    /**
     * The same from the texts of the settings, while some setting cannot be read. What is no number is left out.
     *
     * @param settings the text of a setting; empty if it is not set
     */
    static List<String> problemsOfTexts(Class<?> group, Function<String, Optional<String>> settings) {
        String prefix = group.getAnnotation(ConfigMapping.class).prefix();
        return Stream.of(group.getMethods())
                .filter(setting -> setting.isAnnotationPresent(Bounds.class))
                .flatMap(setting -> {
                    String name = prefix + "." + StringUtil.skewer(setting.getName());
                    return settings
                            .apply(name)
                            .flatMap(SettingsBounds::number)
                            .flatMap(number -> problem(name, number, setting.getAnnotation(Bounds.class)))
                            .stream();
                })
                .sorted()
                .toList();
    }

    private static Optional<Double> number(String text) {
        try {
            return Optional.of(Double.parseDouble(text.strip()));
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    private static Optional<String> problem(String setting, double number, Bounds bounds) {
        if (number >= bounds.least() && number <= bounds.most()) {
            return Optional.empty();
        }
        String allowed = bounds.most() == Double.MAX_VALUE
                ? text(bounds.least()) + " or more"
                : text(bounds.least()) + " to " + text(bounds.most());
        return Optional.of(EnvironmentName.both(setting) + " is " + text(number) + "; it must be " + allowed);
    }

    private static double number(Method setting, Object settings) {
        try {
            return ((Number) setting.invoke(settings)).doubleValue();
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(setting + " cannot be read", impossible);
        }
    }

    /** A number without an exponent and without trailing zeros. */
    private static String text(double number) {
        return Double.isFinite(number)
                ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
                : Double.toString(number);
    }
}
