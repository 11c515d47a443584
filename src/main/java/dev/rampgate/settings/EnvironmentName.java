package dev.rampgate.settings;

import io.smallrye.config.common.utils.StringUtil;
import java.util.Locale;

/** How the environment spells the name of a setting. */
public final class EnvironmentName {

    private EnvironmentName() {}

    /** The variable of a setting, for example {@code RAMPGATE_PROOF_BASE_URL} for {@code rampgate.proof.base-url}. */
    public static String of(String setting) {
        return StringUtil.replaceNonAlphanumericByUnderscores(setting).toUpperCase(Locale.ROOT);
    }

    /** A setting in both spellings, as messages name it. */
    public static String both(String setting) {
        return setting + " (" + of(setting) + ")";
    }
}
