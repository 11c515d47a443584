package dev.rampgate.startup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingPairsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rampgate.proof.socket-read-idle-timeout=20s | rampgate.proof.socket-read-idle-timeout",
                "rampgate.proof.socket-ping-interval=2m | rampgate.proof.socket-read-idle-timeout",
                "rampgate.session.idempotency.keep=10s | rampgate.session.idempotency.keep",
                "rampgate.session.idempotency.keep=1h | rampgate.session.idempotency.keep",
                "rampgate.proof.session-deadline=15m | rampgate.session.idempotency.keep",
                "rampgate.session.store-timeout=20m | rampgate.session.idempotency.keep",
                "rampgate.database.ssl-mode=verify-full | rampgate.database.ssl-root-cert",
                "rampgate.database.ssl-mode=VERIFY_CA | rampgate.database.ssl-root-cert",
                "rampgate.database.ssl-root-cert=/ca.pem | rampgate.database.ssl-root-cert",
                "rampgate.privacy.erasure-ledger.directory=/erasures | rampgate.privacy.erasure-ledger.keys-file",
                "rampgate.privacy.erasure-ledger.keys-file=/keys | rampgate.privacy.erasure-ledger.directory",
                "rampgate.identity.mode=jwt;rampgate.identity.jwt.jwks-url=https://a;rampgate.identity.jwt.key-file=/b | rampgate.identity.jwt.jwks-url",
                "rampgate.outbox.kafka.bootstrap-servers=a:1;rampgate.outbox.kafka.key-file=/b | rampgate.outbox.kafka.certificate-file",
                "rampgate.operate.proxy.role=auditor | rampgate.operate.proxy.secret-file",
                "rampgate.session.pairs=USDC/ERC20;rampgate.session.amount-ranges=USDT/TRC20=1.. | rampgate.session.amount-ranges"
            })
    void aContradictionIsNamedInBothSpellings(String settings, String named) {
        assertThat(problems(settings))
                .singleElement()
                .asString()
                .startsWith(named + " (" + SettingsReference.environmentName(named) + ") ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rampgate.proof.socket-read-idle-timeout=21s",
                "rampgate.proof.socket-read-idle-timeout=soon",
                "rampgate.session.idempotency.keep=soon",
                "rampgate.session.idempotency.keep=20s",
                "rampgate.database.ssl-mode=verify-full;rampgate.database.ssl-root-cert=/ca.pem",
                "rampgate.database.ssl-mode=full;rampgate.database.ssl-root-cert=/ca.pem",
                "rampgate.privacy.erasure-ledger.directory=/a;rampgate.privacy.erasure-ledger.keys-file=/b",
                "rampgate.outbox.kafka.key-file=/b",
                "rampgate.identity.mode=header;rampgate.identity.jwt.jwks-url=https://a;rampgate.identity.jwt.key-file=/b",
                "rampgate.session.amount-ranges=USDT/TRC20=1..",
                "rampgate.session.pairs=USDC/ERC20, USDT/TRC20;rampgate.session.amount-ranges=USDT/TRC20 = 1.."
            })
    void whatAgreesOrCannotBeReadIsNotNamed(String settings) {
        assertThat(problems(settings)).isEmpty();
    }

    @Test
    void contradictionsAndNumbersAreFoundWhileAnotherSettingCannotBeRead() {
        Map<String, String> settings = Map.of(
                "rampgate.proof.attempt-timeout", "20sec",
                "rampgate.database.port", "0",
                "rampgate.poll.max-rate", "fast",
                "rampgate.proof.socket-read-idle-timeout", "1s");

        assertThat(StartFailure.problemsOfTexts(name -> Optional.ofNullable(settings.get(name))))
                .satisfiesExactly(
                        port -> assertThat(port)
                                .isEqualTo(
                                        "rampgate.database.port (RAMPGATE_DATABASE_PORT) is 0; it must be 1 to 65535"),
                        idle -> assertThat(idle).contains("RAMPGATE_PROOF_SOCKET_READ_IDLE_TIMEOUT", "20s"));
    }

    @Test
    void theDefaultsAgree() {
        assertThat(SettingPairs.problems(name -> Optional.empty())).isEmpty();
    }

    @Test
    void theDefaultsAreThoseOfTheSettings() {
        Map<String, String> defaults = SettingsSources.read().stream()
                .flatMap(group -> group.settings().stream())
                .filter(setting -> SettingPairs.DEFAULTS.containsKey(setting.name()))
                .collect(Collectors.toMap(SettingsSources.Setting::name, setting -> setting.defaultValue()
                        .orElseThrow()));

        assertThat(defaults).isEqualTo(SettingPairs.DEFAULTS);
    }

    private static List<String> problems(String settings) {
        Map<String, String> values = List.of(settings.split(";")).stream()
                .filter(setting -> setting.contains("="))
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0].strip(), parts -> parts[1]));
        return SettingPairs.problems(name -> Optional.ofNullable(values.get(name)));
    }
}
