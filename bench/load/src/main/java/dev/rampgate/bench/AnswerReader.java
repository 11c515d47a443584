package dev.rampgate.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Finds where an HTTP/1.1 answer ends, and its status; knows lengths, chunks and answers without a body. */
final class AnswerReader {

    private byte[] bytes = new byte[8_192];
    private int length;
    private int headEnd = -1;
    private int status;
    private int bodyLength;
    private boolean chunked;

    /** Takes what came; whether the answer is complete now. One answer at a time: nothing is pipelined. */
    boolean read(ByteBuffer came) {
        int count = came.remaining();
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
        int before = length;
        came.get(bytes, length, count);
        length += count;
        if (headEnd < 0) {
            findHead(Math.max(0, before - 3));
        }
        return headEnd >= 0 && isComplete();
    }

    int status() {
        return status;
    }

    /** Ready for the next answer. */
    void clear() {
        length = 0;
        headEnd = -1;
        chunked = false;
        bodyLength = 0;
    }

    private void findHead(int from) {
        for (int i = from; i + 3 < length; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                headEnd = i + 4;
                readHead(new String(bytes, 0, headEnd, StandardCharsets.ISO_8859_1));
                return;
            }
        }
    }

    private void readHead(String head) {
        status = Integer.parseInt(head, 9, 12, 10);
        String lower = head.toLowerCase(Locale.ROOT);
        chunked = lower.contains("transfer-encoding: chunked");
        int at = lower.indexOf("\r\ncontent-length:");
        if (at >= 0) {
            bodyLength = Integer.parseInt(
                    lower.substring(at + 17, lower.indexOf('\r', at + 17)).trim());
        }
    }

    private boolean isComplete() {
        if (status == 204 || status == 304) {
            return true;
        }
        if (chunked) {
            return length - headEnd >= 5
                    && bytes[length - 5] == '0'
                    && bytes[length - 4] == '\r'
                    && bytes[length - 3] == '\n'
                    && bytes[length - 2] == '\r'
                    && bytes[length - 1] == '\n';
        }
        return length - headEnd >= bodyLength;
    }
}
