package dev.rampgate.identity;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.function.Supplier;

/** Where the issuer's public keys are read, as text: a set of JSON Web Keys, or PEM. Reading never blocks. */
@FunctionalInterface
interface KeySource {

    /** Longest text that is read; real sets have a few KiB. */
    int MAX_SIZE = 256 * 1024;

    /** Reads the text anew; fails if it is not there, or not in time. */
    Uni<String> read();

    /** What an issuer publishes at a URL (RFC 7517, section 5). Redirects are not followed. */
    static KeySource ofUrl(Vertx vertx, String url, Duration timeout) {
        int millis = Math.toIntExact(timeout.toMillis());
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout(millis)
                .setMaxPoolSize(1)
                .setKeepAlive(false));
        RequestOptions call = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(url)
                .putHeader(HttpHeaders.ACCEPT, "application/json")
                .setTimeout(millis);
        return () -> uni(() -> client.request(call).compose(KeySource::answer))
                .ifNoItem()
                .after(timeout)
                .fail();
    }

    /** A file, for example a mounted secret, that may be replaced at any time. */
    static KeySource ofFile(Vertx vertx, String path) {
        return () -> uni(() -> vertx.fileSystem()
                .props(path)
                .compose(props -> props.size() > MAX_SIZE
                        ? Future.failedFuture("too large")
                        : vertx.fileSystem().readFile(path).map(Buffer::toString)));
    }

    private static Future<String> answer(HttpClientRequest request) {
        return request.send().compose(response -> {
            Buffer body = Buffer.buffer();
            response.handler(chunk -> {
                body.appendBuffer(chunk);
                if (body.length() > MAX_SIZE) {
                    request.reset();
                }
            });
            return response.statusCode() == 200
                    ? response.end().map(end -> body.toString())
                    : Future.failedFuture("status " + response.statusCode());
        });
    }

    private static <T> Uni<T> uni(Supplier<Future<T>> work) {
        return Uni.createFrom().completionStage(() -> work.get().toCompletionStage());
    }
}
