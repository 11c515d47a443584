package dev.rampgate.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.proof.ProofFailure;
import dev.rampgate.proof.ProofFailure.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class OperatorCasesTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final OperatorCases cases = new OperatorCases(meters);

    @Test
    void whatOnlyProofCanMendCountsByItsPair() {
        cases.count(request("DOGE", "ERC20"), failure(Kind.CURRENCY_NOT_ALLOWED));
        cases.count(request("USDC", "SOLANA"), failure(Kind.WALLET_NOT_SUPPORTED));
        cases.count(request("USDC", "SOLANA"), failure(Kind.WALLET_NOT_SUPPORTED));

        assertThat(counted("currency_not_allowed", "DOGE/ERC20")).isEqualTo(1);
        assertThat(counted("wallet_not_supported", "USDC/SOLANA")).isEqualTo(2);
    }

    @Test
    void whatPassesByItselfOrHasNoPairDoesNotCount() {
        cases.count(request("USDC", "ERC20"), failure(Kind.UPSTREAM_ERROR));
        cases.count(request("USDC", "ERC20"), failure(Kind.UNAUTHORISED));

        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void howeverManyPairsUsersMakeUpTheLabelsAreBounded() {
        for (int n = 0; n < OperatorCases.MOST_PAIRS + 30; n++) {
            cases.count(request("MADE-UP-" + n, "ERC20"), failure(Kind.CURRENCY_NOT_ALLOWED));
        }
        cases.count(request("MADE-UP-0", "ERC20"), failure(Kind.CURRENCY_NOT_ALLOWED));

        assertThat(meters.getMeters()).hasSize(OperatorCases.MOST_PAIRS + 1);
        assertThat(counted("currency_not_allowed", OperatorCases.OTHER)).isEqualTo(30);
        assertThat(counted("currency_not_allowed", "MADE-UP-0/ERC20")).isEqualTo(2);
    }

    private double counted(String kind, String pair) {
        return meters.get("rampgate.operator.cases")
                .tag("kind", kind)
                .tag("pair", pair)
                .counter()
                .count();
    }

    private static SessionRequest request(String currency, String network) {
        return new SessionRequest(network, currency, "42.75", "buy", null, null, null, null);
    }

    private static ProofFailure failure(Kind kind) {
        return ProofFailure.answered(kind, 400, "invalid_request", "made_up", "req-77", null);
    }
}
