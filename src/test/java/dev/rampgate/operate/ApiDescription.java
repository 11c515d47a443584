package dev.rampgate.operate;

import static dev.rampgate.edge.ProblemType.*;

import dev.rampgate.edge.Problem;
import dev.rampgate.edge.ProblemType;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Completes the OpenAPI description while tests build it: which problems each call may answer, how callers prove who they are,
 * and what only Proof knows the shape of. {@code docs/openapi.yaml} is its outcome.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class ApiDescription implements OASFilter {

    private static final String PROBLEM = "Problem";
    private static final String SESSION = "Session";

    /** What any call may answer. */
    private static final List<ProblemType> ANY = List.of(BAD_REQUEST, FORBIDDEN, NOT_ACCEPTABLE, INTERNAL_ERROR);

    private static final List<ProblemType> WITH_BODY =
            List.of(MALFORMED_BODY, INVALID_REQUEST, REQUEST_TIMEOUT, BODY_TOO_LARGE);

    /** Where a user is signed in; keys may be away in {@code jwt} mode. */
    private static final List<ProblemType> SIGNED_IN = List.of(UNAUTHENTICATED, UNAVAILABLE);

    private static final List<ProblemType> READING = List.of(INVALID_REQUEST, NOT_FOUND);

    /** Where nobody is signed in. */
    private static final List<String> OPEN = List.of("GET /hand-off", "POST /hand-off", "POST /hand-off/ticket");

    private static final Map<String, List<ProblemType>> OWN = Map.of(
            "POST /session",
            List.of(
                    UNSUPPORTED_MEDIA_TYPE,
                    CURRENCY_NOT_ALLOWED,
                    WALLET_NOT_SUPPORTED,
                    SELL_NOT_OFFERED,
                    REDIRECT_NOT_ALLOWED,
                    IDEMPOTENCY_IN_PROGRESS,
                    IDEMPOTENCY_MISMATCH,
                    EMAIL_REQUIRED,
                    KYC_REQUIRED,
                    TOO_MANY_REQUESTS,
                    RAMP_ERROR,
                    RAMP_UNAVAILABLE),
            "GET /kyc-status",
            List.of(TOO_MANY_REQUESTS, RAMP_ERROR, RAMP_UNAVAILABLE),
            "GET /hand-off",
            List.of(NOT_FOUND),
            "POST /hand-off",
            List.of(UNSUPPORTED_MEDIA_TYPE, NOT_FOUND, TOO_MANY_REQUESTS, UNAVAILABLE),
            "POST /hand-off/ticket",
            List.of(UNSUPPORTED_MEDIA_TYPE, NOT_FOUND, TOO_MANY_REQUESTS),
            "POST /proof-webhook",
            List.of(NOT_FOUND, TOO_MANY_REQUESTS, UNAVAILABLE),
            "POST /proof-webhook/{key}",
            List.of(NOT_FOUND, TOO_MANY_REQUESTS, UNAVAILABLE));

    private static final Map<String, String> SUMMARIES = Map.of(
            "POST /session", "Opens a session at Proof for the signed-in user",
            "GET /transactions", "The user's own transactions, newest first",
            "GET /transactions/{id}", "One of the user's own transactions, with its timeline",
            "POST /transactions/{id}/ticket", "A ticket for a browser that follows one of the user's own transactions",
            "GET /hand-off", "The hosted page that runs the widget, for apps",
            "POST /hand-off", "Hands a session over to that page, once for each code",
            "POST /hand-off/ticket", "Another ticket for that page",
            "GET /kyc-status", "How far the user's identity check is at Proof; informational",
            "POST /proof-webhook", "Proof's webhook without a key, where that is allowed",
            "POST /proof-webhook/{key}", "Proof's webhook at the registered URL");

    @Override
    public void filterOpenAPI(OpenAPI api) {
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
        api.getComponents()
                .addSchema(PROBLEM, problem())
                .addSchema(SESSION, session())
                .addSecurityScheme(
                        "token",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .bearerFormat("JWT")
                                .description("jwt mode: a token of the company's issuer"));
        addGatewayHeader(api, "gatewaySecret", "X-Gateway-Secret", "the gateway's own secret");
        addGatewayHeader(api, "gatewayUserId", "X-User-Id", "the signed-in user's id");
        addGatewayHeader(api, "gatewayUserEmail", "X-User-Email", "the signed-in user's e-mail address");
        addWebhooks(api);
        api.getPaths().getPathItems().forEach((path, item) -> item.getOperations()
                .forEach((method, operation) -> complete(method + " " + path, operation)));
    }

    /** They are plain routes, which nobody finds. */
    private static void addWebhooks(OpenAPI api) {
        Operation open = OASFactory.createOperation().responses(OASFactory.createAPIResponses());
        Operation keyed = OASFactory.createOperation()
                .responses(OASFactory.createAPIResponses())
                .addParameter(OASFactory.createParameter()
                        .name("key")
                        .in(Parameter.In.PATH)
                        .required(true)
                        .schema(text()));
        api.getPaths()
                .addPathItem("/proof-webhook", OASFactory.createPathItem().POST(open))
                .addPathItem("/proof-webhook/{key}", OASFactory.createPathItem().POST(keyed));
    }

    private static void addGatewayHeader(OpenAPI api, String scheme, String header, String meaning) {
        api.getComponents()
                .addSecurityScheme(
                        scheme,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.APIKEY)
                                .in(SecurityScheme.In.HEADER)
                                .name(header)
                                .description("header mode, added by the gateway: " + meaning));
    }

    private static void complete(String call, Operation operation) {
        boolean webhook = call.startsWith("POST /proof-webhook");
        boolean open = webhook || OPEN.contains(call);
        boolean body = open && call.startsWith("POST") || call.equals("POST /session");
        operation.setSummary(SUMMARIES.getOrDefault(call, operation.getSummary()));
        if (!open) {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme("token"));
            operation.addSecurityRequirement(OASFactory.createSecurityRequirement()
                    .addScheme("gatewaySecret")
                    .addScheme("gatewayUserId")
                    .addScheme("gatewayUserEmail"));
        }
        // What Quarkus supposes about refusals says less.
        operation.getResponses().getAPIResponses().keySet().stream()
                .filter(status -> status.startsWith("4") || status.startsWith("5"))
                .toList()
                .forEach(operation.getResponses()::removeAPIResponse);
        if (call.equals("POST /session")) {
            describeSession(operation);
        }
        if (webhook) {
            describeWebhook(operation);
        }
        if (OPEN.contains(call)) {
            describeHandOff(call, operation);
        }
        List<ProblemType> problems = new ArrayList<>(ANY);
        problems.addAll(body ? WITH_BODY : List.of());
        problems.addAll(open ? List.of() : SIGNED_IN);
        problems.addAll(body || open || call.equals("GET /kyc-status") ? List.of() : READING);
        problems.addAll(OWN.getOrDefault(call, List.of()));
        byStatus(problems)
                .forEach((status, types) ->
                        operation.getResponses().addAPIResponse(Integer.toString(status), refusal(status, types)));
    }

    private static Map<Integer, List<ProblemType>> byStatus(List<ProblemType> problems) {
        Map<Integer, List<ProblemType>> byStatus = new TreeMap<>();
        problems.stream().distinct().sorted().forEach(type -> byStatus.computeIfAbsent(
                        type.status(), first -> new ArrayList<>())
                .add(type));
        return byStatus;
    }

    private static APIResponse refusal(int status, List<ProblemType> types) {
        MediaType media =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref(PROBLEM));
        types.forEach(type ->
                media.addExample(type.metricName(), OASFactory.createExample().value(example(type))));
        APIResponse response = OASFactory.createAPIResponse()
                .description(
                        String.join("; ", types.stream().map(ProblemType::title).toList()))
                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, media))
                .addHeader("X-Request-Id", header("stands in our log; quote it to support"));
        if (status == 401) {
            response.addHeader("WWW-Authenticate", header("how one signs in"));
        }
        if (status == 409 || status == 429 || status == 503) {
            response.addHeader("Retry-After", header("after how many seconds another try makes sense"));
        }
        return response;
    }

    private static Map<String, Object> example(ProblemType type) {
        Map<String, Object> example = new TreeMap<>();
        example.put("type", type.urn());
        example.put("title", type.title());
        example.put("status", type.status());
        example.put("request_id", "0b9f1c1e-7f0a-4a53-9c58-2f6c1f3f8d10");
        if (type == INVALID_REQUEST) {
            example.put("errors", List.of(new TreeMap<>(Map.of("field", "amount", "detail", "must be at least 10"))));
        }
        return example;
    }

    private static Header header(String description) {
        return OASFactory.createHeader().description(description).schema(text());
    }

    private static Schema text() {
        return OASFactory.createSchema().addType(SchemaType.STRING);
    }

    private static Schema text(String description, Object example) {
        return text().description(description).addExample(example);
    }

    private static Schema problem() {
        Schema error = OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .addProperty("field", text("as the caller spelled it", "amount"))
                .addProperty("detail", text("what would be right", "must be at least 10"));
        Schema types = text("stable; clients switch on it", null);
        types.setExamples(null);
        Arrays.stream(ProblemType.values()).map(ProblemType::urn).forEach(types::addEnumeration);
        return OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .description("RFC 9457")
                .addRequired("type")
                .addRequired("title")
                .addRequired("status")
                .addRequired("request_id")
                .addProperty("type", types)
                .addProperty("title", text("one line for people", NOT_FOUND.title()))
                .addProperty("status", OASFactory.createSchema().addType(SchemaType.INTEGER))
                .addProperty("detail", text("about this occurrence", "Support reference: req_7800ba53f58f3879"))
                .addProperty("request_id", text("as in X-Request-Id", "0b9f1c1e-7f0a-4a53-9c58-2f6c1f3f8d10"))
                .addProperty(
                        "errors",
                        OASFactory.createSchema().addType(SchemaType.ARRAY).items(error));
    }

    /** Proof's answer; more fields may be there, all of them for the widget. */
    private static Schema session() {
        Schema session = OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .description(
                        "Proof's answer, byte for byte, for the widget; it may have more fields, and lack optional ones")
                .additionalPropertiesBoolean(true);
        for (String field : List.of(
                "merchant_transaction_id", "widget_id", "address", "signature", "init_token", "init_token_type")) {
            session.addProperty(field, text()).addRequired(field);
        }
        for (String field : List.of("currency", "network", "amount", "fiat_currency", "type", "redirect_url")) {
            session.addProperty(field, text());
        }
        return session;
    }

    private static void describeSession(Operation operation) {
        operation.addParameter(OASFactory.createParameter()
                .name("Idempotency-Key")
                .in(Parameter.In.HEADER)
                .description("The same key with the same body gets the same answer, from any replica, for 15 minutes")
                .schema(text().minLength(1).maxLength(128).pattern("[!-~]+"))
                .example("5c0a6f0e-5b0c-4a55-8ad4-41a36a1a9f6e"));
        operation.addParameter(OASFactory.createParameter()
                .name("Rampgate-Hand-Off")
                .in(Parameter.In.HEADER)
                .description(
                        "true asks for the address of a hosted page that runs the widget, for apps; 400 where there is none")
                .schema(text().addEnumeration("true").addEnumeration("false")));
        operation
                .getRequestBody()
                .getContent()
                .getMediaType("application/json")
                .addExample(
                        "buy",
                        OASFactory.createExample()
                                .value(new TreeMap<>(Map.of(
                                        "network", "ERC20", "currency", "USDC", "amount", "42.75", "type", "buy"))));
        operation.getResponses().getAPIResponses().keySet().stream()
                .toList()
                .forEach(operation.getResponses()::removeAPIResponse);
        operation
                .getResponses()
                .addAPIResponse(
                        "201",
                        OASFactory.createAPIResponse()
                                .description("The session is open")
                                .addHeader("X-Request-Id", header("stands in our log; quote it to support"))
                                .addHeader("Rampgate-Ticket", header("opens the stream of its transaction for minutes"))
                                .addHeader(
                                        "Rampgate-Hand-Off",
                                        header("the page's address, if it was asked for: once, within a minute. Missing"
                                                + " while the database is away"))
                                .content(OASFactory.createContent()
                                        .addMediaType(
                                                "application/json",
                                                OASFactory.createMediaType()
                                                        .schema(OASFactory.createSchema()
                                                                .ref(SESSION))
                                                        .addExample(
                                                                "buy",
                                                                OASFactory.createExample()
                                                                        .value(sessionExample())))));
    }

    private static void describeHandOff(String call, Operation operation) {
        operation.getResponses().getAPIResponses().keySet().stream()
                .filter(status -> status.startsWith("2"))
                .toList()
                .forEach(operation.getResponses()::removeAPIResponse);
        APIResponse answer = OASFactory.createAPIResponse()
                .addHeader("X-Request-Id", header("stands in our log; quote it to support"));
        switch (call) {
            case "GET /hand-off" ->
                operation
                        .getResponses()
                        .addAPIResponse(
                                "200",
                                answer.description("The page, the same for all")
                                        .content(OASFactory.createContent()
                                                .addMediaType(
                                                        "text/html",
                                                        OASFactory.createMediaType()
                                                                .schema(text()))));
            case "POST /hand-off" ->
                operation
                        .getResponses()
                        .addAPIResponse(
                                "200",
                                answer.description("The session, for this once")
                                        .addHeader(
                                                "Rampgate-Ticket",
                                                header("opens the stream of its transaction for minutes"))
                                        .addHeader("Rampgate-Pass", header("fetches further tickets for an hour"))
                                        .content(OASFactory.createContent()
                                                .addMediaType(
                                                        "application/json",
                                                        OASFactory.createMediaType()
                                                                .schema(handedOver()))));
            default ->
                operation
                        .getResponses()
                        .addAPIResponse(
                                "204",
                                answer.description("Another ticket")
                                        .addHeader(
                                                "Rampgate-Ticket",
                                                header("opens the stream of its transaction for minutes")));
        }
    }

    private static Schema handedOver() {
        return OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .addRequired("session")
                .addProperty("session", OASFactory.createSchema().ref(SESSION))
                .addProperty("return_to", text("where the user may be sent afterwards", "shop-app://done"));
    }

    private static Map<String, Object> sessionExample() {
        Map<String, Object> example = new TreeMap<>();
        example.put("merchant_transaction_id", "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11");
        example.put("widget_id", "77777777-aaaa-4bbb-8ccc-000000000001");
        example.put("address", "0x00000000000000000000000000000000000000AA");
        example.put("signature", "v2:made-up");
        example.put("init_token", "made-up");
        example.put("init_token_type", "sdk_partner_authorization");
        example.put("currency", "USDC");
        example.put("network", "ERC20");
        example.put("amount", "42.75");
        example.put("fix_network", List.of("ERC20"));
        example.put("type", "buy");
        return example;
    }

    private static void describeWebhook(Operation operation) {
        Schema body = OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .additionalPropertiesBoolean(true)
                .addRequired("merchant_transaction_id")
                .addRequired("status")
                .addProperty("merchant_transaction_id", text().minLength(1).maxLength(128))
                .addProperty("status", text("pending, processing, completed, failed, cancelled, or new", "processing"));
        operation.setRequestBody(OASFactory.createRequestBody()
                .required(true)
                .description("As Proof sends it; the media type does not matter")
                .content(OASFactory.createContent()
                        .addMediaType(
                                "application/json",
                                OASFactory.createMediaType()
                                        .schema(body)
                                        .addExample(
                                                "processing",
                                                OASFactory.createExample()
                                                        .value(new TreeMap<>(Map.of(
                                                                "merchant_transaction_id",
                                                                "1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11",
                                                                "status",
                                                                "processing")))))));
        operation
                .getResponses()
                .addAPIResponse("204", OASFactory.createAPIResponse().description("Taken; stored, or kept in memory"));
    }
}
