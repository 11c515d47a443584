package dev.rampgate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.rampgate.sandbox.transaction.Action;
import dev.rampgate.sandbox.transaction.LifeMode;
import dev.rampgate.support.Missing;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The shop under {@code docs/examples/shop}, as Vite has built it, in a real browser: a page of another origin that signs its calls
 * in by headers.
 */
@QuarkusTest
@QuarkusTestResource(value = AttendedSandbox.class, restrictToAnnotatedClass = true)
class ShopBrowserIT {

    private static final String USER = "demo-user";
    private static final Path BUILT =
            Path.of(System.getProperty("project.basedir", "."), "docs", "examples", "shop", "dist");

    private static Chromium browser;

    @TestHTTPResource("")
    String rampgate;

    private HttpServer shop;

    @BeforeAll
    static void openBrowser() {
        if (!Files.exists(BUILT.resolve("index.html"))) {
            Missing.leaveOut("the shop under docs/examples/shop was LEFT OUT: it is not built;"
                    + " run npm ci and npm run build there");
        }
        browser = new Chromium();
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openShop() throws IOException {
        AttendedSandbox.proof().scenarioPlayer().play("calm");
        AttendedSandbox.proof().kyc().set(USER, "verified");
        shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        shop.createContext("/", this::serve);
        shop.start();
        browser.open(shopAddress());
    }

    @AfterEach
    void closeShop() {
        browser.open("about:blank");
        shop.stop(0);
    }

    @Test
    void aBuyIsPaidAndDone() {
        order("buy");
        browser.sees("#message", "Waiting for your payment");
        step("pay");

        browser.sees("#message", "Done: 42.60 USDC delivered");
        assertThat(browser.textOf("#again")).isEqualTo("New order");
    }

    @Test
    void aDeclinedCardIsTriedAgain() {
        order("buy");
        step("decline");
        browser.sees("#message[data-kind=confirmed]", "The payment failed");
        step("retry");

        browser.sees("#message", "Done: 42.60 USDC delivered");
    }

    @Test
    void aCancelledOrderIsFollowedByANewOne() {
        order("buy");
        step("cancel");
        browser.sees("#message[data-kind=confirmed]", "Cancelled");

        browser.click("#again");
        order("buy");
        step("pay");
        browser.sees("#message", "Done: 42.60 USDC delivered");
    }

    @Test
    void aSellIsPaidOut() {
        order("sell");
        browser.sees("#message", "Waiting for your deposit");
        step("send");

        browser.sees("#message", "Done: 40.15 EUR paid out");
    }

    @Test
    void aReloadGoesOnWithTheSameOrder() {
        AttendedSandbox.proof().life().mode(LifeMode.MANUAL);
        order("buy");
        browser.sees("#message", "Waiting for your payment");
        String page = browser.address();
        assertThat(page).contains("?transaction=");

        browser.open(page);

        browser.sees("#message", "Waiting for your payment");
        inWidget(() -> assertThat(browser.textsOf(".complaints")).isEmpty());
        step("pay");
        browser.sees("#message", "Received");
        AttendedSandbox.proof().drive(page.replaceAll(".*transaction=", ""), Action.COMPLETE);
        browser.sees("#message", "Done: 42.60 USDC delivered");
        assertThat(fetched("/session")).isZero();
        assertThat(fetched("/ticket")).as("the stream's ticket").isPositive();

        browser.open(page);

        browser.sees("#message", "Done: 42.60 USDC delivered");
    }

    @Test
    void aRefusedOrderIsExplained() {
        browser.type("[name=amount]", "0");
        browser.click("#order button");

        browser.sees("#message[data-kind=problem]", "amount");
        assertThat((List<?>) browser.run("return [...document.querySelectorAll('#widget iframe')]"))
                .isEmpty();
    }

    private static void order(String type) {
        browser.choose("[name=type]", type);
        browser.click("#order button");
    }

    private static void step(String name) {
        inWidget(() -> browser.click("[data-step=" + name + "]"));
    }

    private static void inWidget(Runnable work) {
        browser.enterFrame("#widget iframe");
        try {
            work.run();
        } finally {
            browser.leaveFrame();
        }
    }

    private static long fetched(String path) {
        return (long) browser.run(
                "return performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname.endsWith(arguments[0])).length",
                path);
    }

    private String shopAddress() {
        return "http://localhost:" + shop.getAddress().getPort() + "/";
    }

    /** The files that Vite has built, with a configuration that names this test's addresses. */
    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] content;
        if (path.equals("/config.json")) {
            content = "{\"rampgate\":\"%s\",\"widget\":\"%s/widget.2.0.js\"}"
                    .formatted(
                            rampgate.replaceFirst("/$", ""),
                            AttendedSandbox.proof().baseUrl())
                    .getBytes(StandardCharsets.UTF_8);
        } else {
            Path file = BUILT.resolve(path.equals("/") ? "index.html" : path.substring(1))
                    .normalize();
            if (!file.startsWith(BUILT.normalize()) || !Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                exchange.close();
                return;
            }
            content = Files.readAllBytes(file);
        }
        exchange.getResponseHeaders().add("Content-Type", contentType(path));
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    private static String contentType(String path) {
        if (path.endsWith(".js")) {
            return "text/javascript";
        }
        if (path.endsWith(".css")) {
            return "text/css";
        }
        return path.endsWith(".json") ? "application/json" : "text/html; charset=utf-8";
    }
}
