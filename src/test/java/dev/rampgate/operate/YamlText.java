package dev.rampgate.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator.Feature;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;

/** JSON as YAML that every reader takes the same way: text that some version of YAML reads as something else is quoted. */
final class YamlText {

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(Feature.MINIMIZE_QUOTES)
            .enable(Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .stringQuotingChecker(new WaryChecker())
            .build());

    private YamlText() {}

    static String of(String json) {
        try {
            return YAML.writeValueAsString(new ObjectMapper().readTree(json));
        } catch (JsonProcessingException noJson) {
            throw new IllegalArgumentException(noJson);
        }
    }

    private static final class WaryChecker extends StringQuotingChecker.Default {

        private static final long serialVersionUID = 1;

        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value)
                    // Numbers in any base, and times.
                    || value.matches("[-+]?[0-9.][0-9A-Fa-fxXob_.:TZ+-]*")
                    || value.isEmpty();
        }
    }
}
