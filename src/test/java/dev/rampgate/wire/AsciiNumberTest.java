package dev.rampgate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiNumberTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "007, 7", "-1, -1", "2147483647, 2147483647", "-2147483648, -2147483648"})
    void asciiDigitsAreANumber(String text, int number) {
        assertThat(AsciiNumber.toInt(text)).isEqualTo(number);
        assertThat(AsciiNumber.toLong(text)).isEqualTo(number);
        assertThat(AsciiNumber.toInt("x" + text + "y", 1, text.length() + 1)).isEqualTo(number);
    }

    @ParameterizedTest(name = "[{index}]")
    @ValueSource(
            strings = {
                "",
                "-",
                "--1",
                "+1",
                " 1",
                "1 ",
                "1.0",
                "1e3",
                "0x1",
                "abc",
                "\uFF12\uFF10", // fullwidth
                "1\uFF10",
                "-\uFF11",
                "\u0662\u0660", // Arabic-Indic
                "\u0968\u0966", // Devanagari
                "\uD835\uDFCF", // mathematical bold
                "99999999999999999999"
            })
    void everythingElseIsRefused(String text) {
        assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> AsciiNumber.toInt(text));
        assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> AsciiNumber.toLong(text));
        assertThatExceptionOfType(NumberFormatException.class)
                .isThrownBy(() -> AsciiNumber.toInt("1" + text + "1", 1, text.length() + 1));
    }

    @Test
    void whatAnIntCannotHoldIsRefusedAsOne() {
        assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> AsciiNumber.toInt("2147483648"));
        assertThat(AsciiNumber.toLong("2147483648")).isEqualTo(2_147_483_648L);
    }
}
