package dev.rampgate.backoffice.console;

import dev.rampgate.backoffice.Actor;
import dev.rampgate.backoffice.ActorAuthentication;
import dev.rampgate.backoffice.ActorAuthentication.KeyedActor;
import dev.rampgate.backoffice.OperatorSettings;
import dev.rampgate.problem.ProblemException;
import dev.rampgate.problem.ProblemType;
import dev.rampgate.wire.AsciiNumber;
import dev.rampgate.wire.SecretSet;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens, checks and ends sessions of the console. A session is a text that the browser keeps and that a key of the actor's token signs: every
 * replica that has the token accepts it, nothing is stored here but that it was signed out, and it ends when the token is removed. The session of a
 * person who signed in by a token of the issuer has that token in it, or finds it among the {@link KeptTokens}, and ends with it. Counted:
 * {@code rampgate.operate.console.sessions}, by what happened.
 */
@Startup
@Singleton
class ConsoleSessions {

    /** Most characters of an issuer's token. */
    static final int LONGEST_TOKEN = 8_000;

    /**
     * The longest token, in characters, that the cookie itself holds: a proxy that takes answers whose head is up to 4 KB, as nginx does unless it is told otherwise,
     * passes the cookie on. A longer one is stored.
     */
    static final int LONGEST_IN_SHORT_COOKIE = 1_500;

    /** The longest token, in characters, that the cookie holds if it could not be stored: browsers keep cookies of 4,096 bytes. */
    static final int LONGEST_IN_COOKIE = 3_600;

    private static final String PREFIX = "rampgate.operate.console.";
    static final String PURPOSE = "rampgate console 1";
    private static final int ID_BYTES = 16;
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(24);

    /** How far the clocks of two replicas may differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    /** How often the browser gets the time of its last call. */
    private static final Duration RENEWAL = Duration.ofMinutes(1);

    private static final Pattern COOKIE = Pattern.compile(
            "(?<content>(?<actor>[a-z][a-z0-9]{0,31}|~[A-Za-z0-9_-]{1,100})"
                    + "\\.(?<opened>[0-9]{1,11})\\.(?<seen>[0-9]{1,11})\\.(?<id>[A-Za-z0-9_-]{22}))\\.(?<mac>[A-Za-z0-9_-]{43})"
                    + "(?:\\.(?:(?<token>[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+)|(?<kept>[A-Za-z0-9_-]{43})))?");

    private final ActorAuthentication actors;
    private final EndedSessions ended;
    private final KeptTokens keptTokens;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Duration idle;
    private final Duration lifetime;
    private final SecureRandom secret = new SecureRandom();

    /** @throws ConfigurationException naming the first duration that cannot be used */
    @Inject
    ConsoleSessions(
            ActorAuthentication actors,
            EndedSessions ended,
            KeptTokens keptTokens,
            OperatorSettings settings,
            InstantSource clock,
            MeterRegistry meters) {
        this.actors = actors;
        this.ended = ended;
        this.keptTokens = keptTokens;
        this.clock = clock;
        this.meters = meters;
        this.idle = within("idle", settings.console().idle());
        this.lifetime = within("lifetime", settings.console().lifetime());
    }

    /**
     * A session that is valid.
     *
     * @param actor whose it is
     * @param session what the browser showed
     * @param isDue whether the browser should get the time of this call
     */
    record Valid(Actor actor, ConsoleSession session, boolean isDue) {}

    /** A new session of an actor or a person who has just shown this token, as {@link #storable} makes it short. */
    Uni<ConsoleSession> openStored(Actor actor, String token) {
        return storable(open(actor, token));
    }

    /**
     * The session with its person's token stored, if it is long. While the database is away it stays in the cookie, as far as browsers take it. Fails with
     * {@link ProblemException}, 503, if it does neither fit nor can be stored.
     */
    private Uni<ConsoleSession> storable(ConsoleSession session) {
        if (session.token().length() <= LONGEST_IN_SHORT_COOKIE) {
            return Uni.createFrom().item(session);
        }
        return keptTokens
                .keep(session.token(), endsAtTheLatest(session))
                .map(session::keptBy)
                .onFailure()
                .recoverWithUni(failure -> session.token().length() <= LONGEST_IN_COOKIE
                        ? Uni.createFrom().item(session)
                        : Uni.createFrom()
                                .failure(new ProblemException(
                                        ProblemType.UNAVAILABLE,
                                        "A token this long must be stored in the database, which does not answer")));
    }

    /** A new session of an actor or a person who has just shown this token. A person's token goes with the session. */
    ConsoleSession open(Actor actor, String token) {
        return open(actor, SecretSet.key(token, PURPOSE), isPerson(actor) ? token : "");
    }

    /** A new session of a person whom a proxy has signed in. */
    ConsoleSession open(KeyedActor person) {
        return open(person.actor(), person.keys().get(0), "");
    }

