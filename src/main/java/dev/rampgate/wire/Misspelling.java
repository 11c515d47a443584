package dev.rampgate.wire;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds out whether an unknown name is a known one that was misspelt. */
public final class Misspelling {

    private static final int LONGEST = 64;
    private static final int SHORT = 6;

    private Misspelling() {}

    /**
     * The known name that was meant: one that differs in letter case, hyphens and underscores alone, or by one edit, or by two if it has more than six
     * letters. An edit adds, removes or replaces a letter, or swaps two neighbours.
     *
     * @param name an unknown one, of any text
     * @return none if the name resembles no known one
     */
    public static Optional<String> meant(String name, Collection<String> known) {
        if (name.length() > LONGEST) {
            return Optional.empty();
        }
        String letters = letters(name);
        return known.stream()
                .sorted()
                .filter(one -> isNear(letters, letters(one)))
                .findFirst();
    }

    private static boolean isNear(String name, String known) {
        int most = known.length() > SHORT ? 2 : 1;
        return Math.abs(name.length() - known.length()) <= most && edits(name, known) <= most;
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /** The optimal string alignment distance. */
    private static int edits(String one, String other) {
        int[][] edits = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? i + j : least(edits, one, other, i, j);
            }
        }
        return edits[one.length()][other.length()];
    }

    private static int least(int[][] edits, String one, String other, int i, int j) {
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int least = Math.min(Math.min(edits[i - 1][j], edits[i][j - 1]) + 1, edits[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
    }
}
