package dev.rampgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules of hosts and targets as patterns, against the checks that are made without one. */
class RequestHeadTest {

    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._~!$&'()*+,;=-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>[0-9]{1,5}))?");
    private static final Pattern TARGET = Pattern.compile("/([!-~&&[^%?]]|%[0-9A-Fa-f]{2})*(\\?[!-~]*)?");

    private static final List<String> PARTS_OF_HOSTS = List.of(
            "a",
            "Z",
            "9",
            "-",
            ".",
            "_",
            "~",
            "%",
            "%41",
            "[",
            "]",
            ":",
            "::1",
            "f",
            "g",
            "0",
            "65535",
            "65536",
            "@",
            "/",
            " ",
            "*",
            "80",
            "-0",
            "é",
            "\u0663",
            "shop.example.com");
    private static final List<String> PARTS_OF_TARGETS =
            List.of("/", "a", "?", "%", "%4", "%41", "%zz", "%c3%a9", "#", "\u007f", "é", "..", "\"", "{", "~");

    @Test
    void aHostIsANameOrAnAddressAndMayHaveAPort() {
        for (String host :
                List.of("", "[::1]", "[::1]:8080", "[]", "[::1", "a:", "a:0", "a:65535", "a:65536", "a:-1")) {
            assertThat(passes("/", host)).as(host).isEqualTo(isHost(host));
        }
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            String host = joined(PARTS_OF_HOSTS, random);

            assertThat(passes("/", host)).as(host).isEqualTo(isHost(host));
        }
    }

    @Test
    void aTargetIsVisibleAndItsPathCanBeDecoded() {
        Random random = new Random(2);
        for (int i = 0; i < 50_000; i++) {
            String target = "/" + joined(PARTS_OF_TARGETS, random);

            assertThat(passes(target, "a"))
                    .as(target)
                    .isEqualTo(TARGET.matcher(target).matches());
        }
    }

    private static boolean isHost(String text) {
        var host = HOST.matcher(text);
        return host.matches() && (host.group("port") == null || Integer.parseInt(host.group("port")) <= 65_535);
    }

    private static String joined(List<String> parts, Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i >= 0; i--) {
            text.append(parts.get(random.nextInt(parts.size())));
        }
        return text.toString();
    }

    private static boolean passes(String target, String host) {
        HttpRequest request = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.GET,
                "/",
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        request.setUri(target);
        request.headers().set("Host", host);
        return RequestHead.refusal(request).isEmpty();
    }
}
