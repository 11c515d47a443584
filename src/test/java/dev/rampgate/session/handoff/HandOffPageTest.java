package dev.rampgate.session.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.session.handoff.HandOffPage.Answer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HandOffPageTest {

    private static final Pattern NONCE = Pattern.compile("'nonce-([A-Za-z0-9_-]{22})'");

    @Test
    void thePolicyLetsNothingRunButTheDocumentsOwnScriptAndTheWidgets() {
        Answer answer = page(new Settings()
                        .widgetScript("https://widget.example.com/w.js")
                        .frameOrigins("https://pay.example.com", "https://id.example.com"))
                .fresh();
        String nonce = nonce(answer);

        assertThat(answer.headers())
                .containsEntry(
                        "Content-Security-Policy",
                        "default-src 'none'; script-src 'nonce-" + nonce
                                + "' https://widget.example.com; style-src 'nonce-"
                                + nonce + "'; img-src data:; connect-src 'self'; frame-src https://pay.example.com"
                                + " https://id.example.com; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
                .containsEntry(
                        "Permissions-Policy",
                        "camera=(self \"https://pay.example.com\" \"https://id.example.com\"),"
                                + " payment=(self \"https://pay.example.com\" \"https://id.example.com\"),"
                                + " microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), midi=()")
                .containsEntry("Referrer-Policy", "no-referrer")
                .containsEntry("Cache-Control", "no-store");
        assertThat(answer.html())
                .contains("<style nonce=\"" + nonce + "\">", "<script type=\"module\" nonce=\"" + nonce + "\">")
                .contains("data-script=\"https://widget.example.com/w.js\"")
                .doesNotContain("style=\"", "onclick=\"")
                .doesNotContainPattern("\\{\\{[a-z]+}}");
    }

    @Test
    void noNonceIsUsedTwice() {
        HandOffPage page = page(new Settings());

        assertThat(nonce(page.fresh())).isNotEqualTo(nonce(page.fresh()));
    }

    @Test
    void theAppsNameIsTextAndNothingElse() {
        assertThat(page(new Settings().appName("Tom & \"Co\" <script>")).fresh().html())
                .contains("<h1>Tom &amp; &quot;Co&quot; &lt;script&gt;</h1>")
                .contains("Return to Tom &amp; &quot;Co&quot; &lt;script&gt;")
                .doesNotContain("<script>");
        assertThat(page(new Settings()).fresh().html()).contains("<h1>Payment</h1>", "Return to the app");
    }

    private static HandOffPage page(Settings settings) {
        return new HandOffPage(new HandOffAddresses(settings, true), settings);
    }

    private static String nonce(Answer answer) {
        Matcher nonce = NONCE.matcher(answer.headers().get("Content-Security-Policy"));
        assertThat(nonce.find()).isTrue();
        return nonce.group(1);
    }
}
