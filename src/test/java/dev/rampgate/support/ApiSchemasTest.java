package dev.rampgate.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rampgate.support.ApiSchemas.Answer;
import org.junit.jupiter.api.Test;

class ApiSchemasTest {

    private final ApiSchemas schemas = ApiSchemas.of("""
            openapi: 3.1.0
            paths:
              /orders/{id}:
                get:
                  responses:
                    "200":
                      content:
                        application/json:
                          schema:
                            $ref: "#/components/schemas/Order"
                    "404":
                      $ref: "#/components/responses/NotFound"
              /orders/all:
                get:
                  responses:
                    "204":
                      description: none
            components:
              responses:
                NotFound:
                  content:
                    application/problem+json:
                      schema:
                        $ref: "#/components/schemas/Problem"
              schemas:
                Order:
                  type: object
                  required: [id, parts]
                  properties:
                    id: {type: string, format: uuid}
                    parts:
                      type: array
                      items:
                        type: object
                        properties:
                          amount: {type: string}
                Problem:
                  type: object
                  required: [title]
                  properties:
                    title: {type: string}
            """);

    private static Answer answer(int status, String mediaType, String body) {
        return new Answer("GET", "/orders/1", status, mediaType, body);
    }

    private static Answer order(String body) {
        return answer(200, "application/json", body);
    }

    @Test
    void anAnswerAsDescribedHasNoDifference() {
        assertThat(schemas.differences(
                        order("{\"id\": \"9f1c1e7f-7f0a-4a53-9c58-2f6c1f3f8d10\", \"parts\": [{\"amount\": \"1\"}]}")))
                .isEmpty();
        assertThat(schemas.differences(answer(404, "application/problem+json", "{\"title\": \"unknown\"}")))
                .isEmpty();
    }

    @Test
    void aMissingFieldAnotherTypeAndAnotherFormatAreDifferences() {
        assertThat(schemas.differences(order("{\"id\": \"nine\", \"parts\": [{\"amount\": 1}]}")))
                .hasSize(2);
        assertThat(schemas.differences(order("{\"id\": \"9f1c1e7f-7f0a-4a53-9c58-2f6c1f3f8d10\"}")))
                .singleElement()
                .asString()
                .contains("parts");
    }

    @Test
    void aFieldThatIsNotDescribedIsADifferenceAtAnyDepth() {
        assertThat(
                        schemas.differences(
                                order(
                                        "{\"id\": \"9f1c1e7f-7f0a-4a53-9c58-2f6c1f3f8d10\", \"parts\": [{\"amount\": \"1\", \"fee\": 2}]}")))
                .singleElement()
                .asString()
                .contains("fee");
    }

    @Test
    void aStatusOrMediaTypeThatIsNotDescribedIsADifference() {
        assertThat(schemas.differences(answer(500, "application/problem+json", "{\"title\": \"x\"}")))
                .containsExactly("GET /orders/{id} 500: this status is not described");
        assertThat(schemas.differences(answer(200, "text/html", "<p>")))
                .singleElement()
                .asString()
                .contains("text/html");
        assertThat(schemas.differences(answer(200, "application/json", "")))
                .singleElement()
                .asString()
                .contains("body is missing");
    }

    @Test
    void aLiteralPathCountsBeforeATemplate() {
        assertThat(schemas.differences(new Answer("GET", "/orders/all", 204, null, "")))
                .isEmpty();
    }

    @Test
    void aMethodThatIsNotDescribedMayOnlyGetAProblem() {
        assertThat(schemas.differences(
                        new Answer("PUT", "/orders/1", 405, "application/problem+json", "{\"title\": \"no\"}")))
                .isEmpty();
        assertThat(schemas.differences(new Answer("PUT", "/orders/1", 405, "text/html", "no")))
                .hasSize(1);
    }

    @Test
    void pathsThatAreNotDescribedAreNotCompared() {
        assertThat(schemas.differences(new Answer("GET", "/console", 500, "text/html", "<p>")))
                .isEmpty();
    }
}
