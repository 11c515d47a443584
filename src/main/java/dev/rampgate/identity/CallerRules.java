package dev.rampgate.identity;

import java.util.regex.Pattern;

/**
 * What an id and an e-mail address of a user may look like, wherever they come from. The id becomes a path segment of a
 * call to Proof (Proof contract, section 2), so that it must be safe there as it is.
 */
final class CallerRules {

    private static final Pattern USER_ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._~@:-]{1,128}");
    private static final Pattern EMAIL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,187}[A-Za-z0-9])?");

    private CallerRules() {}

    static boolean isUserId(String text) {
        return USER_ID.matcher(text).matches();
    }

    /** Plausible and bounded; whether it exists is not our question. */
    static boolean isEmail(String text) {
        return EMAIL.matcher(text).matches();
    }
}
