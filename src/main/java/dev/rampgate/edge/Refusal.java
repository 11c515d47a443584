package dev.rampgate.edge;

import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.problem.RequestId;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The answer to a request that is refused before any route sees it. The connection ends with it.
 *
 * @param status the answer's HTTP status
 * @param problem the body; empty for an answer without one
 * @param requestId the caller's own if it is valid, else a new one
 * @param headers additional header lines, each ending in CRLF
 * @param hasBody whether the body is sent; false for {@code HEAD}
 */
record Refusal(int status, Optional<Problem> problem, String requestId, String headers, boolean hasBody) {

    /** How long further bytes are discarded before closing: closing at once could destroy the answer in flight. */
    private static final long LINGER_SECONDS = 2;

    static Refusal of(ProblemType type) {
        return of(type, RequestId.orFresh(null), true);
    }

    static Refusal of(ProblemType type, String requestId, boolean hasBody) {
        return new Refusal(type.status(), Optional.of(Problem.of(type)), requestId, "", hasBody);
    }

    /** Writes the answer from this handler's position in the pipeline, and closes the connection. */
    void sendAndClose(ChannelHandlerContext context) {
        context.writeAndFlush(ByteBufUtil.writeUtf8(context.alloc(), text())).addListener(sent -> {
            if (context.channel() instanceof DuplexChannel channel && channel.isActive()) {
                channel.shutdownOutput();
                context.executor().schedule(() -> context.close(), LINGER_SECONDS, TimeUnit.SECONDS);
            } else {
                context.close();
            }
        });
    }

    private String text() {
        String body = problem.map(said -> said.encode(requestId)).orElse("");
        String described = problem.isEmpty()
                ? ""
                : "Content-Type: " + Problem.MEDIA_TYPE + "\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n";
        return "HTTP/1.1 " + HttpResponseStatus.valueOf(status) + "\r\n"
                + RequestId.HEADER + ": " + requestId + "\r\n"
                + "Connection: close\r\n"
                + "Cache-Control: no-store\r\n"
                + "X-Content-Type-Options: nosniff\r\n"
                + "X-Frame-Options: DENY\r\n"
                + "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                + "Referrer-Policy: no-referrer\r\n"
                + "Cross-Origin-Resource-Policy: same-origin\r\n"
                + headers
                + described
                + "\r\n"
                + (hasBody ? body : "");
    }
}
