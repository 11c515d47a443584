package dev.rampgate.startup;

import dev.rampgate.startup.SettingsSources.Group;
import dev.rampgate.startup.SettingsSources.Setting;
import io.smallrye.config.common.utils.StringUtil;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes {@code docs/settings.md}: a template, in which a prefix stands for the table of its settings. */
public final class SettingsReference {

    /** What it is for. Its unit, where the type does not say it. Its default. */
    private static final Pattern COMMENT =
            Pattern.compile("(?<meaning>.+?)(?: Unit: (?<unit>[^.]+)\\.)? Default: (?<default>.+)\\.");

    private final List<Group> groups;
    private final Map<String, String> ofProfiles;
    private final List<String> secrets;

    /**
     * @param ofProfiles for a setting, what {@code application.properties} says of its value in some profiles
     * @param secrets settings that may come from a file
     */
    SettingsReference(List<Group> groups, Map<String, String> ofProfiles, List<String> secrets) {
        this.groups = groups;
        this.ofProfiles = ofProfiles;
        this.secrets = secrets;
    }

    String fill(String template) {
        String filled = template;
        for (Group group : groups) {
            filled = filled.replace("{{" + group.prefix() + "}}", table(group));
        }
        return filled;
    }

    /** The text of the default, as the comment tells it. */
    static String defaultOf(Setting setting) {
        return parts(setting).group("default");
    }

    private String table(Group group) {
        return group.settings().stream()
                .map(this::row)
                .collect(Collectors.joining(
                        "\n",
                        group.comment() + "\n\n| Setting | Default | Unit | Meaning |\n| --- | --- | --- | --- |\n",
                        ""));
    }

    private String row(Setting setting) {
        return "| `%s`<br>`%s` | %s | %s | %s |"
                .formatted(
                        setting.name(),
                        environmentName(setting.name()),
                        defaultOf(setting)
                                + Optional.ofNullable(ofProfiles.get(setting.name()))
                                        .map(elsewhere -> "; " + elsewhere)
                                        .orElse(""),
                        unit(setting),
                        meaning(setting));
    }

    public static String environmentName(String name) {
        return StringUtil.replaceNonAlphanumericByUnderscores(name.replaceAll("[<>]", ""))
                .toUpperCase(Locale.ROOT);
    }

    private static String unit(Setting setting) {
        String unit = Optional.ofNullable(parts(setting).group("unit")).orElseGet(() -> unitOfType(setting));
        if (setting.type().contains("List<")) {
            return "list of " + unit;
        }
        String least = setting.limits().get("least");
        String most = setting.limits().get("most");
        return least == null ? unit : most == null ? unit + ", from " + least : unit + ", " + least + " to " + most;
    }

    private static String unitOfType(Setting setting) {
        return switch (setting.type()) {
            case "Duration" -> "time";
            case "MemorySize" -> "bytes";
            case "boolean" -> "`true` or `false`";
            default -> {
                if (setting.values().isEmpty()) {
                    throw new IllegalStateException("the comment of " + setting.name() + " must tell its unit");
                }
                yield setting.values().keySet().stream()
                        .map(value -> "`" + value + "`")
                        .collect(Collectors.joining(" or "));
            }
        };
    }

    private String meaning(Setting setting) {
        StringBuilder meaning = new StringBuilder(parts(setting).group("meaning"));
        setting.values().forEach((value, what) -> meaning.append(" `%s`: %s".formatted(value, what)));
        if (secrets.contains(setting.name())) {
            meaning.append(" A secret, so `-file` will do.");
        }
        return meaning.toString().replace("|", "\\|");
    }

    private static Matcher parts(Setting setting) {
        Matcher parts = COMMENT.matcher(setting.comment());
        if (!parts.matches()) {
            throw new IllegalStateException("the comment of " + setting.name()
                    + " must end with its default, and before that with its unit if the type does not tell it: "
                    + setting.comment());
        }
        return parts;
    }
}
