package dev.rampgate.backoffice.console;

import dev.rampgate.wire.HmacSha256;
import java.time.Instant;
import java.util.Base64;

/**
 * The session of somebody who is signed in. It is stored in the browser alone, signed.
 *
 * @param actor the actor's name
 * @param id 16 random bytes in base64url
 * @param openedAt when the user signed in, in whole seconds
 * @param seenAt when the user last called, to a minute
 * @param key of the token that the user signed in with
 * @param token of the issuer, for a person who signed in by one: it is verified with each call; empty for others
 * @param tokenKey finds the token among the {@link KeptTokens}, so that the cookie has this key in place of it; empty if the cookie has the token
 */
record ConsoleSession(
        String actor, String id, Instant openedAt, Instant seenAt, byte[] key, String token, String tokenKey) {

    /** What every form sends; another site cannot know it. */
    String csrf() {
        return text(HmacSha256.of(key, "form " + id));
    }

    /** The cookie's value. */
    String encode() {
        String content = actor + "." + openedAt.getEpochSecond() + "." + seenAt.getEpochSecond() + "." + id;
        String last = tokenKey.isEmpty() ? token : tokenKey;
        return content + "." + signature(content, key) + (last.isEmpty() ? "" : "." + last);
    }

    static String signature(String content, byte[] key) {
        return text(HmacSha256.of(key, "session " + content));
    }

    ConsoleSession seen(Instant now) {
        return new ConsoleSession(actor, id, openedAt, now, key, token, tokenKey);
    }

    ConsoleSession keptBy(String key) {
        return new ConsoleSession(actor, id, openedAt, seenAt, this.key, token, key);
    }

    static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Never a key, nor the token. */
    @Override
    public String toString() {
        return "ConsoleSession[" + actor + "]";
    }
}
