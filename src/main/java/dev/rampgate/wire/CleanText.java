package dev.rampgate.wire;

/** What may be stored and printed. */
public final class CleanText {

    private CleanText() {}

    /**
     * Whether a text has no control characters, which include the NUL that PostgreSQL refuses, and no half of a surrogate
     * pair, which has no UTF-8.
     */
    public static boolean isClean(String text) {
        for (int i = 0; i < text.length(); i++) {
            int point = text.codePointAt(i);
            if (Character.isISOControl(point) || isHalf(point)) {
                return false;
            }
            i += Character.charCount(point) - 1;
        }
        return true;
    }

    private static boolean isHalf(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }
}
