package dev.rampgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rampgate.sandbox.http.EventReceiver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the checkout page shows of the events that a receiver of the company's gets, in a real browser. */
@QuarkusTest
@QuarkusTestResource(
        value = AttendedSandbox.class,
        restrictToAnnotatedClass = true,
        initArgs = @ResourceArg(name = AttendedSandbox.RECEIVER, value = "true"))
class EventsBrowserIT {

    private static final String USER = "demo-user";
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static Chromium browser;

    @TestHTTPResource("/")
    String address;

    @BeforeAll
    static void openBrowser() {
        browser = new Chromium();
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void openPage() {
        AttendedSandbox.proof().scenarioPlayer().play("calm");
        browser.emulate(1280, 900, false, "light");
        browser.open(address + "?simulator=" + AttendedSandbox.proof().baseUrl());
    }

    @AfterEach
    void startReceiver() {
        AttendedSandbox.proof().receiver().stopped(false);
    }

    @Test
    void theEventsOfAPurchaseArriveSignedAndInOrder() throws IOException {
        browser.sees("#hears .hears-state", "receiver runs");

        String order = buy();
        await().atMost(LIMIT).untilAsserted(() -> assertIsWhole(shown(order)));

        assertThat(browser.textsOf("#hears li .hears-what"))
                .hasSameSizeAs(browser.textsOf("#hears li"))
                .allMatch(text -> text.contains("signature verified"));
        assertThat(browser.textsOf("#hears code")).allMatch(id -> id.matches("evt_[0-9a-f]{32}"));
        Path docs = Path.of(System.getProperty("project.basedir", "."), "docs", "screenshots");
        Files.write(docs.resolve("events-desktop-light.png"), browser.picture());
    }

    @Test
    void nothingIsLostWhileTheReceiverIsStopped() {
        browser.click("#hears-switch");
        browser.sees("#hears .hears-state", "receiver stopped");

        String order = buy();
        browser.sees("#standing", "settled");
        await().atMost(LIMIT).until(() -> AttendedSandbox.proof().receiver().refused() > 0);
        browser.sees("#hears .hears-note", "answers 503, so far");
        assertThat(shown(order)).isEmpty();

        browser.click("#hears-switch");
        browser.sees("#hears .hears-state", "receiver runs");

        await().atMost(LIMIT).untilAsserted(() -> assertIsWhole(shown(order)));
        assertThat(AttendedSandbox.proof().receiver().events())
                .extracting(EventReceiver.Received::id)
                .doesNotHaveDuplicates();
    }

    @Test
    void theyFitOnAPhoneAndTheSwitchHasAName() {
        browser.emulate(360, 780, true, "dark");
        buy();
        browser.sees("#hears li[data-type='transaction.settled']", "version");

        assertThat((Boolean) browser.run("return document.documentElement.scrollWidth <= innerWidth"))
                .isTrue();
        assertThat(browser.textOf("#hears-switch")).isEqualTo("Stop the receiver");
    }

    /** Buys to the end; the page's own number of the order. */
    private static String buy() {
        AttendedSandbox.proof().kyc().set(USER, "not_started");
        browser.click("[name=type][value=buy] + span");
        browser.click("#submit");
        step("verify");
        step("pay");
        browser.sees("#status", "Completed");
        return browser.textsOf("#facts dd").stream()
                .filter(text -> text.startsWith("order-"))
                .findFirst()
                .orElseThrow();
    }

    private static void step(String name) {
        browser.enterFrame("#widget iframe");
        browser.click("[data-step=" + name + "]");
        browser.leaveFrame();
    }

    /** Versions have no gap; whether the page shows a status in between depends on how soon the next one comes. */
    private static void assertIsWhole(List<String> events) {
        assertThat(events).isNotEmpty();
        for (int at = 0; at < events.size(); at++) {
            assertThat(events.get(at)).startsWith("version " + (at + 1) + " ");
        }
        assertThat(events.get(0)).endsWith(" transaction.opened");
        assertThat(events.get(events.size() - 1)).endsWith(" transaction.settled");
        assertThat(events).anyMatch(event -> event.endsWith(" transaction.completed"));
    }

    /** An order's events as the page lists them, with their versions, oldest first. */
    private static List<String> shown(String order) {
        return ((List<?>) browser.run(
                        "return [...document.querySelectorAll('#hears li')].reverse()"
                                + ".filter(line => line.querySelector('.hears-whose').textContent === arguments[0])"
                                + ".map(line => `${line.querySelector('.tag').textContent} ${line.dataset.type}`)",
                        order))
                .stream().map(Object::toString).toList();
    }
}
