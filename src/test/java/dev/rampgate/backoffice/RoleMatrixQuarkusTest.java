package dev.rampgate.backoffice;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.rampgate.support.CompanyPeople;
import dev.rampgate.support.ProofAndDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.ManagementInterface;
import io.restassured.specification.RequestSpecification;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every route and page of the back office by every role and by none. Which role may do what stands in {@code docs/backoffice.md}; a route
 * that is missing there, or in the description of the interface, fails.
 */
@QuarkusTest
@QuarkusTestResource(ProofAndDatabase.class)
class RoleMatrixQuarkusTest {

    private static final String CONSOLE = "/operate/console/";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Path TABLE = Path.of("docs/backoffice.md");
    private static final Path DESCRIPTION = Path.of("docs/openapi.yaml");

    private static final Pattern ROW = Pattern.compile("^\\| `(?<call>[A-Z]+ /operate\\S*)[^`]*`[^|]*"
            + "\\| (?<service>yes|no) \\| (?<support>yes|no) \\| (?<operator>yes|no) \\| (?<auditor>yes|no) \\|.*$");

    private static final Map<Role, String> TOKENS = Map.of(
            Role.SERVICE, "shop-token-canary-0001",
            Role.SUPPORT, "desk-token-canary-0001",
            Role.OPERATOR, "operate-token-canary-0001",
            Role.AUDITOR, "books-token-canary-0001");

    private static final Map<Role, String> GROUPS = Map.of(
            Role.SERVICE, "ramp-systems",
            Role.SUPPORT, "ramp-desk",
            Role.OPERATOR, "ramp-oncall",
            Role.AUDITOR, "ramp-books");

    /** Sees the router that all beans add their routes to. */
    @ApplicationScoped
    static class SeenRouter {

        private Router router;

        void see(@Observes ManagementInterface management) {
            router = management.router();
        }

        Router router() {
            return router;
        }
    }

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Inject
    OperatorRouter operator;

    @Inject
    SeenRouter seen;

    @ParameterizedTest
    @EnumSource(Role.class)
    void everyRouteIsOpenToTheRolesOfTheTableAndToNoOther(Role role) throws IOException {
        Map<String, Set<Role>> table = table();
        Map<String, Boolean> allowed = new TreeMap<>();
        Map<String, Boolean> expected = new TreeMap<>();
        for (OperatorRoute route : operator.routes()) {
            int status = (isPage(route) ? withSession(role, route) : as(TOKENS.get(role)))
                    .request(route.method().name(), at(route))
                    .then()
                    .extract()
                    .statusCode();
            assertThat(status).as(name(route)).isLessThan(500);
            if (!isPage(route) || mayUseTheConsole(role)) {
                assertThat(status).as(name(route)).isNotEqualTo(401);
            }
            allowed.put(name(route), status != 401 && status != 403);
            expected.put(name(route), table.get(name(route)).contains(role));
        }
        assertThat(allowed).isEqualTo(expected).isNotEmpty();
    }

    @Test
    void theServiceApiTakesTheParametersOfTheDescriptionAndRefusesOthers() throws IOException {
        JsonNode paths = new ObjectMapper(new YAMLFactory())
                .readTree(Files.readString(DESCRIPTION))
                .path("paths");
        Map<String, Set<String>> taken = new TreeMap<>();
        Map<String, Set<String>> described = new TreeMap<>();
        for (OperatorRoute route : operator.routes()) {
            if (isPage(route)) {
                continue;
            }
            taken.put(name(route), new TreeSet<>(route.parameters()));
            Set<String> names = new TreeSet<>();
            paths.path(route.path())
                    .path(route.method().name().toLowerCase(Locale.ROOT))
                    .path("parameters")
                    .forEach(parameter -> {
                        if (parameter.path("in").asText().equals("query")) {
                            names.add(parameter.path("name").asText());
                        }
                    });
            described.put(name(route), names);

            Role allowed = EnumSet.allOf(Role.class).stream()
                    .filter(role -> role.may(route.permission()))
                    .findFirst()
                    .orElseThrow();
            as(TOKENS.get(allowed))
                    .queryParam("no_parameter", "1")
                    .request(route.method().name(), at(route))
                    .then()
                    .statusCode(400)
                    .body("errors.field", hasItem("no_parameter"));
        }
        assertThat(taken).isEqualTo(described);
    }

