package dev.rampgate.proof;

import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes {@link ProofApi}s, each with a bounded pool of connections of its own. No redirect is followed; no answer may be
 * longer, and no exchange may take longer, than its limit.
 */
final class ProofApiConnector {
    /** Most bytes of an answer's body. */
    static final int MAX_ANSWER_BYTES = 1024 * 1024;

    /** Shorter than the idle limit of usual gateways, so that we rarely write into a connection they just closed. */
    private static final int KEEP_ALIVE_SECONDS = 30;
    /** How many calls may wait for a connection, for each connection there may be. */
    private static final int WAITING_PER_CONNECTION = 8;

    private ProofApiConnector() {}

    static ProofApi connect(ProofAccess access) {
        long limit = access.attemptTimeout().toMillis();
        return QuarkusRestClientBuilder.newBuilder()
                .baseUri(access.baseUrl())
                .followRedirects(false)
                .disableDefaultMapper(true)
                .userAgent("rampgate")
                .connectTimeout(limit, TimeUnit.MILLISECONDS)
                .readTimeout(limit, TimeUnit.MILLISECONDS)
                .httpClientOptionsCustomizer(options -> boundConnections(options, access))
                .httpClientRequestCustomizer(request -> boundExchange(request, limit))
                .build(ProofApi.class);
    }

    private static void boundConnections(HttpClientOptions options, ProofAccess access) {
        options.setMaxPoolSize(access.maxConnections());
        options.setMaxWaitQueueSize(access.maxConnections() * WAITING_PER_CONNECTION);
        options.setKeepAliveTimeout(KEEP_ALIVE_SECONDS);
        options.setDecompressionSupported(false);
        access.proxy().ifPresent(options::setProxyOptions);
        access.authorities().ifPresent(options::setTrustOptions);
    }

    /**
     * Ends an exchange that takes too long, however slowly its bytes drip, or brings too much. Ending it here, and never
     * by cancelling the call, matters: the REST client keeps the connection of a call that was cancelled while it still
     * waited for one.
     */
    private static void boundExchange(HttpClientRequest request, long limitMillis) {
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(limitMillis, tooLate -> request.reset(0, new TimeoutException("exchange")));
        request.response()
                .compose(response -> boundBody(request, response))
                .onComplete(ended -> vertx.cancelTimer(timer));
    }

    /** Counts the bytes of a body beside the REST client, which collects them all. */
    private static Future<Void> boundBody(HttpClientRequest request, HttpClientResponse response) {
        // The content type decides nothing for us, but would make the REST client take a multipart answer to pieces, by
        // a
        // parser that knows no limit.
        response.headers().remove(HttpHeaders.CONTENT_TYPE);
        int[] read = new int[1];
        response.handler(chunk -> {
            read[0] += chunk.length();
            if (read[0] > MAX_ANSWER_BYTES) {
                request.reset(0, new AnswerRefused("is longer than " + MAX_ANSWER_BYTES + " bytes"));
            }
        });
        return response.end();
    }

    /** We ended an exchange on purpose, because of what came. */
    static final class AnswerRefused extends RuntimeException {
        AnswerRefused(String problem) {
            super(problem, null, false, false);
        }
    }
}
