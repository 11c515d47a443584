package dev.rampgate.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The settings that the program is built with, as their file has them. */
public final class ApplicationProperties {

    private ApplicationProperties() {}

    public static Properties read() throws IOException {
        Properties properties = new Properties();
        try (var text = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            properties.load(text);
        }
        return properties;
    }
}
