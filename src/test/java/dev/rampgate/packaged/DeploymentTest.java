package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rampgate.startup.ApplicationProperties;
import dev.rampgate.startup.SecretFiles;
import dev.rampgate.startup.SettingsReference;
import dev.rampgate.startup.SettingsSources;
import dev.rampgate.support.Missing;
import dev.rampgate.telemetry.MetricsList;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code kubectl kustomize} makes of the overlays: objects that Kubernetes takes, which fit each other and this build. */
class DeploymentTest {

    /** The part of a replica's end that Rampgate itself takes, and some for a busy node. */
    private static final Duration TO_COMMIT = Duration.ofSeconds(10);

    private static final Set<String> HEALTH = Set.of("/q/health/started", "/q/health/ready", "/q/health/live");
    private static final Path COMPOSE = Path.of("compose.yaml");
    private static final Path DOCKER_COMPOSE = Path.of("/usr/bin/docker-compose");
    private static final String SECRETS = "/etc/rampgate/secrets/";

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void everyPodIsRestricted(String overlay) {
        Rendered rendered = Rendered.overlay(overlay);

        assertThat(pods(rendered)).hasSizeGreaterThanOrEqualTo(2).allSatisfy(pod -> {
            PodSpec spec = pod.getSpec();
            assertThat(spec.getAutomountServiceAccountToken()).isFalse();
            assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(spec.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(spec.getContainers()).allSatisfy(container -> {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
                assertThat(container.getResources().getLimits()).containsKey("memory");
            });
        });
        assertThat(rendered.all(Namespace.class))
                .singleElement()
                .extracting(namespace -> namespace.getMetadata().getLabels())
                .satisfies(
                        labels -> assertThat(labels).containsEntry("pod-security.kubernetes.io/enforce", "restricted"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void probesAskTheManagementPortForWhatThereIs(String overlay) throws IOException {
        Container server = server(Rendered.overlay(overlay));
        Properties properties = ApplicationProperties.read();

        assertThat(server.getPorts())
                .extracting(ContainerPort::getName, ContainerPort::getContainerPort)
                .containsExactly(
                        tuple("http", port(properties, "quarkus.http.port")),
                        tuple("management", port(properties, "quarkus.management.port")));
        List<Probe> probes = List.of(server.getStartupProbe(), server.getReadinessProbe(), server.getLivenessProbe());
        assertThat(probes)
                .allSatisfy(probe ->
                        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management"))
                .extracting(probe -> probe.getHttpGet().getPath())
                .containsExactlyInAnyOrderElementsOf(HEALTH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void aReplicaHasTheTimeToEndThatItTakes(String overlay) throws IOException {
        Properties properties = ApplicationProperties.read();
        Duration delay = time(properties, "%prod.quarkus.shutdown.delay");
        Deployment server = Rendered.overlay(overlay).one(Deployment.class, "rampgate");
        Probe ready = server(Rendered.overlay(overlay)).getReadinessProbe();

        assertThat(Duration.ofSeconds(server.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds()))
                .isGreaterThan(
                        delay.plus(time(properties, "quarkus.shutdown.timeout")).plus(TO_COMMIT));
        assertThat(Duration.ofSeconds((long) ready.getPeriodSeconds() * ready.getFailureThreshold()))
                .as("until a replica that ends counts as not ready")
                .isLessThan(delay);
        assertThat(server.getSpec()
                        .getStrategy()
                        .getRollingUpdate()
                        .getMaxUnavailable()
                        .getIntVal())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void whatSelectsFindsTheReplicasAndNothingElse(String overlay) {
        Rendered rendered = Rendered.overlay(overlay);
        Map<String, String> replicas =
                labels(rendered.one(Deployment.class, "rampgate").getSpec().getTemplate());
        Map<String, String> migration =
                labels(rendered.one(Job.class, "rampgate-migrate").getSpec().getTemplate());

        assertThat(Stream.of(
                        rendered.one(Deployment.class, "rampgate")
                                .getSpec()
                                .getSelector()
                                .getMatchLabels(),
                        rendered.one(Service.class, "rampgate").getSpec().getSelector(),
                        rendered.one(PodDisruptionBudget.class, "rampgate")
                                .getSpec()
                                .getSelector()
                                .getMatchLabels(),
                        rendered.one(NetworkPolicy.class, "rampgate")
                                .getSpec()
                                .getPodSelector()
                                .getMatchLabels()))
                .allSatisfy(selector -> {
                    assertThat(replicas).containsAllEntriesOf(selector);
                    assertThat(migration.entrySet().containsAll(selector.entrySet()))
                            .isFalse();
                });
        assertThat(migration)
                .containsAllEntriesOf(rendered.one(NetworkPolicy.class, "rampgate-migrate")
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels());
        assertThat(rendered.one(HorizontalPodAutoscaler.class, "rampgate")
                        .getSpec()
                        .getScaleTargetRef()
                        .getName())
                .isEqualTo("rampgate");
        assertThat(rendered.one(HorizontalPodAutoscaler.class, "rampgate")
                        .getSpec()
                        .getMinReplicas())
                .isGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void portsThatAreNamedAreThere(String overlay) {
        Rendered rendered = Rendered.overlay(overlay);
        Set<String> ofReplica =
                server(rendered).getPorts().stream().map(ContainerPort::getName).collect(Collectors.toSet());

        assertThat(rendered.one(Service.class, "rampgate").getSpec().getPorts())
                .extracting(port -> port.getTargetPort().getStrVal())
                .isSubsetOf(ofReplica);
        assertThat(rendered.one(NetworkPolicy.class, "rampgate").getSpec().getIngress())
                .flatMap(rule -> rule.getPorts())
                .extracting((NetworkPolicyPort port) -> port.getPort().getStrVal())
                .hasSameElementsAs(ofReplica);
    }

    @Test
    void theWayInAndTheMonitoringUsePortsOfTheService() {
        Rendered rendered = Rendered.overlay("production");
        Service service = rendered.one(Service.class, "rampgate");
        Set<String> names =
                service.getSpec().getPorts().stream().map(ServicePort::getName).collect(Collectors.toSet());

        assertThat(rendered.one("ServiceMonitor").at("/spec/endpoints/0/port").asText())
                .isIn(names);
        assertThat(service.getMetadata().getLabels())
                .containsEntry(
                        "app.kubernetes.io/name",
                        rendered.one("ServiceMonitor")
                                .at("/spec/selector/matchLabels")
                                .path("app.kubernetes.io/name")
                                .asText());
        assertThat(rendered.one("HTTPRoute").at("/spec/rules").findValues("port"))
                .isNotEmpty()
                .allSatisfy(port -> assertThat(service.getSpec().getPorts())
                        .anyMatch(known -> known.getName().equals("http") && known.getPort() == port.asInt()));
        assertThat(rendered.one("HTTPRoute")
                        .at("/spec/rules/0/timeouts/request")
                        .asText())
                .as("a stream has no end that a gateway should set")
                .isEqualTo("0s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void everySettingIsOneThatTheProgramKnows(String overlay) {
        Rendered rendered = Rendered.overlay(overlay);
        Set<String> known = knownSettings();

        assertThat(rendered.all(ConfigMap.class).stream()
                        .filter(map -> map.getMetadata()
                                .getName()
                                .equals(settings(rendered).getMetadata().getName()))
                        .flatMap(map -> map.getData().keySet().stream()))
                .isNotEmpty()
                .isSubsetOf(known);
        assertThat(Stream.of(server(rendered), migration(rendered))
                        .flatMap(container -> container.getEnv().stream())
                        .map(EnvVar::getName)
                        .map(DeploymentTest::withoutActor))
                .isNotEmpty()
                .isSubsetOf(known);
    }

    /** As the reference of the settings writes it, whatever the actor is called. */
    private static String withoutActor(String variable) {
        return variable.replaceAll("^(RAMPGATE_OPERATE_ACTORS_)[A-Z0-9]+(_\\w+)$", "$1NAME$2");
    }

    @Test
    void whatStaysOutOfTheConfigurationIsAKeyOfTheSecret() throws IOException {
        Rendered rendered = Rendered.overlay("production");
        Rendered examples = Rendered.files(Path.of("deploy/overlays/production/secret.example.yaml"));

        assertThat(examples.one(Secret.class, "rampgate").getStringData()).containsOnlyKeys(mounted(server(rendered)));
        assertThat(examples.one(Secret.class, "rampgate-migration").getStringData())
                .containsOnlyKeys(mounted(migration(rendered)));
        assertThat(rendered.all(Secret.class))
                .as("secrets in production's manifests")
                .isEmpty();
        assertThat(volume(rendered.one(Deployment.class, "rampgate").getSpec().getTemplate()))
                .isEqualTo("rampgate");
        assertThat(volume(rendered.one(Job.class, "rampgate-migrate").getSpec().getTemplate()))
                .as("the service must not have the password of the tables' owner")
                .isEqualTo("rampgate-migration");
        Rendered demo = Rendered.overlay("demo");
        assertThat(demo.all(Secret.class))
                .filteredOn(secret -> secret.getMetadata().getName().matches("rampgate-(?!migration)[a-z0-9]+"))
                .singleElement()
                .satisfies(secret -> assertThat(secret.getData()).containsOnlyKeys(mounted(server(demo))));
    }

    @Test
    void theMigrationHasARoleOfItsOwnAndBothCheckTheDatabasesCertificate() {
        Rendered rendered = Rendered.overlay("production");
        ConfigMap settings = settings(rendered);

        assertThat(value(migration(rendered), "RAMPGATE_DATABASE_USER"))
                .isNotEqualTo(settings.getData().get("RAMPGATE_DATABASE_USER"))
                .isEqualTo("rampgate_migration");
        assertThat(value(server(rendered), "RAMPGATE_DATABASE_MIGRATE_AT_START"))
                .isEqualTo("false");
        assertThat(List.of(server(rendered), migration(rendered))).allSatisfy(container -> {
            assertThat(value(container, "RAMPGATE_DATABASE_SSL_MODE")).isEqualTo("verify-full");
            Path file = Path.of(value(container, "RAMPGATE_DATABASE_SSL_ROOT_CERT"));
            assertThat(container.getVolumeMounts()).anyMatch(mount -> mount.getMountPath()
                    .equals(file.getParent().toString()));
            assertThat(rendered.all(ConfigMap.class))
                    .filteredOn(map -> map.getMetadata().getName().startsWith("rampgate-database-ca-"))
                    .singleElement()
                    .satisfies(map -> assertThat(map.getData())
                            .containsOnlyKeys(file.getFileName().toString()));
        });
    }

    @Test
    void aReplicaThatKeepsABacklogIsNotEvictedBeforeItIsStored() {
        Rendered rendered = Rendered.overlay("production");
        PodDisruptionBudget budget = rendered.one(PodDisruptionBudget.class, "rampgate");
        Duration wait = DurationConverter.parseDuration(value(server(rendered), "RAMPGATE_RECONCILE_SHUTDOWN_WAIT"));

        assertThat(budget.getSpec().getUnhealthyPodEvictionPolicy())
                .as("a replica whose backlog is full is not ready")
                .isEqualTo("IfHealthyBudget");
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(wait).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
        assertThat(Duration.ofSeconds(rendered.one(Deployment.class, "rampgate")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getTerminationGracePeriodSeconds()))
                .isGreaterThanOrEqualTo(wait.plus(Duration.ofSeconds(25)));
    }

    @Test
    void nothingElseInTheNamespaceIsReachedOrReachesAnything() {
        Rendered rendered = Rendered.overlay("production");
        NetworkPolicy rest = rendered.one(NetworkPolicy.class, "default-deny");
        NetworkPolicy replicas = rendered.one(NetworkPolicy.class, "rampgate");

        assertThat(rest.getSpec().getPodSelector().getMatchLabels()).isNullOrEmpty();
        assertThat(rest.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(rest.getSpec().getIngress()).isNullOrEmpty();
        assertThat(rest.getSpec().getEgress()).isNullOrEmpty();
        assertThat(replicas.getSpec().getIngress())
                .filteredOn(rule -> rule.getPorts().stream()
                        .anyMatch(port -> port.getPort().getStrVal().equals("management")))
                .flatMap(rule -> rule.getFrom())
                .isNotEmpty()
                .allSatisfy(peer -> assertThat(peer.getPodSelector().getMatchLabels())
                        .as("/operate is there, so a namespace alone is not enough")
                        .isNotEmpty());
    }

    @Test
    void theAutoscalerSeesStreamsAndSocketsByMetricsThatTheAdaptersRulesMake() throws IOException {
        Path adapter = Path.of("deploy/components/autoscale-by-streams/prometheus-adapter.example.yaml");
        String rules = Files.readString(adapter);
        MetricsList metrics = MetricsList.read();

        assertThat(Rendered.overlay("production")
                        .one(HorizontalPodAutoscaler.class, "rampgate")
                        .getSpec()
                        .getMetrics())
                .filteredOn(metric -> metric.getType().equals("Pods"))
                .extracting(metric -> metric.getPods().getMetric().getName())
                .containsExactly("rampgate_live_streams", "rampgate_sockets_attached")
                .allSatisfy(name -> assertThat(rules).contains(name));
        assertThat(Pattern.compile("seriesQuery: '(\\w+)\\{")
                        .matcher(rules)
                        .results()
                        .map(found -> found.group(1)))
                .hasSize(2)
                .allSatisfy(series -> assertThat(metrics.of(series)).as(series).isNotNull());
    }

    @Test
    void theRecordedRenderingIsThatOfTheOverlay() throws IOException {
        Rendered rendered = Rendered.overlay("production");
        if (System.getProperty("deploy.refresh") != null) {
            Files.createDirectories(Rendered.RECORDED.getParent());
            Files.writeString(Rendered.RECORDED, rendered.forTheRecord());
        }

        assertThat(Rendered.RECORDED)
                .as("mvn test -Dtest=DeploymentTest -Ddeploy.refresh writes it anew")
                .hasContent(rendered.forTheRecord());
    }

    @Test
    void everyPlaceSaysTheSameHost() {
        Rendered rendered = Rendered.overlay("production");

        assertThat(settings(rendered).getData().get("RAMPGATE_HAND_OFF_BASE_URL"))
                .isEqualTo("https://"
                        + rendered.one("HTTPRoute").at("/spec/hostnames/0").asText());
    }

    @Test
    void theIngressComesWithItsOwnNamespaceInThePolicyAndTheSameHost() {
        Rendered rendered = Rendered.editedProduction(
                text -> text.replace("- ../../components/gateway-api #", "- ../../components/ingress-nginx #"));

        assertThat(rendered.one(Ingress.class, "rampgate").getSpec().getRules())
                .extracting(rule -> rule.getHost())
                .containsExactly("ramp.example.com");
        assertThat(rendered.one(Ingress.class, "rampgate").getSpec().getRules())
                .flatMap(rule -> rule.getHttp().getPaths())
                .extracting(path -> path.getBackend().getService().getPort().getName())
                .containsExactly("http");
        assertThat(namespacesThatReach(rendered, "http")).containsExactly("ingress-nginx");
        assertThat(namespacesThatReach(Rendered.overlay("production"), "http")).containsExactly("gateways");
    }

    @Test
    void behindOAuth2ProxyWebhooksGoStraightToRampgateAndEverythingElseThroughIt() {
        Rendered rendered = Rendered.editedProduction(
                text -> text.replace("# - ../../components/oauth2-proxy", "- ../../components/oauth2-proxy"));
        JsonNode rules = rendered.one("HTTPRoute").at("/spec/rules");

        assertThat(rules)
                .extracting(rule -> rule.at("/matches/0/path/value").asText() + " to "
                        + rule.at("/backendRefs/0/name").asText())
                .containsExactly("/proof-webhook to rampgate", "/transactions to oauth2-proxy", "/ to oauth2-proxy");
        assertThat(rules).allSatisfy(rule -> assertThat(rule.at("/filters/0/requestHeaderModifier/remove"))
                .extracting(JsonNode::asText)
                .contains("Forwarded"));
        assertThat(rendered.one(Deployment.class, "oauth2-proxy")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getEnv())
                .filteredOn(variable -> variable.getValueFrom().getConfigMapKeyRef() != null)
                .extracting(variable -> variable.getValueFrom().getConfigMapKeyRef())
                .hasSize(2)
                .allSatisfy(reference -> {
                    assertThat(reference.getName())
                            .isEqualTo(settings(rendered).getMetadata().getName());
                    assertThat(settings(rendered).getData()).containsKey(reference.getKey());
                });
        assertThat(rendered.one(NetworkPolicy.class, "rampgate").getSpec().getIngress())
                .flatMap(rule -> rule.getFrom())
                .anyMatch(peer -> peer.getPodSelector() != null
                        && "oauth2-proxy"
                                .equals(peer.getPodSelector().getMatchLabels().get("app.kubernetes.io/name")));
    }

    @Test
    void anEndpointHasItsSecretsMountedAndIsReached() throws IOException {
        Rendered rendered = Rendered.editedProduction(
                text -> text.replace("# - ../../components/webhook-endpoint", "- ../../components/webhook-endpoint"));
        Set<String> added = server(rendered).getEnv().stream()
                .map(EnvVar::getName)
                .filter(name -> name.startsWith("RAMPGATE_OUTBOX_"))
                .collect(Collectors.toSet());

        assertThat(added).hasSize(2).allSatisfy(name -> assertThat(
                        name.replaceAll("^(RAMPGATE_OUTBOX_ENDPOINTS_)[A-Z0-9]+(_\\w+)$", "$1NAME$2"))
                .isIn(knownSettings()));
        assertThat(mounted(server(rendered))).contains("orders-webhook-secrets");
        assertThat(Files.readString(Path.of("deploy/overlays/production/secret.example.yaml")))
                .contains("# orders-webhook-secrets: ");
        URI url = URI.create(value(server(rendered), "RAMPGATE_OUTBOX_ENDPOINTS_ORDERS_URL"));
        assertThat(rendered.one(NetworkPolicy.class, "rampgate").getSpec().getEgress())
                .last()
                .satisfies(rule -> {
                    assertThat(rule.getPorts())
                            .extracting(port -> port.getPort().getIntVal())
                            .containsExactly(url.getPort());
                    assertThat(rule.getTo())
                            .extracting(peer ->
                                    peer.getNamespaceSelector().getMatchLabels().get("kubernetes.io/metadata.name"))
                            .allMatch(namespace -> url.getHost().contains("." + namespace + "."));
                });
    }

    @Test
    void theErasureLedgerHasItsVolumeAndItsKeys() throws IOException {
        Rendered rendered = Rendered.editedProduction(
                text -> text.replace("# - ../../components/erasure-ledger", "- ../../components/erasure-ledger"));
        Container server = server(rendered);

        assertThat(mounted(server)).contains("erasure-keys");
        assertThat(Files.readString(Path.of("deploy/overlays/production/secret.example.yaml")))
                .contains("# erasure-keys: ");
        assertThat(server.getEnv().stream().map(EnvVar::getName).filter(name -> name.startsWith("RAMPGATE_PRIVACY_")))
                .hasSize(2)
                .allMatch(knownSettings()::contains);
        assertThat(server.getVolumeMounts())
                .filteredOn(mount -> mount.getName().equals("erasures"))
                .singleElement()
                .satisfies(mount -> {
                    assertThat(mount.getMountPath())
                            .isEqualTo(value(server, "RAMPGATE_PRIVACY_ERASURE_LEDGER_DIRECTORY"));
                    assertThat(mount.getReadOnly()).isNotEqualTo(true);
                });
        assertThat(rendered.one(Deployment.class, "rampgate")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getVolumes())
                .anyMatch(volume -> volume.getPersistentVolumeClaim() != null);
    }

    @Test
    void onAJvmTheContainerHasItsImagesUserMemoryAndOptions() throws IOException {
        Rendered rendered =
                Rendered.editedProduction(text -> text.replace("# - ../../components/jvm", "- ../../components/jvm"));
        String dockerfile = Files.readString(Path.of("src/main/docker/Dockerfile.jvm"));

        assertThat(pods(rendered)).hasSize(2).allSatisfy(pod -> {
            assertThat(dockerfile)
                    .contains("USER " + pod.getSpec().getSecurityContext().getRunAsUser() + "\n");
            assertThat(only(pod).getResources().getLimits().get("memory").toString())
                    .isEqualTo("512Mi");
            assertThat(dockerfile).contains("\"" + value(only(pod), "JDK_JAVA_OPTIONS") + "\"");
            assertThat(only(pod).getArgs())
                    .as("options of the native executable")
                    .noneMatch(argument -> argument.startsWith("-X"));
        });
    }

    @Test
    void aNativeReplicaUsesTheMemoryThatItsLimitAllows() {
        Container server = server(Rendered.overlay("production"));

        assertThat(server.getResources().getLimits().get("memory").toString()).isEqualTo("256Mi");
        assertThat(server.getArgs()).containsExactly("-XX:MaxNewSize=32m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "production"})
    void replicasAndMigrationAreTheSameFixedImage(String overlay) {
        Rendered rendered = Rendered.overlay(overlay);

        assertThat(migration(rendered).getImage()).isEqualTo(server(rendered).getImage());
        assertThat(pods(rendered))
                .flatMap(pod -> pod.getSpec().getContainers())
                .extracting(Container::getImage)
                .allMatch(image -> image.matches(".+:[0-9][^:]*(@sha256:[0-9a-f]{64})?"));
    }

    /** The keys of the Secret that a container reads its secrets from. */
    private static Set<String> mounted(Container container) {
        return container.getEnv().stream()
                .filter(variable -> variable.getName().endsWith("_FILE"))
                .map(variable -> variable.getValue().substring(SECRETS.length()))
                .collect(Collectors.toSet());
    }

    /** The Secret that a pod mounts. */
    private static String volume(PodTemplateSpec pod) {
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getSecret() != null)
                .map(volume -> volume.getSecret().getSecretName())
                .collect(Collectors.joining(","));
    }

    private static String value(Container container, String variable) {
        return container.getEnv().stream()
                .filter(one -> one.getName().equals(variable))
                .map(EnvVar::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError(variable + " is not set"));
    }

    private static ConfigMap settings(Rendered rendered) {
        String name = server(rendered).getEnvFrom().get(0).getConfigMapRef().getName();
        return rendered.one(ConfigMap.class, name);
    }

    private static List<String> namespacesThatReach(Rendered rendered, String port) {
        return rendered.one(NetworkPolicy.class, "rampgate").getSpec().getIngress().stream()
                .filter(rule -> rule.getPorts().stream()
                        .anyMatch(one -> port.equals(one.getPort().getStrVal())))
                .flatMap(rule -> rule.getFrom().stream())
                .map(peer -> peer.getNamespaceSelector().getMatchLabels().get("kubernetes.io/metadata.name"))
                .toList();
    }

    @Test
    void theEvaluationWithComposeIsReadableAndUsesSettingsThatTheProgramKnows() throws Exception {
        JsonNode compose = Rendered.tree(Files.readString(COMPOSE));
        List<String> variables = new ArrayList<>();
        compose.at("/services/rampgate/environment").fieldNames().forEachRemaining(variables::add);

        assertThat(variables).isNotEmpty().isSubsetOf(knownSettings());
        assertThat(compose.at("/services/proof/environment/SANDBOX_WEBHOOK_URL").asText())
                .endsWith("/proof-webhook/"
                        + compose.at("/services/rampgate/environment/RAMPGATE_WEBHOOK_KEYS")
                                .asText());
        assertThat(compose.path("services")).allSatisfy(service -> {
            assertThat(service.path("read_only").asBoolean()).isTrue();
            assertThat(service.path("image").asText()).matches(".+:[0-9][^:]*(@sha256:[0-9a-f]{64})?");
            service.path("ports").forEach(port -> assertThat(port.asText()).startsWith("127.0.0.1:"));
        });
        if (!Files.isExecutable(DOCKER_COMPOSE)) {
            Missing.leaveOut("compose.yaml was read by this test alone: there is no " + DOCKER_COMPOSE);
        }
        Process process = new ProcessBuilder(
                        DOCKER_COMPOSE.toString(), "--file", COMPOSE.toString(), "config", "--quiet")
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    private static List<PodTemplateSpec> pods(Rendered rendered) {
        return Stream.concat(
                        rendered.all(Deployment.class).stream()
                                .map(deployment -> deployment.getSpec().getTemplate()),
                        rendered.all(Job.class).stream()
                                .map(job -> job.getSpec().getTemplate()))
                .toList();
    }

    private static Container server(Rendered rendered) {
        return only(rendered.one(Deployment.class, "rampgate").getSpec().getTemplate());
    }

    private static Container migration(Rendered rendered) {
        return only(rendered.one(Job.class, "rampgate-migrate").getSpec().getTemplate());
    }

    private static Container only(PodTemplateSpec pod) {
        assertThat(pod.getSpec().getContainers()).hasSize(1);
        return pod.getSpec().getContainers().get(0);
    }

    private static Map<String, String> labels(PodTemplateSpec pod) {
        return pod.getMetadata().getLabels();
    }

    private static Set<String> knownSettings() {
        Set<String> known = new HashSet<>();
        SettingsSources.read().forEach(group -> group.settings()
                .forEach(setting -> known.add(SettingsReference.environmentName(setting.name()))));
        SecretFiles.SECRETS.forEach(secret -> known.add(SettingsReference.environmentName(secret + "-file")));
        return known;
    }

    private static Duration time(Properties properties, String name) {
        return DurationConverter.parseDuration(properties.getProperty(name));
    }

    private static int port(Properties properties, String name) {
        return Integer.parseInt(properties.getProperty(name));
    }
}
