package dev.rampgate.wire;

/** What an id of the company's may be made of: printable characters. */
public final class PrintableText {

    /** Most characters of the company's own reference of a session. */
    private static final int MAX_REFERENCE = 128;

    private PrintableText() {}

    /** Whether a text may be the company's own reference of a session: 1 to 128 printable characters. */
    public static boolean isReference(String text) {
        return is(text, MAX_REFERENCE);
    }

    /**
     * Whether this is 1 to so many printable characters, each a Unicode code point, with spaces only between others.
     * Nothing is folded, trimmed or normalized.
     */
    public static boolean is(String text, int most) {
        return !text.isEmpty()
                && text.codePointCount(0, text.length()) <= most
                && text.codePoints().allMatch(PrintableText::isPrintable)
                && !text.startsWith(" ")
                && !text.endsWith(" ");
    }

    /** Neither a control or format character, half a surrogate pair, something unassigned, nor a space but the plain one. */
    private static boolean isPrintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }
}
