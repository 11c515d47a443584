package dev.rampgate.brake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrakeScopeTest {

    @ParameterizedTest
    @CsvSource({
        // brake's type, currency, network; session's type, currency, network; stopped
        ",,,buy,USDC,ERC20,true",
        "sell,,,sell,USDC,ERC20,true",
        "sell,,,buy,USDC,ERC20,false",
        "sell,,,,USDC,ERC20,true",
        ",USDC,,buy,USDC,TRC20,true",
        ",USDC,,buy,USDT,TRC20,false",
        ",USDC,ERC20,buy,USDC,ERC20,true",
        ",USDC,ERC20,buy,USDC,TRC20,false",
        ",,TRC20,buy,USDT,TRC20,true",
        ",,TRC20,buy,USDT,ERC20,false",
        "sell,USDC,ERC20,sell,USDC,ERC20,true",
        "sell,USDC,ERC20,buy,USDC,ERC20,false",
    })
    void aSessionIsStoppedIfItAgreesWithAllThatTheBrakeNames(
            String type, String currency, String network, String asked, String crypto, String chain, boolean stopped) {
        assertThat(new BrakeScope(type, currency, network).stops(asked, crypto, chain))
                .isEqualTo(stopped);
    }

    @Test
    void anotherSpellingDoesNotPassABrake() {
        assertThat(new BrakeScope(null, "USDC", "ERC20").stops("buy", "usdc", "Erc20"))
                .isTrue();
    }
}