    /** A person is no other actor: each call of the service API by each role, by a token of the issuer and through the proxy. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void aPersonMayDoWhatItsRoleMay(Role role) throws IOException {
        Map<String, Set<Role>> table = table();
        String group = GROUPS.get(role);
        for (OperatorRoute route : operator.routes()) {
            if (isPage(route)) {
                continue;
            }
            for (RequestSpecification person : new RequestSpecification[] {
                as(CompanyPeople.token("jo@example.test", group)),
                given().headers(
                                "X-Operate-Secret",
                                CompanyPeople.PROXY_SECRET,
                                "X-Forwarded-User",
                                "jo",
                                "X-Forwarded-Groups",
                                group)
            }) {
                int status = person.contentType("application/json")
                        .request(route.method().name(), at(route))
                        .then()
                        .extract()
                        .statusCode();
                assertThat(status).as(name(route)).isNotEqualTo(401).isLessThan(500);
                assertThat(status != 403)
                        .as(name(route))
                        .isEqualTo(table.get(name(route)).contains(role));
            }
        }
    }

    @Test
    void noRouteIsOpenToACallerWithoutAToken() {
        assertThat(operator.routes()).isNotEmpty().allSatisfy(route -> {
            for (RequestSpecification stranger : new RequestSpecification[] {
                given(),
                as("nobodys-token-canary-0001"),
                as(""),
                given().auth().preemptive().basic("night", "any")
            }) {
                stranger.header("Sec-Fetch-Site", "same-origin")
                        .contentType(isPage(route) ? FORM : "application/json")
                        .request(route.method().name(), at(route))
                        .then()
                        .statusCode(401)
                        .header("WWW-Authenticate", "Bearer realm=\"operate\"")
                        .contentType(isPage(route) ? "text/html" : "application/problem+json");
            }
        });
    }

    @Test
    void theTableAndTheDescriptionNameExactlyTheRoutesThatThereAre() throws IOException {
        Set<String> routes = operator.routes().stream()
                .map(RoleMatrixQuarkusTest::name)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(table().keySet()).isEqualTo(routes);
        routes.removeIf(route -> route.contains(CONSOLE));
        assertThat(described()).isEqualTo(routes);
    }

    @Test
    void onlySigningInAndItsStyleAreOpenToStrangers() {
        assertThat(operator.openRoutes())
                .extracting(OpenRoute::path)
                .containsExactlyInAnyOrder(
                        "/operate/console",
                        "/operate/console/sign-in",
                        "/operate/console/assets/console.css",
                        "/operate/console/assets/console.js",
                        "/operate/console/assets/htmx.min.js",
                        "/operate/console/assets/icon.svg");
    }

    @Test
    void noRouteIsAddedBesideTheOneWayIn() {
        Set<String> added = seen.router().getRoutes().stream()
                .map(Route::getPath)
                .filter(path -> path != null && path.startsWith("/operate"))
                .map(path -> path.replaceAll("/\\*?$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> known = operator.routes().stream()
                .map(route -> route.pattern().replaceAll("/$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        operator.openRoutes().forEach(route -> known.add(route.path()));
        known.add("/operate");

        assertThat(added).isEqualTo(known);
    }

    @Test
    void aPathThatThereIsNotIsShownToActorsOnly() {
        given().get(management.resolve("/operate/unheard-of")).then().statusCode(401);
        as(TOKENS.get(Role.AUDITOR))
                .get(management.resolve("/operate/unheard-of"))
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:rampgate:problem:not-found"));
        as(TOKENS.get(Role.AUDITOR))
                .delete(management.resolve("/operate/users/erase"))
                .then()
                .statusCode(405)
                .header("Allow", "POST")
                .body("type", equalTo("urn:rampgate:problem:method-not-allowed"));
    }

    // --- pages

    private static boolean isPage(OperatorRoute route) {
        return route.path().startsWith(CONSOLE);
    }

    private static boolean mayUseTheConsole(Role role) {
        return role.may(Permission.USE_CONSOLE);
    }

    /** As a browser sends it: a session of its own, since signing out ends it. */
    private RequestSpecification withSession(Role role, OperatorRoute route) {
        RequestSpecification browser = given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .contentType(FORM);
        if (route.path().equals(CONSOLE + "sign-in")) {
            return browser.formParam("token", TOKENS.get(role));
        }
        if (!mayUseTheConsole(role)) {
            return browser;
        }
        String cookie = given().redirects()
                .follow(false)
                .header("Sec-Fetch-Site", "same-origin")
                .formParam("token", TOKENS.get(role))
                .post(management.resolve(CONSOLE + "sign-in"))
                .then()
                .statusCode(303)
                .extract()
                .cookie("rampgate-console");
        String page = given().cookie("rampgate-console", cookie)
                .get(management.resolve(CONSOLE))
                .asString();
        Matcher csrf = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        assertThat(csrf.find()).isTrue();
        browser.cookie("rampgate-console", cookie);
        return route.method().name().equals("POST") ? browser.formParam("csrf", csrf.group(1)) : browser;
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    private URI at(OperatorRoute route) {
        return management.resolve(route.path().replaceAll("\\{\\w+}", "unheard-of"));
    }

    private static String name(OperatorRoute route) {
        return route.method().name() + " " + route.path();
    }

    private static Map<String, Set<Role>> table() throws IOException {
        Map<String, Set<Role>> table = new TreeMap<>();
        for (String line : Files.readAllLines(TABLE)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                Set<Role> roles = EnumSet.noneOf(Role.class);
                for (Role role : Role.values()) {
                    if (row.group(role.wireName()).equals("yes")) {
                        roles.add(role);
                    }
                }
                table.put(row.group("call"), roles);
            }
        }
        return table;
    }

    /** By indentation: the checked-in file is written by one program. */
    private static Set<String> described() throws IOException {
        Set<String> calls = new TreeSet<>();
        String path = null;
        for (String line : Files.readAllLines(DESCRIPTION)) {
            if (line.matches("\\S.*")) {
                path = null;
            } else if (line.matches(" {2}/\\S+:")) {
                path = line.strip().replaceAll(":$", "");
            } else if (path != null
                    && path.startsWith("/operate")
                    && line.matches(" {4}(get|post|put|delete|patch):")) {
                calls.add(line.strip().replaceAll(":$", "").toUpperCase(java.util.Locale.ROOT) + " " + path);
            }
        }
        return calls;
    }
}
