package dev.rampgate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The machine's Chromium without a window, with an empty profile of its own; nothing is downloaded. */
final class Chromium implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path profile;
    private final ChromeDriver driver;
    private int width = 1280;
    private int height = 900;
    private boolean phone;

    Chromium() {
        try {
            profile = Files.createTempDirectory("rampgate-chromium-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(System.getProperty("browser.binary", "/usr/bin/chromium"));
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--window-size=1280,900",
                "--user-data-dir=" + profile);
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of(System.getProperty("browser.driver", "/usr/bin/chromedriver"))
                        .toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
    }

    void open(String url) {
        driver.get(url);
    }

    /** Waits until the element is there and can be clicked, and clicks it; anew if the page drew another one meanwhile. */
    void click(String css) {
        patient().until(page -> {
            WebElement element =
                    ExpectedConditions.elementToBeClickable(By.cssSelector(css)).apply(page);
            if (element == null) {
                return false;
            }
            element.click();
            return true;
        });
    }

    void choose(String css, String value) {
        click(css + " option[value=" + value + "]");
    }

    void type(String css, String text) {
        WebElement field = patient().until(ExpectedConditions.elementToBeClickable(By.cssSelector(css)));
        field.clear();
        field.sendKeys(text);
    }

    /** Presses keys where the focus is. */
    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Goes on with the tabulator until the element has the focus; fails if it cannot be reached so. */
    void tabTo(String css) {
        for (int step = 0; step < 30; step++) {
            if ((Boolean) run("return document.activeElement === document.querySelector(arguments[0])", css)) {
                return;
            }
            press(Keys.TAB);
        }
        throw new AssertionError("the tabulator does not lead to " + css);
    }

    /** Waits until the element is seen and shows the text. */
    void sees(String css, String text) {
        patient()
                .withMessage(() -> css + " to say " + text + ", but it says: " + textOf(css))
                .until(page -> textOf(css).contains(text));
    }

    /** What is shown there now; empty if it is not there. */
    String textOf(String css) {
        return textsOf(css).stream().findFirst().orElse("");
    }

    /** What is shown there now, read at once: a page that draws anew meanwhile would take elements away. */
    List<String> textsOf(String css) {
        List<?> texts = (List<?>) run(
                "return [...document.querySelectorAll(arguments[0])].map(e => (e.innerText ?? e.textContent).trim())",
                css);
        return texts.stream().map(Object::toString).toList();
    }

    void enterFrame(String css) {
        patient().until(ExpectedConditions.frameToBeAvailableAndSwitchToIt(By.cssSelector(css)));
    }

    void leaveFrame() {
        driver.switchTo().defaultContent();
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Does something while such addresses cannot be reached. @param pattern with {@code *} for anything */
    void withoutReaching(String pattern, Runnable work) {
        driver.executeCdpCommand("Network.enable", Map.of());
        driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(pattern)));
        try {
            work.run();
        } finally {
            driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of()));
        }
    }

    /** Does something without a network, and has one again. */
    void goOffline(Runnable work) {
        driver.executeCdpCommand("Network.enable", Map.of());
        conditions(true);
        try {
            work.run();
        } finally {
            conditions(false);
        }
    }

    private void conditions(boolean offline) {
        driver.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** Does something while another tab hides the page. */
    void inAnotherTab(Runnable work) {
        String page = driver.getWindowHandle();
        driver.switchTo().newWindow(WindowType.TAB);
        try {
            work.run();
        } finally {
            driver.close();
            driver.switchTo().window(page);
        }
    }

    /** To the page before, as its button does. */
    void goBack() {
        driver.navigate().back();
    }

    /** Where it is now. */
    String address() {
        return driver.getCurrentUrl();
    }

    /** Waits until it is at such an address. */
    void arrivesAt(String part) {
        patient().until(ExpectedConditions.urlContains(part));
    }

    /** What pages' policies have forbidden, and what of them the browser does not know, since this was asked last. */
    List<String> violations() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> message.contains("Content Security Policy")
                        || message.contains("Permissions policy")
                        || message.contains("Permissions-Policy"))
                .toList();
    }

    /** Errors that no page has caught since this was asked last. */
    List<String> uncaught() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> message.contains("Uncaught"))
                .toList();
    }

    /** Shows pages as a screen of this kind would. @param scheme {@code light} or {@code dark} */
    void emulate(int width, int height, boolean phone, String scheme) {
        this.width = width;
        this.height = height;
        this.phone = phone;
        screen(height);
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    private void screen(int visibleHeight) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", visibleHeight, "deviceScaleFactor", 1, "mobile", phone));
    }

    /**
     * The whole page as a PNG. The screen is as high as the page meanwhile: a capture beyond the screen would change the height
     * of frames. What moves stands still.
     */
    byte[] picture() {
        run("""
                const still = new CSSStyleSheet();
                still.replaceSync('*, *::before { animation: none !important; caret-color: transparent !important; }');
                document.adoptedStyleSheets = [still];
                scrollTo(0, 0);""");
        screen(Math.toIntExact(
                (long) run("return Math.max(arguments[0], document.documentElement.scrollHeight)", height)));
        // Two frames later the page is drawn for that screen, and what frames have reported is drawn, too.
        driver.executeAsyncScript(
                "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 250)))");
        try {
            Map<String, Object> answer = driver.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png"));
            return Base64.getDecoder().decode((String) answer.get("data"));
        } finally {
            screen(height);
            run("document.adoptedStyleSheets = []");
        }
    }

    private WebDriverWait patient() {
        WebDriverWait wait = new WebDriverWait(driver, LIMIT, Duration.ofMillis(50));
        wait.ignoring(StaleElementReferenceException.class, ElementClickInterceptedException.class);
        return wait;
    }

    @Override
    public void close() {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
