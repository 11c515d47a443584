package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.rampgate.settings.EnvironmentName;
import dev.rampgate.startup.SecretFiles;
import dev.rampgate.support.Missing;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart by Helm's own engine: what it renders is what the production overlay renders, and wrong values are refused. */
class HelmChartTest {

    private static final Path CHART = Path.of("deploy/helm/rampgate");
    private static final Path VALUES = CHART.resolve("ci/production-values.yaml");
    private static final Path AUTHORITY = Path.of("deploy/overlays/production/database-ca.pem");
    private static final Path MONITORING = Path.of("deploy/monitoring");

    /** What Kustomize and Helm put behind the names of what cannot be changed, or should roll the pods. */
    private static final Pattern HASH =
            Pattern.compile("^(rampgate|rampgate-database-ca|rampgate-migrate)-[a-z0-9]{10}$");

    @TempDir
    static Path directory;

    /** The chart without its links, which Helm follows, saying so each time. */
    private static Path copy;

    @BeforeAll
    static void requireEngine() throws IOException {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            Missing.leaveOut("the Helm chart was LEFT OUT: its engine is here for Linux on amd64 alone");
        }
        copy = copiedTo(directory.resolve("rampgate"));
    }

    @Test
    void lintFindsNothing() throws IOException {
        Path linted = copiedTo(directory.resolve("linted/rampgate"));
        Path values = linted.resolve("values.yaml");
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));
        JsonNode merged = yaml.readerForUpdating(yaml.readTree(values.toFile())).readValue(VALUES.toFile());
        yaml.writeValue(values.toFile(), merged);
        LintResult result = new Helm(linted.toAbsolutePath()).lint().strict().call();

        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.matches("\\[(WARNING|ERROR)].*"));
    }

    private static Path copiedTo(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(CHART)) {
            for (Path file : files.toList()) {
                Path copied = target.resolve(CHART.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copied);
                } else {
                    Files.copy(file, copied);
                }
            }
        }
        return target;
    }

    @Test
    void itRendersWhatTheProductionOverlayRenders() {
        Map<String, JsonNode> chart = byName(production(values -> values));
        Map<String, JsonNode> overlay = byName(Rendered.recorded());
        overlay.remove("Namespace rampgate");

        assertThat(chart.keySet())
                .containsAll(overlay.keySet())
                .hasSize(overlay.size() + 2)
                .contains("PrometheusRule rampgate", "ConfigMap rampgate-dashboard");
        overlay.forEach((name, object) ->
                assertThat(chart.get(name).toPrettyString()).as(name).isEqualTo(object.toPrettyString()));
    }

    @Test
    void alertsAndDashboardAreTheFilesOfMonitoring() throws IOException {
        Rendered chart = production(values -> values);
        Rendered rules = Rendered.files(MONITORING.resolve("prometheus-rule.yaml"));

        assertThat(chart.one("PrometheusRule").path("spec"))
                .isEqualTo(rules.one("PrometheusRule").path("spec"));
        assertThat(chart.one(ConfigMap.class, "rampgate-dashboard").getData().get("rampgate.json"))
                .isEqualToIgnoringNewLines(Files.readString(MONITORING.resolve("grafana-dashboard.json")));
    }

    @Test
    void nothingIsInstalledBeforeItIsSaidWhereItStands() {
        assertThatThrownBy(() -> chart().call()).hasMessageContaining("host");
        assertThatThrownBy(() -> production(values -> values.set("networkPolicy.database", "{}")))
                .hasMessageContaining("database");
        assertThatThrownBy(() -> production(values -> values.set("host", "https://ramp.example.com")))
                .hasMessageContaining("host");
        assertThatThrownBy(() -> production(values -> values.set("image.tag", "latest")))
                .hasMessageContaining("tag");
        assertThatThrownBy(() -> production(values -> values.set("replicas", "3")))
                .hasMessageContaining("replicas");
        assertThatThrownBy(() -> production(values -> values.set("autoscaling.minReplicas", "1")))
                .hasMessageContaining("minReplicas");
    }

    @Test
    void theSchemaRefusesEachSecretThatComesFromAFile() throws IOException {
        JsonNode refused = new ObjectMapper()
                .readTree(Path.of("deploy/helm/rampgate/values.schema.json").toFile())
                .at("/properties/settings/not/anyOf");
        assertThat(StreamSupport.stream(refused.spliterator(), false)
                        .map(each -> each.at("/required/0").asText()))
                .containsExactlyInAnyOrderElementsOf(
                        SecretFiles.SECRETS.stream().map(EnvironmentName::of).toList());
    }

    @Test
    void aSecretAmongTheSettingsIsRefused() {
        for (String secret : List.of(
                "RAMPGATE_DATABASE_PASSWORD",
                "RAMPGATE_PROOF_CLIENT_TOKEN",
                "RAMPGATE_WEBHOOK_KEYS",
                "RAMPGATE_LIVE_TICKET_KEYS",
                "RAMPGATE_IDENTITY_HEADER_SECRET")) {
            assertThatThrownBy(() -> production(values -> values.set("settings." + secret, "whatever")))
                    .as(secret)
                    .hasMessageContaining("settings");
        }
    }

    @Test
    void aMisspeltSettingIsRefusedAndNamed() {
        for (String wrong : List.of(
                "settings.RAMPGATE_LIVE_HEARTBEET",
                "settings.RAMPGATE_WEBHOK_ALLOWLIST",
                "settings.RAMPGATE_OUTBOX_ENDPOINTS_ORDERS_TYPE",
                "settings.LIVE_HEARTBEAT",
                "secret.files.RAMPGATE_WEBHOK_KEYS_FILE",
                "secret.files.RAMPGATE_WEBHOOK_KEYS")) {
            assertThatThrownBy(() -> production(values -> values.set(wrong, "whatever")))
                    .as(wrong)
                    .hasMessageContaining(wrong.substring(wrong.lastIndexOf('.') + 1));
        }
    }

    @Test
    void settingsThatThereAreAreTaken() {
        Map<String, String> settings = Map.of(
                "RAMPGATE_LIVE_HEARTBEAT", "25s",
                "RAMPGATE_OUTBOX_ENDPOINTS_ORDERS_TYPES", "transaction.completed",
                "RAMPGATE_OPERATE_PROXY_ROLES_AUDITOR", "finance",
                "RAMPGATE_SESSION_PAIRS_0_", "USDC/ERC20",
                "QUARKUS_LOG_LEVEL", "DEBUG");
        Rendered chart = production(values -> {
            settings.forEach((name, value) -> values.set("settings." + name, value));
            return values.set("secret.files.RAMPGATE_OPERATE_PROXY_SECRET_FILE", "proxy-secret");
        });

        assertThat(chart.all(ConfigMap.class).stream()
                        .filter(map -> map.getData().containsKey("RAMPGATE_DATABASE_HOST"))
                        .findFirst()
                        .orElseThrow()
                        .getData())
                .containsAllEntriesOf(settings);
        assertThat(server(chart).getEnv()).extracting(EnvVar::getName).contains("RAMPGATE_OPERATE_PROXY_SECRET_FILE");
    }

    @Test
    void anEndpointIsSetAsTheComponentOfTheOverlaySetsIt() throws IOException {
        Rendered chart = production(values -> values.set(
                        "endpoints.orders.url", "http://orders.shop.svc.cluster.local:8080/rampgate-events")
                .set("endpoints.orders.secretsKey", "orders-webhook-secrets"));
        String component = Files.readString(Path.of("deploy/components/webhook-endpoint/kustomization.yaml"));

        assertThat(server(chart).getEnv())
                .filteredOn(variable -> variable.getName().startsWith("RAMPGATE_OUTBOX_"))
                .hasSize(2)
                .allSatisfy(variable -> assertThat(component)
                        .contains("name: " + variable.getName() + "\n          value: " + variable.getValue() + "\n"));
        assertThatThrownBy(() -> production(values -> values.set("endpoints.orders.url", "orders:8080")
                        .set("endpoints.orders.secretsKey", "orders-webhook-secrets")))
                .hasMessageContaining("endpoints");
        assertThatThrownBy(() -> production(values -> values.set("endpoints.orders.url", "http://orders:8080/")))
                .hasMessageContaining("endpoints");
    }

    @Test
    void theErasureLedgerIsSetAsTheComponentOfTheOverlaySetsIt() {
        Rendered overlay = Rendered.editedProduction(
                text -> text.replace("# - ../../components/erasure-ledger", "- ../../components/erasure-ledger"));
        Rendered chart = production(values -> values.set("erasureLedger.claimName", "rampgate-erasures"));

        assertThat(server(chart).getEnv())
                .containsAll(server(overlay).getEnv().stream()
                        .filter(variable -> variable.getName().startsWith("RAMPGATE_PRIVACY_"))
                        .toList());
        assertThat(server(chart).getVolumeMounts()).containsAll(server(overlay).getVolumeMounts());
        assertThat(chart.one(Deployment.class, "rampgate")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getVolumes())
                .filteredOn(volume -> volume.getName().equals("erasures"))
                .isEqualTo(
                        overlay
                                .one(Deployment.class, "rampgate")
                                .getSpec()
                                .getTemplate()
                                .getSpec()
                                .getVolumes()
                                .stream()
                                .filter(volume -> volume.getName().equals("erasures"))
                                .toList());
        assertThatThrownBy(() -> production(values -> values.set("erasureLedger.claimName", "Not/a/claim")))
                .hasMessageContaining("erasureLedger");
    }

    @Test
    void aDigestGoesBeforeATag() {
        String digest = "sha256:" + "0123456789abcdef".repeat(4);
        Rendered chart = production(values -> values.set("image.digest", digest));

        assertThat(server(chart).getImage()).isEqualTo("registry.example.com/rampgate@" + digest);
        assertThat(job(chart).getSpec().getTemplate().getSpec().getContainers())
                .extracting(Container::getImage)
                .containsExactly(server(chart).getImage());
    }

    @Test
    void anotherImageOrSettingMakesAnotherJobSinceJobsCannotBeChanged() {
        String name = job(production(values -> values)).getMetadata().getName();

        assertThat(job(production(values -> values)).getMetadata().getName()).isEqualTo(name);
        assertThat(List.of(
                        production(values -> values.set("image.tag", "0.1.1")),
                        production(values -> values.set("settings.RAMPGATE_DATABASE_HOST", "other.example.com")),
                        production(values -> values.set("migration.databaseUser", "owner"))))
                .extracting(chart -> job(chart).getMetadata().getName())
                .doesNotContain(name)
                .doesNotHaveDuplicates();
    }

    @Test
    void anotherSettingRollsThePods() {
        assertThat(checksum(production(values -> values.set("settings.RAMPGATE_POLL_INTERVAL", "300ms"))))
                .isNotEqualTo(checksum(production(values -> values)));
    }

    @Test
    void onAJvmBothContainersHaveItsImagesUserMemoryAndOptions() throws IOException {
        Rendered chart = production(values -> values.set("image.jvm", "true"));
        String dockerfile = Files.readString(Path.of("src/main/docker/Dockerfile.jvm"));

        assertThat(server(chart).getImage()).endsWith(":0.1.0-jvm");
        assertThat(Stream.of(
                        chart.one(Deployment.class, "rampgate").getSpec().getTemplate(),
                        job(chart).getSpec().getTemplate()))
                .allSatisfy(pod -> {
                    assertThat(dockerfile)
                            .contains(
                                    "USER " + pod.getSpec().getSecurityContext().getRunAsUser() + "\n");
                    Container container = pod.getSpec().getContainers().get(0);
                    assertThat(container
                                    .getResources()
                                    .getLimits()
                                    .get("memory")
                                    .toString())
                            .isEqualTo("512Mi");
                    assertThat(container.getEnv())
                            .filteredOn(variable -> variable.getName().equals("JDK_JAVA_OPTIONS"))
                            .extracting(EnvVar::getValue)
                            .singleElement()
                            .satisfies(options -> assertThat(dockerfile).contains("\"" + options + "\""));
                });
    }

    @Test
    void theIngressIsAWayInOfItsOwn() {
        Rendered chart =
                production(values -> values.set("gateway.enabled", "false").set("ingress.enabled", "true"));

        assertThat(chart.one(Ingress.class, "rampgate").getSpec().getRules())
                .extracting(rule -> rule.getHost())
                .containsExactly("ramp.example.com");
        assertThat(chart.objects())
                .noneMatch(object -> object.path("kind").asText().equals("HTTPRoute"));
        assertThat(chart.one(NetworkPolicy.class, "rampgate").toString())
                .contains("ingress-nginx")
                .doesNotContain("gateways");
    }

    @Test
    void aServiceThatSignsUsersInGetsEverythingButWebhooks() {
        Rendered chart = production(values -> values.set("gateway.signIn.service", "oauth2-proxy"));

        assertThat(chart.one("HTTPRoute").at("/spec/rules"))
                .extracting(rule -> rule.at("/matches/0/path/value").asText() + " to "
                        + rule.at("/backendRefs/0/name").asText() + ":"
                        + rule.at("/backendRefs/0/port").asInt())
                .containsExactly(
                        "/proof-webhook to rampgate:8080",
                        "/transactions to oauth2-proxy:4180",
                        "/ to oauth2-proxy:4180");
        assertThat(chart.one(NetworkPolicy.class, "rampgate").toString()).contains("oauth2-proxy");
    }

    @Test
    void whatAClusterLacksCanBeLeftOut() {
        Rendered chart = production(values -> values.set("monitoring.enabled", "false")
                .set("autoscaling.byStreams", "false")
                .set("networkPolicy.defaultDeny", "false"));

        assertThat(chart.objects())
                .extracting(object -> object.path("kind").asText())
                .doesNotContain("PrometheusRule", "ServiceMonitor");
        assertThat(chart.one(HorizontalPodAutoscaler.class, "rampgate")
                        .getSpec()
                        .getMetrics())
                .hasSize(1);
        assertThat(chart.all(NetworkPolicy.class))
                .extracting(policy -> policy.getMetadata().getName())
                .containsExactlyInAnyOrder("rampgate", "rampgate-migrate");
    }

    @Test
    void theChartHasTheVersionOfItsApplicationAndNotesThatNameTheWebhooksAddress() throws IOException {
        JsonNode chart = Rendered.tree(Files.readString(CHART.resolve("Chart.yaml")));

        assertThat(chart.path("appVersion").asText())
                .isEqualTo(chart.path("version").asText());
        assertThat(server(Rendered.recorded()).getImage())
                .endsWith(":" + chart.path("appVersion").asText());
        assertThat(Files.readString(CHART.resolve("templates/NOTES.txt"))).contains("/proof-webhook/", "wait --for");
    }

    private static TemplateCommand chart() {
        return new Helm(copy.toAbsolutePath())
                .template()
                .withName("rampgate")
                .withNamespace("rampgate")
                .withKubeVersion("v1.27.0");
    }

    private static Rendered production(UnaryOperator<TemplateCommand> change) {
        return Rendered.text(change.apply(chart().withValuesFile(VALUES.toAbsolutePath())
                        .setFile("database.ca", AUTHORITY.toAbsolutePath()))
                .call());
    }

    private static Job job(Rendered chart) {
        return chart.all(Job.class).get(0);
    }

    private static Container server(Rendered chart) {
        return chart.one(Deployment.class, "rampgate")
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0);
    }

    private static String checksum(Rendered chart) {
        PodTemplateSpec pod = chart.one(Deployment.class, "rampgate").getSpec().getTemplate();
        return pod.getMetadata().getAnnotations().get("checksum/settings");
    }

    // --- the same for both

    private static Map<String, JsonNode> byName(Rendered rendered) {
        return rendered.objects().stream()
                .map(object -> comparable(object.deepCopy()))
                .collect(Collectors.toMap(
                        object -> object.path("kind").asText() + " "
                                + object.at("/metadata/name").asText(),
                        object -> object,
                        (one, other) -> one,
                        TreeMap::new));
    }

    /** Without hashes behind names and what Helm alone writes, with keys and environment variables in order. */
    private static JsonNode comparable(JsonNode node) {
        if (node instanceof ArrayNode array) {
            List<JsonNode> elements = StreamSupport.stream(array.spliterator(), false)
                    .map(HelmChartTest::comparable)
                    .toList();
            boolean environment = elements.stream()
                    .allMatch(element -> element.path("name").asText().matches("[A-Z][A-Z0-9_]+"));
            array.removeAll();
            elements.stream()
                    .sorted(
                            environment
                                    ? Comparator.comparing(
                                            element -> element.path("name").asText())
                                    : (one, other) -> 0)
                    .forEach(array::add);
            return array;
        }
        if (node instanceof ObjectNode object) {
            Map<String, JsonNode> fields = new TreeMap<>();
            object.properties().forEach(field -> fields.put(field.getKey(), comparable(field.getValue())));
            fields.keySet().removeAll(List.of("app.kubernetes.io/managed-by", "helm.sh/chart", "checksum/settings"));
            object.removeAll();
            fields.forEach((name, value) -> {
                if (!value.isObject() || !value.isEmpty() || name.equals("podSelector")) {
                    object.set(name, value);
                }
            });
            return object;
        }
        if (node.isTextual() && HASH.matcher(node.asText()).matches()) {
            return TextNode.valueOf(HASH.matcher(node.asText()).replaceAll("$1"));
        }
        return node;
    }
}
