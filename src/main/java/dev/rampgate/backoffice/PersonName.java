package dev.rampgate.backoffice;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of people who are signed in elsewhere. A prefix says by what. It has a colon, which no name of the settings has, so that nobody gets
 * the name of another kind of actor.
 */
final class PersonName {

    private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]{1,64}");

    private PersonName() {}

    /** The actor's name; empty unless the text is 1 to 64 printable ASCII characters without spaces. */
    static Optional<String> of(String prefix, String text) {
        return NAME.matcher(text).matches() ? Optional.of(prefix + ":" + text) : Optional.empty();
    }
}
