package dev.rampgate.startup;

import dev.rampgate.channel.socket.SocketSettings;
import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.edge.EdgeSettings;
import dev.rampgate.live.LiveSettings;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.reconcile.ReconcileSettings;
import dev.rampgate.settings.Bounds;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.common.utils.StringUtil;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Fails startup if a numeric setting is out of its {@link Bounds}. Bean Validation could do this too, but it creates a second
 * validator factory for the settings, which takes a fifth of the start time.
 */
@ApplicationScoped
@RegisterForReflection(
        targets = {
            DatabaseSettings.class,
            EdgeSettings.class,
            LiveSettings.class,
            PollSettings.class,
            ReconcileSettings.class,
            SocketSettings.class
        },
        fields = false)
class SettingsBounds {

    static final List<Class<?>> BOUNDED = List.of(
            DatabaseSettings.class,
            EdgeSettings.class,
            LiveSettings.class,
            PollSettings.class,
            ReconcileSettings.class,
            SocketSettings.class);

    /** Runs before all other observers of startup. */
    void checkAll(@Observes @Priority(1) StartupEvent start) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        BOUNDED.forEach(group -> check(group, config.getConfigMapping(group)));
    }

    /** @throws ConfigurationException naming a setting of this group that is out of its allowed range */
    static void check(Class<?> group, Object settings) {
        String prefix = group.getAnnotation(ConfigMapping.class).prefix();
        for (Method setting : group.getMethods()) {
            Bounds bounds = setting.getAnnotation(Bounds.class);
            if (bounds != null) {
                check(prefix + "." + StringUtil.skewer(setting.getName()), number(setting, settings), bounds);
            }
        }
    }

    private static void check(String setting, double number, Bounds bounds) {
        if (number >= bounds.least() && number <= bounds.most()) {
            return;
        }
        String variable = setting.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
        String allowed = bounds.most() == Double.MAX_VALUE
                ? text(bounds.least()) + " or more"
                : text(bounds.least()) + " to " + text(bounds.most());
        throw new ConfigurationException(
                setting + " (environment variable " + variable + ") is " + text(number) + ", and must be " + allowed,
                Set.of(setting));
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
