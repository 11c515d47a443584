package dev.rampgate.wire;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * The mark that some programs write before UTF-8 ({@code EF BB BF}). JSON is read without it (RFC 8259, section 8.1), and
 * nothing that we send begins with it. Everything that comes from outside passes here: bodies, answers, messages, files.
 */
public final class ByteOrderMark {

    private static final char MARK = '\uFEFF';
    private static final byte[] UTF_8 = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private ByteOrderMark() {}

    /** The text without one mark at its beginning. */
    public static String strippedFrom(String text) {
        return !text.isEmpty() && text.charAt(0) == MARK ? text.substring(1) : text;
    }

    /** The bytes without one mark at their beginning; the same array if there is none. */
    public static byte[] strippedFrom(byte[] utf8) {
        return startsWithMark(utf8) ? Arrays.copyOfRange(utf8, UTF_8.length, utf8.length) : utf8;
    }

    /** The buffer without one mark at its beginning; the same buffer if there is none. */
    public static Buffer strippedFrom(Buffer utf8) {
        boolean marked = utf8.length() >= UTF_8.length && startsWithMark(utf8.getBytes(0, UTF_8.length));
        return marked ? utf8.getBuffer(UTF_8.length, utf8.length()) : utf8;
    }

    private static boolean startsWithMark(byte[] utf8) {
        return utf8.length >= UTF_8.length && Arrays.equals(utf8, 0, UTF_8.length, UTF_8, 0, UTF_8.length);
    }
}
