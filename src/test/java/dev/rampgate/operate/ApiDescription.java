package dev.rampgate.operate;

import static dev.rampgate.problem.ProblemType.*;
import static java.util.Map.entry;

import dev.rampgate.ledger.Channel;
import dev.rampgate.ledger.Status;
import dev.rampgate.problem.Problem;
import dev.rampgate.problem.ProblemType;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
import org.eclipse.microprofile.openapi.models.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Completes the OpenAPI description while tests build it: which problems each call may answer, how callers prove who they are,
 * and what only Proof knows the shape of. {@code docs/openapi.yaml} is its outcome.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class ApiDescription implements OASFilter {

    private static final String PROBLEM = "Problem";
    private static final String SESSION = "Session";

    private static final String STREAM_EXAMPLE = """
            retry: 2417

            id: 1.1
            event: state
            data: {"merchant_transaction_id":"1b0e7c52-7d7f-4c0f-9a57-3d0b7a5f9e11","status":"pending"}

            event: heartbeat
            data: {"interval_ms":20000}

            """;

    /** What any call may answer. */
    private static final List<ProblemType> ANY =
            List.of(BAD_REQUEST, FORBIDDEN, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, INTERNAL_ERROR);

    private static final List<ProblemType> WITH_BODY =
            List.of(MALFORMED_BODY, INVALID_REQUEST, REQUEST_TIMEOUT, BODY_TOO_LARGE);

    /** Where a user is signed in; keys may be away in {@code jwt} mode. */
    private static final List<ProblemType> SIGNED_IN = List.of(UNAUTHENTICATED, UNAVAILABLE);

    private static final List<ProblemType> READING = List.of(INVALID_REQUEST, NOT_FOUND, TOO_MANY_REQUESTS);

    /** Where no user is signed in. */
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
                    TOO_MANY_UNFINISHED,
                    TOO_MANY_REQUESTS,
                    RAMP_ERROR,
                    SESSIONS_PAUSED,
                    RAMP_UNAVAILABLE),
            "GET /kyc-status",
            List.of(TOO_MANY_REQUESTS, RAMP_ERROR, RAMP_UNAVAILABLE),
            "GET /transactions/{id}/events",
            List.of(TOO_MANY_REQUESTS),
            "GET /transactions/{id}/socket",
            List.of(TOO_MANY_REQUESTS),
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

    /**
     * What a call is called and for.
     *
     * @param id stable; generated clients name methods by it
     * @param tag by which calls are grouped
     */
    private record Purpose(String id, String tag, String summary, String description) {}

    private static final Pattern LOOKAHEAD = Pattern.compile("^\\(\\?[=!][^)]*\\)");

    private static final String SESSIONS = "sessions";
    private static final String TRANSACTIONS = "transactions";
    private static final String HAND_OFF = "hand-off";
    private static final String WEBHOOK = "webhook";

    private static final Map<String, String> TAGS = Map.of(
            SESSIONS,
            "Sessions of Proof's widget, for signed-in users",
            TRANSACTIONS,
            "The transactions of the signed-in user",
            HAND_OFF,
            "The hosted page for apps, on which no user is signed in",
            WEBHOOK,
            "Proof's webhook",
            BackOfficeDescription.TAG,
            "What operators and the company's other systems call, on the management port");

    private static final Map<String, Purpose> PURPOSES = Map.ofEntries(
            entry(
                    "POST /session",
                    new Purpose(
                            "openSession",
                            SESSIONS,
                            "Opens a session at Proof for the signed-in user",
                            "The answer is for Proof's widget, which runs once with it. A reference that the gateway names in"
                                    + " X-Reference, or a token in a configured claim, goes before that of the body.")),
            entry(
                    "GET /kyc-status",
                    new Purpose(
                            "readKycStatus",
                            SESSIONS,
                            "How far the user's identity check is at Proof; informational",
                            "not_started, pending, verified or failed; clients must accept other values, too.")),
            entry(
                    "GET /transactions",
                    new Purpose(
                            "listTransactions",
                            TRANSACTIONS,
                            "The user's own transactions, newest first",
                            "Without their timelines. Pass next_cursor as cursor for the next page of the same list."
                                    + " With reference, only those with exactly this reference.")),
            entry(
                    "GET /transactions/{id}",
                    new Purpose(
                            "readTransaction",
                            TRANSACTIONS,
                            "One of the user's own transactions, with its timeline",
                            "Age is the age of our observation in seconds. A request with the current ETag in If-None-Match"
                                    + " gets 304.")),
            entry(
                    "POST /transactions/{id}/ticket",
                    new Purpose(
                            "issueTicket",
                            TRANSACTIONS,
                            "A ticket for a browser that follows one of the user's own transactions",
                            "It opens the events and the socket of this transaction for minutes; 404 where none are offered.")),
            entry(
                    "GET /transactions/{id}/events",
                    new Purpose(
                            "followTransaction",
                            TRANSACTIONS,
                            "Each status change of a transaction, as server-sent events",
                            "The events are state (first), transition, confirmed, end and heartbeat; readers ignore others."
                                    + " The data of the first four is a TransactionView without its timeline, that of a"
                                    + " heartbeat is {\"interval_ms\": 20000}: how often one comes. Ids resume a stream,"
                                    + " at any replica. 204: nothing is left to send, do not connect again. A caller that"
                                    + " accepts application/json and no events gets the transaction once, with its"
                                    + " timeline.")),
            entry(
                    "GET /transactions/{id}/socket",
                    new Purpose(
                            "followTransactionBySocket",
                            TRANSACTIONS,
                            "The same over WebSocket",
                            "An upgrade to WebSocket (RFC 6455). Each frame is JSON: event, id and data, as in the events;"
                                    + " a heartbeat has no id. {\"event\": \"reconnect\", \"retry\": 1234} and the close"
                                    + " code 1012 say to come back after so many milliseconds. What a reader sends is"
                                    + " ignored.")),
            entry(
                    "GET /hand-off",
                    new Purpose(
                            "openHandOffPage",
                            HAND_OFF,
                            "The hosted page that runs the widget, for apps",
                            "An app opens the address that POST /session answered in Rampgate-Hand-Off.")),
            entry(
                    "POST /hand-off",
                    new Purpose(
                            "redeemHandOffCode",
                            HAND_OFF,
                            "Hands a session over to that page, once for each code",
                            "Called by the page itself.")),
            entry(
                    "POST /hand-off/ticket",
                    new Purpose(
                            "renewHandOffTicket",
                            HAND_OFF,
                            "Another ticket for that page",
                            "Called by the page itself.")),
            entry(
                    "POST /proof-webhook",
                    new Purpose(
                            "receiveWebhookWithoutKey",
                            WEBHOOK,
                            "Proof's webhook without a key, where that is allowed",
                            "A webhook is a hint: Proof is asked before it is believed.")),
            entry(
                    "POST /proof-webhook/{key}",
                    new Purpose(
                            "receiveWebhook",
                            WEBHOOK,
                            "Proof's webhook at the registered URL",
                            "A webhook is a hint: Proof is asked before it is believed.")));

    /** What is always there; a field that is not known is absent. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "TransactionView",
                    List.of(
                            "merchant_transaction_id",
                            "status",
                            "confirmed",
                            "attempt",
                            "created_at",
                            "updated_at",
                            "settled",
                            "abandoned"),
            "Entry", List.of("attempt", "status", "channel", "observed_at", "correction"),
            "TransactionPage", List.of("transactions"),
            "TicketAnswer", List.of("ticket", "expires_at"),
            "UsersKycStatus", List.of("status"));

    /** What each field says. */
    private static final Map<String, Map<String, String>> MEANINGS = Map.of(
            "TransactionView",
            Map.ofEntries(
                    entry("merchant_transaction_id", "Proof's id"),
                    entry("type", "what the user does; absent until it is known"),
                    entry("status", "the recorded status; done is completed and confirmed"),
                    entry("confirmed", "whether a poll of Proof's own API has shown the status"),
                    entry("reported", "a status that a webhook claims and that is not confirmed yet"),
                    entry("attempt", "1, plus one for each retry inside the widget"),
                    entry("currency", "crypto currency, such as USDC"),
                    entry("network", "network of the crypto currency, such as ERC20"),
                    entry("requested_amount", "crypto amount that was asked for, a decimal"),
                    entry(
                            "crypto_amount",
                            "crypto amount as Proof reports it, a decimal; may differ from requested_amount"),
                    entry("fiat_currency", "such as EUR"),
                    entry("fiat_amount", "fiat amount as Proof reports it, a decimal"),
                    entry("payment_method", "as Proof names it, such as card"),
                    entry("reference", "the company's own id for the session"),
                    entry("reference_source", "who named the reference: caller is a claim of the user's client"),
                    entry("metadata", "strings of the user's client"),
                    entry("address", "the wallet address that Proof's session named"),
                    entry("settled", "whether no further change is expected"),
                    entry("abandoned", "whether it stayed open for so long that it is no longer polled"),
                    entry("timeline", "accepted status changes, the oldest first; absent in lists")),
            "Entry",
            Map.of(
                    "attempt", "the attempt that it belongs to, from 1",
                    "status", "the status that it led to",
                    "channel", "whose observation was accepted",
                    "correction", "whether it replaced a status that was no longer true"),
            "SessionRequest",
            Map.of(
                    "network", "network of the crypto currency, such as ERC20",
                    "currency", "crypto currency, such as USDC",
                    "amount", "crypto amount above zero, a decimal such as 42.75",
                    "type", "what the user does; Proof's default for you if absent",
                    "redirect_url",
                            "absolute, where the widget sends the user afterwards; no javascript:, data: or vbscript:",
                    "address", "wallet address; only where Proof asked for it"),
            "TicketAnswer",
            Map.of("ticket", "opens the stream or the socket of its transaction"),
            "TransactionPage",
            Map.of("transactions", "the newest first", "next_cursor", "cursor of the next page; absent at the end"));

    private static final Map<String, String> SESSION_MEANINGS = Map.ofEntries(
            entry("merchant_transaction_id", "Proof's id of the transaction"),
            entry("widget_id", "the company's widget"),
            entry("address", "the wallet address, resolved by Proof"),
            entry("signature", "Proof's, of the session"),
            entry("init_token", "starts the widget; opaque"),
            entry("init_token_type", "opaque"),
            entry("currency", "crypto currency"),
            entry("network", "network of the crypto currency"),
            entry("amount", "crypto amount, a decimal"),
            entry("fiat_currency", "such as EUR"),
            entry("type", "buy or sell"),
            entry("redirect_url", "where the widget sends the user afterwards"));

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
                                .description("jwt mode: a token of the company's issuer"))
                .addSecurityScheme(
                        "ticket",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.APIKEY)
                                .in(SecurityScheme.In.QUERY)
                                .name("ticket")
                                .description("for browsers, whose EventSource and WebSocket send no headers of a page:"
                                        + " Rampgate-Ticket of the session's answer, or issueTicket"));
        addGatewayHeader(api, "gatewaySecret", "X-Gateway-Secret", "the gateway's own secret");
        addGatewayHeader(api, "gatewayUserId", "X-User-Id", "the signed-in user's id");
        addGatewayHeader(
                api,
                "gatewayUserEmail",
                "X-User-Email",
                "the signed-in user's e-mail address, which POST /session alone needs");
        addWebhooks(api);
        addStreams(api);
        describe(api);
        api.getPaths().getPathItems().forEach((path, item) -> item.getOperations()
                .forEach((method, operation) -> complete(method + " " + path, operation)));
        BackOfficeDescription.addTo(api);
        addSharedRefusals(api);
    }

    private static void describe(OpenAPI api) {
        api.setServers(List.of(OASFactory.createServer()
                .url("{address}")
                .variables(Map.of(
                        "address",
                        OASFactory.createServerVariable()
                                .defaultValue("http://localhost:8080")
                                .description("Where Rampgate is")))));
        api.setTags(TAGS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(tag -> OASFactory.createTag().name(tag.getKey()).description(tag.getValue()))
                .toList());
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        REQUIRED.forEach((schema, fields) -> fields.forEach(schemas.get(schema)::addRequired));
        List<Object> statuses =
                Arrays.stream(Status.values()).<Object>map(Status::wireName).toList();
        List<Object> types = List.of("buy", "sell");
        limit(schemas.get("TransactionView"), "status", statuses);
        limit(schemas.get("TransactionView"), "reported", statuses);
        limit(schemas.get("TransactionView"), "type", types);
        limit(schemas.get("Entry"), "status", statuses);
        limit(
                schemas.get("Entry"),
                "channel",
                Arrays.stream(Channel.values()).<Object>map(Enum::name).toList());
        limit(schemas.get("SessionRequest"), "type", types);
        limit(schemas.get("TransactionView"), "reference_source", List.of("caller", "gateway"));
        schemas.get("SessionRequest")
                .addProperty(
                        "reference",
                        reference().description("your own id for the session; from a user's client it is a claim"))
                .addProperty(
                        "metadata",
                        OASFactory.createSchema()
                                .addType(SchemaType.OBJECT)
                                .maxProperties(50)
                                .additionalPropertiesSchema(text())
                                .description("strings, at most 8192 bytes as JSON; names of 1 to 64 characters"));
        MEANINGS.forEach((schema, fields) -> fields.forEach((field, meaning) ->
                schemas.get(schema).getProperties().get(field).setDescription(meaning)));
        // Without what lookaheads say, since not every language has them; the descriptions say it.
        schemas.values().stream()
                .filter(schema -> schema.getProperties() != null)
                .flatMap(schema -> schema.getProperties().values().stream())
                .filter(property -> property.getPattern() != null)
                .forEach(property -> property.setPattern(
                        LOOKAHEAD.matcher(property.getPattern()).replaceFirst("")));
        // Ours must match the whole, those of JSON Schema any part.
        schemas.values().stream()
                .filter(schema -> schema.getProperties() != null)
                .flatMap(schema -> schema.getProperties().values().stream())
                .filter(property -> property.getPattern() != null)
                .forEach(property -> property.setPattern("^(?:" + property.getPattern() + ")$"));
    }

    private static Schema reference() {
        return text().minLength(1).maxLength(128);
    }

    private static void limit(Schema schema, String property, List<Object> values) {
        schema.getProperties().get(property).pattern(null).setEnumeration(values);
    }

    /** They are plain routes, which no scan of the application finds. */
    private static void addStreams(OpenAPI api) {
        api.getPaths()
                .addPathItem(
                        "/transactions/{id}/events", OASFactory.createPathItem().GET(stream()))
                .addPathItem(
                        "/transactions/{id}/socket", OASFactory.createPathItem().GET(stream()));
    }

    private static Operation stream() {
        return OASFactory.createOperation()
                .responses(OASFactory.createAPIResponses())
                .addParameter(OASFactory.createParameter()
                        .name("id")
                        .in(Parameter.In.PATH)
                        .required(true)
                        .schema(text()))
                .addParameter(OASFactory.createParameter()
                        .name("ticket")
                        .in(Parameter.In.QUERY)
                        .description("counts instead of a sign-in")
                        .schema(text()))
                .addParameter(OASFactory.createParameter()
                        .name("last_event_id")
                        .in(Parameter.In.QUERY)
                        .description("resumes after this event, for those who cannot send Last-Event-ID")
                        .schema(text().pattern("^[1-9][0-9]{0,8}(\\.1)?$"))
                        .example("2.1"))
                .addParameter(OASFactory.createParameter()
                        .name("Last-Event-ID")
                        .in(Parameter.In.HEADER)
                        .description("resumes after this event; counts before last_event_id")
                        .schema(text().pattern("^[1-9][0-9]{0,8}(\\.1)?$"))
                        .example("2.1"));
    }

    private static void describeStream(String call, Operation operation) {
        operation.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme("ticket"));
        APIResponse requestId = OASFactory.createAPIResponse()
                .addHeader("X-Request-Id", header("stands in our log; quote it to support"));
        if (call.endsWith("/socket")) {
            operation
                    .getResponses()
                    .addAPIResponse("101", OASFactory.createAPIResponse().description("The socket is open"));
            return;
        }
        operation
                .getResponses()
                .addAPIResponse(
                        "200",
                        requestId
                                .description("The stream, or the transaction")
                                .content(OASFactory.createContent()
                                        .addMediaType(
                                                "text/event-stream",
                                                OASFactory.createMediaType()
                                                        .schema(text())
                                                        .addExample(
                                                                "pending",
                                                                OASFactory.createExample()
                                                                        .value(STREAM_EXAMPLE)))
                                        .addMediaType(
                                                "application/json",
                                                OASFactory.createMediaType()
                                                        .schema(OASFactory.createSchema()
                                                                .ref("TransactionView")))))
                .addAPIResponse("204", OASFactory.createAPIResponse().description("Nothing is left to send"))
                .addAPIResponse("304", notModified());
    }

    private static APIResponse notModified() {
        return OASFactory.createAPIResponse().description("Not modified since the ETag in If-None-Match");
    }

    /** They are plain routes, which no scan of the application finds. */
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
        Purpose purpose = PURPOSES.get(call);
        operation
                .operationId(purpose.id())
                .tags(List.of(purpose.tag()))
                .summary(purpose.summary())
                .description(purpose.description())
                // What Quarkus supposes names a scheme that there is not.
                .setSecurity(null);
        if (!open) {
            operation.addSecurityRequirement(
                    OASFactory.createSecurityRequirement().addScheme("token"));
            SecurityRequirement gateway = OASFactory.createSecurityRequirement()
                    .addScheme("gatewaySecret")
                    .addScheme("gatewayUserId");
            operation.addSecurityRequirement(
                    call.equals("POST /session") ? gateway.addScheme("gatewayUserEmail") : gateway);
        }
        // What Quarkus supposes about refusals says less.
        operation.getResponses().getAPIResponses().keySet().stream()
                .filter(status -> status.startsWith("4") || status.startsWith("5"))
                .toList()
                .forEach(operation.getResponses()::removeAPIResponse);
        if (call.equals("POST /session")) {
            describeSession(operation);
        }
        if (call.endsWith("/events") || call.endsWith("/socket")) {
            describeStream(call, operation);
        }
        if (call.equals("GET /transactions/{id}")) {
            operation.getResponses().addAPIResponse("304", notModified());
            operation
                    .getResponses()
                    .getAPIResponse("200")
                    .addHeader("ETag", header("what to name in If-None-Match"))
                    .addHeader("Age", header("how old our observation is, in seconds"));
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
        addProblems(operation, problems);
    }

    static void addProblems(Operation operation, List<ProblemType> problems) {
        byStatus(problems).forEach((status, types) -> operation
                .getResponses()
                .addAPIResponse(
                        Integer.toString(status),
                        types.size() == 1
                                ? OASFactory.createAPIResponse().ref(responseName(types.get(0)))
                                : refusal(status, types)));
    }

    /** Such as {@code MethodNotAllowed}. */
    private static String responseName(ProblemType type) {
        return Arrays.stream(type.metricName().split("_"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** Refusals for one reason alone, which most calls share. */
    private static void addSharedRefusals(OpenAPI api) {
        Set<String> used = new TreeSet<>();
        api.getPaths().getPathItems().values().stream()
                .flatMap(item -> item.getOperations().values().stream())
                .flatMap(operation -> operation.getResponses().getAPIResponses().values().stream())
                .map(APIResponse::getRef)
                .filter(Objects::nonNull)
                .forEach(ref -> used.add(ref.substring(ref.lastIndexOf('/') + 1)));
        Arrays.stream(ProblemType.values())
                .filter(type -> used.contains(responseName(type)))
                .forEach(type ->
                        api.getComponents().addResponse(responseName(type), refusal(type.status(), List.of(type))));
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
        if (status == 405) {
            response.addHeader("Allow", header("the methods that the path has"));
        }
        if (status == 401) {
            response.addHeader("WWW-Authenticate", header("how to sign in"));
        }
        if (status == 409 || status == 429 || status == 503) {
            response.addHeader("Retry-After", header("seconds to wait before the next try"));
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

    static Header header(String description) {
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
                .addRequired("field")
                .addRequired("detail")
                .addProperty("field", text("as the caller spelled it", "amount"))
                .addProperty("detail", text("what would be right", "must be at least 10"));
        Schema types = text("stable; clients switch on it. One of x-extensible-enum, or a newer one", NOT_FOUND.urn())
                .addExtension(
                        "x-extensible-enum",
                        Arrays.stream(ProblemType.values())
                                .map(ProblemType::urn)
                                .toList());
        return OASFactory.createSchema()
                .addType(SchemaType.OBJECT)
                .description("RFC 9457")
                .addRequired("type")
                .addRequired("title")
                .addRequired("status")
                .addRequired("request_id")
                .addProperty("type", types)
                .addProperty("title", text("one line for people", NOT_FOUND.title()))
                .addProperty(
                        "status",
                        OASFactory.createSchema()
                                .addType(SchemaType.INTEGER)
                                .format("int32")
                                .description("the HTTP status"))
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
            session.addProperty(field, text().description(SESSION_MEANINGS.get(field)))
                    .addRequired(field);
        }
        for (String field : List.of("currency", "network", "amount", "fiat_currency", "type", "redirect_url")) {
            session.addProperty(field, text().description(SESSION_MEANINGS.get(field)));
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
                                answer.description("The session; it is handed over only once")
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
                .addProperty("status", webhookStatus());
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

    /** Proof's own spelling of {@code pending} included. */
    private static Schema webhookStatus() {
        Schema status = text("as Proof spells it", "processing").addEnumeration("new");
        Arrays.stream(Status.values()).map(Status::wireName).forEach(status::addEnumeration);
        return status;
    }
}
