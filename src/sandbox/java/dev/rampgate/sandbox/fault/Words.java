package dev.rampgate.sandbox.fault;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The words that people may write, and the one that they probably meant. */
public final class Words {

    private Words() {}

    /**
     * The constant that is spelled so, in any case of letters.
     *
     * @throws IllegalArgumentException naming the nearest word and all that are allowed
     */
    public static <E extends Enum<E>> E find(Class<E> type, String word) {
        return Stream.of(type.getEnumConstants())
                .filter(constant -> constant.name().equalsIgnoreCase(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(unknown(word, of(type))));
    }

    /** The words of an enum, as JSON has them. */
    public static List<String> of(Class<? extends Enum<?>> type) {
        return Stream.of(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** Says that a word is none of the known ones, which one it resembles, and which there are. */
    public static String unknown(String word, List<String> known) {
        return "'" + word + "' is not known" + hint(word, known);
    }

    /** What follows after the statement that a word is not known: the one that it resembles, and which there are. */
    public static String hint(String word, List<String> known) {
        return nearest(word, known)
                        .map(meant -> "; did you mean '" + meant + "'?")
                        .orElse(".")
                + " There are: " + String.join(", ", known);
    }

    /** The known word that takes the fewest edits; none if it takes too many. */
    public static Optional<String> nearest(String word, List<String> known) {
        String lower = word.toLowerCase(Locale.ROOT);
        int tolerated = Math.max(1, word.length() / 3);
        return known.stream()
                .filter(candidate -> distance(lower, candidate) <= tolerated
                        || lower.length() > 3 && (candidate.startsWith(lower) || candidate.endsWith(lower)))
                .min(Comparator.comparingInt(candidate -> distance(lower, candidate)));
    }

    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int j = 0; j < before.length; j++) {
            before[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] now = new int[before.length];
            now[0] = i;
            for (int j = 1; j < now.length; j++) {
                int replaced = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(replaced, Math.min(before[j], now[j - 1]) + 1);
            }
            before = now;
        }
        return before[other.length()];
    }
}