    private ConsoleSession open(Actor actor, byte[] key, String token) {
        byte[] id = new byte[ID_BYTES];
        secret.nextBytes(id);
        Instant now = now();
        count("opened");
        return new ConsoleSession(written(actor), ConsoleSession.text(id), now, now, key, token, "");
    }

    /**
     * The session that a cookie holds; empty if it is none, was changed, has ended by itself, its token was removed, or the issuer's token has expired.
     * Whether it was signed out, {@link #isEnded} says. Fails with {@link ProblemException}: 403 for a person who has no role any
     * more, 503 if the issuer's keys were never read, or the token is stored and the database does not answer.
     */
    Uni<Optional<Valid>> find(String cookie) {
        Matcher parts = COOKIE.matcher(cookie);
        if (!parts.matches()) {
            return Uni.createFrom().item(Optional.empty());
        }
        if (parts.group("token") != null) {
            return ofPerson(parts, parts.group("token"));
        }
        if (parts.group("kept") != null) {
            return keptTokens
                    .find(parts.group("kept"))
                    .onFailure()
                    .transform(unread -> new ProblemException(
                            ProblemType.UNAVAILABLE,
                            "Your session is stored in the database, which does not answer. If you sign in again, you may get"
                                    + " a session that does not need it"))
                    .chain(token -> token.map(found -> ofPerson(parts, found))
                            .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
        }
        return Uni.createFrom()
                .item(() -> actors.named(parts.group("actor"), PURPOSE).flatMap(keyed -> valid(parts, keyed, "")));
    }

    private Uni<Optional<Valid>> ofPerson(Matcher parts, String token) {
        return actors.person(token, PURPOSE)
                .map(person -> person.filter(keyed -> parts.group("actor").equals(written(keyed.actor())))
                        .flatMap(keyed -> valid(parts, keyed, token)));
    }

    /** The session of a person whom a proxy has signed in for this request, as {@link #find(String)} finds others. */
    Optional<Valid> find(String cookie, KeyedActor person) {
        Matcher parts = COOKIE.matcher(cookie);
        return parts.matches()
                        && parts.group("token") == null
                        && parts.group("kept") == null
                        && parts.group("actor").equals(written(person.actor()))
                ? valid(parts, person, "")
                : Optional.empty();
    }

    private Optional<Valid> valid(Matcher parts, KeyedActor keyed, String token) {
        return keyed.keys().stream()
                .filter(key -> isSignedBy(parts, key))
                .findFirst()
                .map(key -> new ConsoleSession(
                        parts.group("actor"),
                        parts.group("id"),
                        Instant.ofEpochSecond(AsciiNumber.toLong(parts.group("opened"))),
                        Instant.ofEpochSecond(AsciiNumber.toLong(parts.group("seen"))),
                        key,
                        token,
                        Optional.ofNullable(parts.group("kept")).orElse("")))
                .filter(this::isAlive)
                .map(session -> new Valid(
                        keyed.actor(),
                        session,
                        Duration.between(session.seenAt(), now()).compareTo(RENEWAL) >= 0));
    }

    /** As a cookie has it: names of people may have characters that a cookie must not have. */
    private static String written(Actor actor) {
        return !isPerson(actor)
                ? actor.name()
                : "~" + ConsoleSession.text(actor.name().getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isPerson(Actor actor) {
        return actor.name().indexOf(':') >= 0;
    }

    /** The same session with the time of this call. */
    ConsoleSession seen(ConsoleSession session) {
        return session.seen(now());
    }

    /** Signs out: no replica accepts the session again, whichever browser shows it. */
    Uni<Void> end(ConsoleSession session) {
        count("signed_out");
        return ended.end(session.id(), endsAtTheLatest(session));
    }

    /** The lifetime may be set to another one meanwhile, but to none longer than the longest. */
    private static Instant endsAtTheLatest(ConsoleSession session) {
        return session.openedAt().plus(LONGEST).plus(CLOCK_SKEW);
    }

    /** Whether a session was signed out, at whichever replica. Fails while the database cannot say so. */
    Uni<Boolean> isEnded(ConsoleSession session) {
        return ended.contains(session.id());
    }

    private static boolean isSignedBy(Matcher parts, byte[] key) {
        String expected = ConsoleSession.signature(parts.group("content"), key);
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), parts.group("mac").getBytes(StandardCharsets.US_ASCII));
    }

    private boolean isAlive(ConsoleSession session) {
        Instant now = now();
        boolean alive = !session.seenAt().isAfter(now.plus(CLOCK_SKEW))
                && session.seenAt().plus(idle).isAfter(now)
                && session.openedAt().plus(lifetime).isAfter(now);
        if (!alive) {
            count("expired");
        }
        return alive;
    }

    private Instant now() {
        return Instant.ofEpochSecond(clock.instant().getEpochSecond());
    }

    private void count(String what) {
        meters.counter("rampgate.operate.console.sessions", "event", what).increment();
    }

    private static Duration within(String setting, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new ConfigurationException(
                    PREFIX + setting + " must be a duration from 1m to 24h, such as 30m", Set.of(PREFIX + setting));
        }
        return value;
    }
}
