package dev.rampgate.sandbox.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.rampgate.sandbox.http.Json;
import dev.rampgate.sandbox.http.JsonMistake;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The scenarios that can be played by name: the built-in ones, and those of a user's folder, which take precedence. */
public final class Scenarios {

    /** The scenario without faults. */
    public static final String CALM = "calm";

    private static final String FOLDER = "/scenarios/";

    private final Map<String, Scenario> byName = new TreeMap<>();

    private Scenarios() {}

    /** The built-in scenarios; {@code index.json} lists their files, since a jar cannot list its folders. */
    public static Scenarios builtIn() {
        Scenarios scenarios = new Scenarios();
        for (String name : read(resource("index.json"), String[].class, "index.json")) {
            scenarios.add(read(resource(name + ".json"), Scenario.class, name + ".json"), name);
        }
        return scenarios;
    }

    /**
     * Adds each {@code NAME.json} of a folder. Reads files, so never call it on an event loop.
     *
     * @throws IllegalArgumentException naming the invalid file, or the folder if it does not exist
     */
    public Scenarios withFolder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                String fileName = file.getFileName().toString();
                String name = fileName.substring(0, fileName.length() - ".json".length());
                add(read(Files.readString(file), Scenario.class, fileName), name);
            }
            return this;
        } catch (IOException e) {
            throw new IllegalArgumentException("the folder of scenarios cannot be read: " + folder, e);
        }
    }

    public Optional<Scenario> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All scenarios, by name. */
    public List<Scenario> all() {
        return List.copyOf(byName.values());
    }

    private void add(Scenario scenario, String fileName) {
        if (!scenario.name().equals(fileName)) {
            throw new IllegalArgumentException(
                    fileName + ".json must have the name " + fileName + ", not " + scenario.name());
        }
        byName.put(scenario.name(), scenario);
    }

    private static String resource(String name) {
        try (InputStream in = Scenarios.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the scenario " + name + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T read(String text, Class<T> type, String file) {
        try {
            return Json.MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is no scenario: " + JsonMistake.of(e), e);
        }
    }
}
