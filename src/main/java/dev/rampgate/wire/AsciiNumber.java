package dev.rampgate.wire;

/**
 * Reads whole numbers that others wrote. {@link Integer#parseInt} takes the digits of every script and a plus sign, so that a text may
 * mean one number here and another, or none, to a proxy in front.
 */
public final class AsciiNumber {

    private AsciiNumber() {}

    /**
     * A number of the digits {@code 0-9}, with a minus in front if it is negative.
     *
     * @throws NumberFormatException for every other text, and for a number that an {@code int} cannot hold
     */
    public static int toInt(String text) {
        return Integer.parseInt(checked(text, 0, text.length()));
    }

    /**
     * As {@link #toInt(String)}, for a part of a text.
     *
     * @param from first index
     * @param to index behind the last one
     */
    public static int toInt(CharSequence text, int from, int to) {
        checked(text, from, to);
        return Integer.parseInt(text, from, to, 10);
    }

    /** As {@link #toInt(String)}, for a {@code long}. */
    public static long toLong(String text) {
        return Long.parseLong(checked(text, 0, text.length()));
    }

    private static <T extends CharSequence> T checked(T text, int from, int to) {
        int first = from < to && text.charAt(from) == '-' ? from + 1 : from;
        if (first >= to) {
            throw new NumberFormatException("no digits");
        }
        for (int i = first; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                throw new NumberFormatException("not a digit");
            }
        }
        return text;
    }
}
