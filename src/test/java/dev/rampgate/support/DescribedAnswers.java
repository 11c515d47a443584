package dev.rampgate.support;

import io.quarkus.test.junit.callback.QuarkusTestBeforeClassCallback;
import io.restassured.RestAssured;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * Compares each answer that a test of the application gets by REST Assured with docs/openapi.yaml, so that the description is true of every
 * answer that any test can bring about. The test fails whose answer differs.
 */
public final class DescribedAnswers implements QuarkusTestBeforeClassCallback, Filter {

    private static final ApiSchemas SCHEMAS = ApiSchemas.of(Path.of("docs/openapi.yaml"));

    @Override
    public void beforeClass(Class<?> testClass) {
        RestAssured.replaceFiltersWith(this);
    }

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        String mediaType =
                response.contentType() == null || response.contentType().isEmpty()
                        ? null
                        : response.contentType().split(";")[0].strip();
        URI asked = URI.create(request.getURI());
        boolean elsewhere = asked.getPath().startsWith("/operate") && asked.getPort() == RestAssured.port;
        if ("text/event-stream".equals(mediaType) || elsewhere) {
            return response;
        }
        List<String> differences = SCHEMAS.differences(new ApiSchemas.Answer(
                request.getMethod(), asked.getPath(), response.statusCode(), mediaType, response.asString()));
        if (!differences.isEmpty()) {
            throw new AssertionError(
                    "The answer is not as docs/openapi.yaml describes it: " + differences + "\n" + response.asString());
        }
        return response;
    }
}
