package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.rampgate.support.Missing;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Manifests as Kubernetes reads them: a field that it does not know fails, and so does a kind that nobody expected. */
final class Rendered {

    private static final Map<String, Class<? extends HasMetadata>> TYPES = Map.ofEntries(
            Map.entry("v1 Namespace", Namespace.class),
            Map.entry("v1 ServiceAccount", ServiceAccount.class),
            Map.entry("v1 ConfigMap", ConfigMap.class),
            Map.entry("v1 Secret", Secret.class),
            Map.entry("v1 Service", Service.class),
            Map.entry("apps/v1 Deployment", Deployment.class),
            Map.entry("batch/v1 Job", Job.class),
            Map.entry("policy/v1 PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("networking.k8s.io/v1 Ingress", Ingress.class),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class));

    /** Of others than Kubernetes itself; there are no types of them here. */
    private static final Set<String> UNTYPED = Set.of(
            "monitoring.coreos.com/v1 PrometheusRule",
            "monitoring.coreos.com/v1 ServiceMonitor",
            "gateway.networking.k8s.io/v1 HTTPRoute");

    /** Its minor version: those before know no components. */
    private static final int OLDEST_KUBECTL = 27;

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION));
    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .registerModule(new SimpleModule().setDeserializerModifier(new NothingElse()));
    private static final Map<String, Rendered> OVERLAYS = new HashMap<>();

    /**
     * The production overlay as it was rendered last, without alerts and dashboard, for machines without {@code kubectl}.
     * DeploymentTest compares it.
     */
    static final Path RECORDED = Path.of("src/test/resources/deploy/production.yaml");

    private final List<JsonNode> objects = new ArrayList<>();
    private final List<HasMetadata> typed = new ArrayList<>();
    private final List<JsonNode> untyped = new ArrayList<>();

    private Rendered(String text) throws IOException {
        for (JsonNode object :
                YAML.readerFor(JsonNode.class).<JsonNode>readValues(text).readAll()) {
            if (object.isMissingNode() || object.isNull()) {
                continue;
            }
            objects.add(object);
            String type = object.path("apiVersion").asText() + " "
                    + object.path("kind").asText();
            if (TYPES.containsKey(type)) {
                typed.add(STRICT.treeToValue(object, TYPES.get(type)));
            } else {
                assertThat(type).isIn(UNTYPED);
                untyped.add(object);
            }
        }
    }

    /** What becomes of an overlay; the test is left out where there is no {@code kubectl}, but in the CI. */
    static synchronized Rendered overlay(String name) {
        return OVERLAYS.computeIfAbsent(name, ignored -> {
            requireKubectl();
            try {
                return new Rendered(printed("kubectl", "kustomize", "deploy/overlays/" + name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** What becomes of the production overlay whose {@code kustomization.yaml} somebody edited. */
    static Rendered editedProduction(UnaryOperator<String> edit) {
        requireKubectl();
        try {
            Path copy = Files.createTempDirectory("rampgate-deploy-");
            try (Stream<Path> files = Files.walk(Path.of("deploy"))) {
                for (Path file : files.toList()) {
                    Path target = copy.resolve(file);
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(target);
                    } else {
                        Files.copy(file, target);
                    }
                }
            }
            Path overlay = copy.resolve("deploy/overlays/production");
            Path kustomization = overlay.resolve("kustomization.yaml");
            String text = Files.readString(kustomization);
            String edited = edit.apply(text);
            assertThat(edited).isNotEqualTo(text);
            Files.writeString(kustomization, edited);
            return new Rendered(printed("kubectl", "kustomize", overlay.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code kubectl} rendered last. */
    static Rendered recorded() {
        return files(RECORDED);
    }

    static Rendered files(Path file) {
        try {
            return text(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One YAML document as it is. */
    static JsonNode tree(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of several YAML documents. */
    static Rendered text(String yaml) {
        try {
            return new Rendered(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All objects as trees, in their order. */
    List<JsonNode> objects() {
        return objects;
    }

    /** As YAML, what {@link #RECORDED} holds of it. */
    String forTheRecord() throws IOException {
        StringBuilder text = new StringBuilder();
        for (JsonNode object : objects) {
            String name = object.at("/metadata/name").asText();
            if (!object.path("kind").asText().equals("PrometheusRule") && !name.equals("rampgate-dashboard")) {
                text.append(YAML.writeValueAsString(object));
            }
        }
        return text.toString();
    }

    <T> List<T> all(Class<T> type) {
        return typed.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T one(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + type.getSimpleName() + " " + name));
    }

    JsonNode one(String kind) {
        return untyped.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + kind));
    }

    private static void requireKubectl() {
        if (minorVersionOfKubectl() < OLDEST_KUBECTL) {
            Missing.leaveOut("the manifests of deploy/ were LEFT OUT: there is no kubectl from 1." + OLDEST_KUBECTL
                    + " on, which renders them");
        }
    }

    /** 0 if there is none. */
    private static int minorVersionOfKubectl() {
        try {
            String version = printed("kubectl", "version", "--client", "--output=json");
            return Integer.parseInt(YAML.readTree(version)
                    .at("/clientVersion/minor")
                    .asText("0")
                    .replaceAll("[^0-9].*", ""));
        } catch (IOException none) {
            return 0;
        }
    }

    private static String printed(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue())
                    .as("exit code of " + List.of(command))
                    .isZero();
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The models keep what they do not know, instead of refusing it. */
    private static final class NothingElse extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1;

        @Override
        public BeanDeserializerBuilder updateBuilder(
                DeserializationConfig config, BeanDescription type, BeanDeserializerBuilder builder) {
            builder.setAnySetter(null);
            return builder;
        }
    }
}
