package dev.rampgate.identity;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Bearer tokens of every wrong shape that came to mind, and changed ones drawn from a seed. None is to be believed. */
final class MalformedTokens {

    private static final List<String> HEADERS = List.of(
            "",
            "{}",
            "{",
            "null",
            "7",
            "[]",
            "\"RS256\"",
            "{\"alg\":null}",
            "{\"alg\":7}",
            "{\"alg\":1e999}",
            "{\"alg\":true}",
            "{\"alg\":[]}",
            "{\"alg\":{}}",
            "{\"alg\":[\"RS256\"]}",
            "{\"alg\":{\"RS256\":1}}",
            "{\"alg\":\"\"}",
            "{\"alg\":\"none\"}",
            "{\"alg\":\"rs256\"}",
            "{\"alg\":\"HS256\"}",
            "{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}",
            "{\"alg\":\"RS256\"}",
            "{\"alg\":\"RS256\"} ",
            "{\"alg\":\"RS256\"}x",
            "{\"alg\":\"RS256\"}{}",
            "{\"alg\":\"RS256\",\"alg\":\"none\"}",
            "{\"alg\":\"ES256\",\"kid\":\"rsa-1\"}",
            "{\"alg\":\"RS256\",\"kid\":\"ec-1\"}",
            "{\"alg\":\"RS256\",\"kid\":7}",
            "{\"alg\":\"RS256\",\"kid\":null}",
            "{\"alg\":\"RS256\",\"kid\":[\"rsa-1\"]}",
            "{\"alg\":\"RS256\",\"kid\":{}}",
            "{\"alg\":\"RS256\",\"kid\":\"\\u0000\\ud800\"}",
            "{\"alg\":\"RS256\",\"crit\":7}",
            "{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}",
            "{\"alg\":\"RS256\",\"crit\":[7,null]}",
            "{\"alg\":\"RS256\",\"b64\":\"x\"}",
            "{\"alg\":\"RS256\",\"jwk\":7}",
            "{\"alg\":\"RS256\",\"jwk\":{\"kty\":7}}",
            "{\"alg\":\"RS256\",\"x5c\":7}",
            "{\"alg\":\"RS256\",\"cty\":\"JWT\"}",
            "{\"alg\":\"RS256\",\"cty\":7,\"typ\":[]}",
            "{\"alg\":\"RS256\",\"zip\":\"DEF\"}",
            "{\"alg\":\"RS256\",\"x\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}",
            "{\"alg\":\"RS256\",\"x\":" + "{\"a\":".repeat(1_500) + "1" + "}".repeat(1_500) + "}",
            "{\"alg\":\"RS256\",\"x\":" + "9".repeat(4_000) + "}",
            "{\"alg\":\"RS256\",\"" + "x".repeat(4_000) + "\":1}",
            "\uFEFF{\"alg\":\"RS256\"}",
            "{\"alg\":\"RS\\u0032\\u0035\\u0036\"}");

    private static final List<String> PAYLOADS = List.of(
            "",
            "{}",
            "null",
            "7",
            "[]",
            "{\"exp\":\"x\"}",
            "{\"exp\":1e999}",
            "{\"exp\":99999999999999999999999}",
            "{\"exp\":{}}",
            "{\"aud\":7,\"exp\":9999999999}",
            "{\"aud\":[7,null],\"exp\":9999999999}",
            "{\"iss\":[],\"exp\":9999999999}",
            "{\"sub\":{},\"exp\":9999999999}",
            "{\"nbf\":\"x\",\"exp\":9999999999}",
            "[".repeat(3_000));

    private MalformedTokens() {}

    /** What payloads a broken issuer could sign. */
    static List<String> payloads() {
        return PAYLOADS;
    }

    /** Each wrong header with a payload and a signature that are well formed, and tokens of a wrong form. */
    static List<String> listed() {
        List<String> tokens = new ArrayList<>(List.of(
                "x",
                ".",
                "..",
                "...",
                "a.b.c",
                "e30.e30.e30.e30.e30",
                "e30=.e30=.e30=",
                "eyJhbGciOiJSUzI1NiJ9.e30",
                "eyJhbGciOiJSUzI1NiJ9..",
                "eyJhbGciOiJSUzI1NiJ9.e30.",
                "eyJhbGciOiJSUzI1NiJ9.*.e30",
                "eyJhbGciOiJSUzI1NiJ9.e30.*",
                "\u00ff.\u00ff.\u00ff",
                ".".repeat(4_000)));
        for (String header : HEADERS) {
            tokens.add(token(header, "{}"));
        }
        for (String payload : PAYLOADS) {
            tokens.add(token("{\"alg\":\"RS256\",\"kid\":\"rsa-1\"}", payload));
        }
        return tokens;
    }

    /** A good token with some of its characters, or some bytes of its header, changed. */
    static String changed(String good, Random random) {
        if (random.nextBoolean()) {
            int dot = good.indexOf('.');
            byte[] header = Base64.getUrlDecoder().decode(good.substring(0, dot));
            for (int i = 0; i <= random.nextInt(3); i++) {
                header[random.nextInt(header.length)] =
                        (byte) "{}[]\":,\\tnu017\u0000\u00ff".charAt(random.nextInt(15));
            }
            return base64(header) + good.substring(dot);
        }
        StringBuilder token = new StringBuilder(good);
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(token.length());
            switch (random.nextInt(3)) {
                case 0 -> token.setCharAt(at, (char) (33 + random.nextInt(94)));
                case 1 -> token.deleteCharAt(at);
                default -> token.insert(at, (char) (33 + random.nextInt(94)));
            }
        }
        return token.toString();
    }

    private static String token(String header, String payload) {
        return base64(header.getBytes(StandardCharsets.UTF_8)) + "." + base64(payload.getBytes(StandardCharsets.UTF_8))
                + ".AAAA";
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
