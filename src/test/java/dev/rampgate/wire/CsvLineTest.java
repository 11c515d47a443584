package dev.rampgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvLineTest {

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uFF1D1"})
    void aTextThatASpreadsheetCouldTakeForAFormulaBeginsWithAnApostrophe(String text) {
        assertThat(CsvLine.quoted(text)).isEqualTo("\"'" + text + "\"");
    }

    @Test
    void quotesAndSeparatorsStayInsideOfACell() {
        assertThat(CsvLine.quoted("a\",=1+1;\"b")).isEqualTo("\"a\"\",=1+1;\"\"b\"");
        assertThat(CsvLine.quoted("")).isEqualTo("\"\"");
    }

    @Test
    void aLineHasACellForEachFieldInTheirOrder() {
        JsonObject transaction = new JsonObject()
                .put("b", 1)
                .put("a", "=x")
                .put("c", true)
                .put("list", new JsonArray(List.of("one", "two")))
                .put("object", new JsonObject().put("k", "v"));

        assertThat(CsvLine.of(transaction, List.of("a", "missing", "b", "c", "list", "object")))
                .isEqualTo("\"'=x\",,1,true,\"one two\",\"{\"\"k\"\":\"\"v\"\"}\"\r\n");
    }
}
