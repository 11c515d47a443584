package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.OpenRoute;
import dev.rampgate.wire.Sha256;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The console's style, its script, htmx and the icon. Browsers keep them: an address changes with the content behind it. */
@Singleton
class ConsoleAssets {

    private static final int HASH_LENGTH = 12;

    private final Asset style = new Asset("console.css", "text/css; charset=utf-8");
    private final Asset script = new Asset("console.js", "text/javascript; charset=utf-8");
    private final Asset htmx = new Asset("htmx.min.js", "text/javascript; charset=utf-8");
    private final Asset icon = new Asset("icon.svg", "image/svg+xml");

    /**
     * Where they are.
     *
     * @param style of all pages
     * @param script of all pages
     * @param htmx the library
     * @param icon of all pages
     */
    public record Addresses(String style, String script, String htmx, String icon) {}

    Addresses addresses() {
        return new Addresses(style.address(), script.address(), htmx.address(), icon.address());
    }

    List<OpenRoute> routes() {
        return List.of(style, script, htmx, icon).stream()
                .map(asset -> new OpenRoute(asset.path(), asset::answer))
                .toList();
    }

    private static final class Asset {

        private final String name;
        private final String mediaType;
        private final Buffer content;
        private final String version;

        Asset(String name, String mediaType) {
            this.name = name;
            this.mediaType = mediaType;
            try (InputStream file = ConsoleAssets.class.getResourceAsStream(name)) {
                byte[] bytes = file.readAllBytes();
                this.content = Buffer.buffer(bytes);
                this.version = ConsoleSession.text(Sha256.of(bytes)).substring(0, HASH_LENGTH);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        String path() {
            return ConsoleRoutes.ROOT + "assets/" + name;
        }

        String address() {
            return path() + "?v=" + version;
        }

        void answer(RoutingContext routing) {
            ConsoleHeaders.add(routing);
            routing.response()
                    .putHeader("Content-Type", mediaType)
                    .putHeader("Cache-Control", "public, max-age=31536000, immutable")
                    .end(content);
        }
    }
}
