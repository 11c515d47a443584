package dev.rampgate.startup;

import dev.rampgate.settings.EnvironmentName;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds settings that contradict each other, in the texts of the settings: so they are named together with what else is wrong, also
 * while other settings cannot be read. A pair of which a value cannot be read is left out. The classes that use these settings check them
 * again.
 */
final class SettingPairs {

    static final String PING = "rampgate.proof.socket-ping-interval";
    static final String IDLE = "rampgate.proof.socket-read-idle-timeout";
    static final String KEEP = "rampgate.session.idempotency.keep";
    static final String DEADLINE = "rampgate.proof.session-deadline";
    static final String STORE = "rampgate.session.store-timeout";
    static final String SSL_MODE = "rampgate.database.ssl-mode";

    /** What holds without a setting. */
    static final Map<String, String> DEFAULTS =
            Map.of(PING, "20s", IDLE, "60s", KEEP, "15m", DEADLINE, "15s", STORE, "1s", SSL_MODE, "disable");

    private static final String ROOT_CERT = "rampgate.database.ssl-root-cert";
    private static final String LEDGER = "rampgate.privacy.erasure-ledger.directory";
    private static final String LEDGER_KEYS = "rampgate.privacy.erasure-ledger.keys-file";
    private static final String KAFKA = "rampgate.outbox.kafka.";
    private static final String PROXY = "rampgate.operate.proxy.";
    private static final String PAIRS = "rampgate.session.pairs";
    private static final String RANGES = "rampgate.session.amount-ranges";

    /** A session's token may live no longer (Proof contract, C6). */
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    private final Function<String, Optional<String>> settings;
    private final List<String> problems = new ArrayList<>();

    private SettingPairs(Function<String, Optional<String>> settings) {
        this.settings = settings;
    }

    /**
     * A sentence for each contradiction; none shows a secret.
     *
     * @param settings the text of a setting; empty if it is not set
     */
    static List<String> problems(Function<String, Optional<String>> settings) {
        SettingPairs pairs = new SettingPairs(settings);
        pairs.times();
        pairs.files();
        pairs.offers();
        return pairs.problems;
    }

    private void times() {
        Optional<Duration> ping = time(PING);
        Optional<Duration> idle = time(IDLE);
        if (ping.isPresent() && idle.isPresent() && idle.get().compareTo(ping.get()) <= 0) {
            contradict(IDLE, "is " + text(IDLE) + "; it must be longer than " + PING + ", which is " + text(PING));
        }
        Optional<Duration> keep = time(KEEP);
        Optional<Duration> deadline = time(DEADLINE);
        Optional<Duration> store = time(STORE);
        if (keep.isPresent() && deadline.isPresent() && store.isPresent()) {
            Duration opening = deadline.get().plus(store.get());
            if (keep.get().compareTo(opening) <= 0 || keep.get().compareTo(TOKEN_LIFE) >= 0) {
                contradict(
                        KEEP,
                        "is " + text(KEEP) + "; it must be shorter than 1h, and longer than " + DEADLINE + " and "
                                + STORE + " together, which are " + opening.toSeconds() + "s");
            }
        }
    }

    private void files() {
        String mode = text(SSL_MODE).toLowerCase(Locale.ROOT).replace('_', '-');
        boolean verifies = Set.of("verify-ca", "verify-full").contains(mode);
        if (verifies && !isSet(ROOT_CERT)) {
            contradict(
                    ROOT_CERT,
                    "is not set; " + SSL_MODE + "=" + mode + " needs a PEM file with the authorities to trust");
        } else if (isSet(ROOT_CERT) && Set.of("disable", "prefer", "require").contains(mode)) {
            contradict(
                    ROOT_CERT,
                    "is set, but " + SSL_MODE + "=" + mode
                            + " verifies nothing; set that to verify-full, or remove the file");
        }
        together(LEDGER, LEDGER_KEYS);
        if (text("rampgate.identity.mode").equalsIgnoreCase("jwt")) {
            notBoth("rampgate.identity.jwt.");
        }
        if (isSet("rampgate.operate.jwt.issuer")) {
            notBoth("rampgate.operate.jwt.");
        }
        if (isSet(KAFKA + "bootstrap-servers")) {
            together(KAFKA + "certificate-file", KAFKA + "key-file");
        }
        if (isSet(PROXY + "role") && !isSet(PROXY + "secret-file")) {
            contradict(
                    PROXY + "secret-file",
                    "is not set, but " + PROXY + "role is; it names a file with the secret that the proxy sends");
        }
    }

    private void offers() {
        if (isSet(PAIRS)) {
            Set<String> offered = elements(PAIRS).collect(Collectors.toSet());
            elements(RANGES)
                    .filter(range -> range.contains("="))
                    .map(range -> range.substring(0, range.indexOf('=')))
                    .filter(pair -> !offered.contains(pair))
                    .forEach(pair -> contradict(RANGES, "has " + pair + ", which is not among " + PAIRS));
        }
    }

    private void together(String one, String other) {
        if (isSet(one) != isSet(other)) {
            contradict(
                    isSet(one) ? other : one,
                    "is not set, but " + (isSet(one) ? one : other) + " is; set both or neither");
        }
    }

    private void notBoth(String prefix) {
        if (isSet(prefix + "jwks-url") && isSet(prefix + "key-file")) {
            contradict(prefix + "jwks-url", "and " + prefix + "key-file are both set; remove one of them");
        }
    }

    private void contradict(String setting, String how) {
        problems.add(EnvironmentName.both(setting) + " " + how);
    }

    private Stream<String> elements(String setting) {
        return Stream.of(text(setting).replaceAll("\\s", "").split(",")).filter(element -> !element.isEmpty());
    }

    private boolean isSet(String setting) {
        return settings.apply(setting).filter(text -> !text.isBlank()).isPresent();
    }

    private String text(String setting) {
        return settings.apply(setting)
                .filter(text -> !text.isBlank())
                .orElse(DEFAULTS.getOrDefault(setting, ""))
                .strip();
    }

    /** Empty if it is none. */
    private Optional<Duration> time(String setting) {
        try {
            return Optional.of(DurationConverter.parseDuration(text(setting)));
        } catch (IllegalArgumentException noTime) {
            return Optional.empty();
        }
    }
}
