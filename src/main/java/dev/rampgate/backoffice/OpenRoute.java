package dev.rampgate.backoffice;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * A route that strangers may GET, too, such as the page for signing in. It reads nothing of the company's and changes nothing.
 *
 * @param path without parameters
 * @param handler writes the answer
 */
public record OpenRoute(String path, Handler<RoutingContext> handler) {}
