package dev.rampgate.startup;

import dev.rampgate.database.DatabaseSettings;
import dev.rampgate.settings.EnvironmentName;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.smallrye.config.ConfigValidationException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Says on standard error why Rampgate did not start: for a setting its name, its variable, its value, and an example. */
public final class StartFailure {

    private static final Pattern NOT_CONVERTED = Pattern.compile(
            "(?:.*: )?SRCFG00039: The config property (?<name>\\S+) with the config value \"(?<value>.*)\" threw an Exception"
                    + " whilst being converted (?<why>.*)",
            Pattern.DOTALL);
    private static final Pattern REQUIRED =
            Pattern.compile("(?:.*: )?SRCFG00014: The config property (?<name>\\S+) is required but.*", Pattern.DOTALL);
    private static final Pattern WORDS = Pattern.compile(".*allowed values: (?<words>[^\\s]+)", Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("SRCFG[0-9]{5}: ");

    /** What a value must be, by a part of the converter's message. */
    private record Kind(String sign, String rule) {}

    private static final Pattern MANAGEMENT_ADDRESS =
            Pattern.compile("Unable to start the management interface on (?<host>\\S+):(?<port>\\d+)");

    private static final List<Kind> KINDS = List.of(
            new Kind("Invalid duration", "a time such as 500ms, 20s, 5m, 1h or 90d"),
            new Kind("Expected an integer value", "a whole number such as 10"),
            new Kind("Expected a long value", "a whole number such as 10"),
            new Kind("Expected a double value", "a number such as 0.5"),
            new Kind("Expected a float value", "a number such as 0.5"),
            new Kind("neither true nor false", "true or false"),
            new Kind("[BbKkMmGgTtPpEeZzYy]", "a size such as 64K or 1M"));

    private StartFailure() {}

    /** The end of {@link io.quarkus.runtime.Quarkus#run}: reports a failed start, and ends the process with its exit code. */
    public static void end(Integer exitCode, Throwable failure) {
        report(failure);
        ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(exitCode, failure);
    }

    /** Does nothing without a failure. */
    public static void report(Throwable failure) {
        Throwable cause = failure == null ? null : ExceptionUtil.getRootCause(failure);
        if (cause == null || cause instanceof PreventFurtherStepsException) {
            return;
        }
        if (cause instanceof ConfigValidationException invalid) {
            problems(invalid).forEach(System.err::println);
            problemsOfTexts(StartFailure::text).forEach(System.err::println);
        } else if (cause instanceof ConfigurationException) {
            System.err.println(cause.getMessage());
        } else if (cause instanceof QuarkusBindException taken) {
            System.err.println(inUse(taken.getHost(), Integer.toString(taken.getPort())));
        } else if (cause instanceof BindException && managementAddress(failure).isPresent()) {
            Matcher address = managementAddress(failure).get();
            System.err.println(inUse(address.group("host"), address.group("port")));
        } else {
            System.err.println("Rampgate could not start:");
            failure.printStackTrace();
        }
    }

    /** What else is wrong and can be seen although some setting cannot be read: numbers out of their range, contradictions. */
    static List<String> problemsOfTexts(Function<String, Optional<String>> settings) {
        List<String> problems = new ArrayList<>();
        SettingsBounds.BOUNDED.forEach(group -> problems.addAll(SettingsBounds.problemsOfTexts(group, settings)));
        if (System.getProperty(DatabaseSettings.COMMAND, DatabaseSettings.SERVE).equals(DatabaseSettings.SERVE)) {
            problems.addAll(SettingPairs.problems(settings));
        }
        return problems;
    }

    /** As a property of the system or the environment sets it; there is no configuration yet. */
    private static Optional<String> text(String setting) {
        return Optional.ofNullable(System.getProperty(setting, System.getenv(EnvironmentName.of(setting))))
                .filter(text -> !text.isBlank());
    }

    /** One sentence for each wrong setting. */
    static List<String> problems(ConfigValidationException invalid) {
        List<String> ours = new ArrayList<>();
        List<String> ofQuarkus = new ArrayList<>();
        for (int i = 0; i < invalid.getProblemCount(); i++) {
            String problem = invalid.getProblem(i).getMessage();
            (problem.contains(" rampgate.") ? ours : ofQuarkus).add(sentence(problem));
        }
        // A setting of ours may be the value of one of Quarkus, which is wrong for the same reason.
        return ours.isEmpty() ? ofQuarkus : ours;
    }

    private static String sentence(String problem) {
        Matcher wrong = NOT_CONVERTED.matcher(problem);
        if (wrong.matches()) {
            String name = wrong.group("name");
            String value = SecretFiles.SECRETS.contains(name) ? "not shown" : "\"" + wrong.group("value") + "\"";
            return EnvironmentName.both(name) + " is " + value + "; it must be " + rule(wrong.group("why"));
        }
        Matcher missing = REQUIRED.matcher(problem);
        return missing.matches()
                ? EnvironmentName.both(missing.group("name")) + " is required, but not set"
                : CODE.matcher(problem).replaceAll("");
    }

    private static String rule(String why) {
        Matcher words = WORDS.matcher(why);
        if (words.matches()) {
            return "one of " + words.group("words").replace(",", ", ");
        }
        Optional<Kind> kind =
                KINDS.stream().filter(each -> why.contains(each.sign())).findFirst();
        return kind.map(Kind::rule)
                .orElseGet(() -> "valid: " + CODE.matcher(why).replaceAll(""));
    }

    /** Of the management port Quarkus tells no more than a text. */
    private static Optional<Matcher> managementAddress(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .map(each -> MANAGEMENT_ADDRESS.matcher(String.valueOf(each.getMessage())))
                .filter(Matcher::find)
                .findFirst();
    }

    private static String inUse(String host, String port) {
        return "Port " + port + " of " + host
                + " is in use by another process, or may not be opened. Use 'ss -anop | grep " + port
                + "' to identify that process, or set another port: QUARKUS_HTTP_PORT for users, QUARKUS_MANAGEMENT_PORT for"
                + " health and metrics";
    }
}
