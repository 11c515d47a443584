package dev.rampgate.backoffice;

import dev.rampgate.backoffice.ActorAuthentication.KeyedActor;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.wire.ByteOrderMark;
import dev.rampgate.wire.SecretSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The tokens of all actors, as hashes. Immutable. */
final class ActorTokens {

    /** Most tokens of one actor. */
    static final int MOST_TOKENS = 16;

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e&&[^,]]{16,256}");

    private final Map<Actor, SecretSet> tokens;

    ActorTokens(Map<Actor, SecretSet> tokens) {
        this.tokens = Map.copyOf(tokens);
    }

    /**
     * The tokens of one file: one a line; blank lines do not count.
     *
     * @throws UnusableFileException if there is none, too many, or one that could be guessed or cannot stand in a header
     */
    static SecretSet parse(byte[] content) throws UnusableFileException {
        List<String> lines = new String(ByteOrderMark.strippedFrom(content), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.isEmpty()) {
            throw new UnusableFileException("is empty");
        }
        if (lines.size() > MOST_TOKENS) {
            throw new UnusableFileException("has more than " + MOST_TOKENS + " tokens");
        }
        for (int i = 0; i < lines.size(); i++) {
            if (!TOKEN.matcher(lines.get(i)).matches()) {
                throw new UnusableFileException(
                        "has a wrong token " + (i + 1) + ": each must have 16 to 256 printable ASCII"
                                + " characters without spaces and commas, best from `openssl rand -hex 24`");
            }
        }
        return SecretSet.of(lines);
    }

    /** The actors that share a token with another one, by name: such a token does not say who calls. */
    List<Actor> sharing() {
        return tokens.keySet().stream()
                .filter(actor -> tokens.entrySet().stream()
                        .anyMatch(other -> !other.getKey().equals(actor)
                                && other.getValue().sharesWith(tokens.get(actor))))
                .sorted(Comparator.comparing(Actor::name))
                .toList();
    }

    boolean areMissing() {
        return tokens.isEmpty();
    }

    /** All actors. */
    Set<Actor> actors() {
        return tokens.keySet();
    }

    /** Whether these are the tokens of this actor now. */
    boolean has(Actor actor, SecretSet secrets) {
        return tokens.get(actor).isSameAs(secrets);
    }

    /** The same with other tokens of one actor. */
    ActorTokens with(Actor actor, SecretSet secrets) {
        Map<Actor, SecretSet> next = new HashMap<>(tokens);
        next.put(actor, secrets);
        return new ActorTokens(next);
    }

    /** The actor of this name, and a key for this purpose from each of its tokens; empty if there is no such actor. */
    Optional<KeyedActor> named(String name, String purpose) {
        return tokens.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .findFirst()
                .map(entry -> new KeyedActor(entry.getKey(), entry.getValue().keys(purpose)));
    }

    /** The actor whose token this is; empty if it is none. Compares it with all tokens, whichever matches. */
    Optional<Actor> find(String candidate) {
        List<Actor> found = new ArrayList<>();
        tokens.forEach((actor, secrets) -> {
            if (secrets.contains(candidate)) {
                found.add(actor);
            }
        });
        return found.stream().findFirst();
    }
}
