package dev.rampgate.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An actor of each role, whose name is the role and whose token anybody can read here. */
final class SandboxActors implements AutoCloseable {

    private static final List<String> ROLES = List.of("service", "support", "operator", "auditor");

    private final Path folder;

    private SandboxActors(Path folder) {
        this.folder = folder;
    }

    /** Writes the files of their tokens, and configures Rampgate to use them. */
    static SandboxActors configure(SandboxEnvironment environment) {
        try {
            SandboxActors actors = new SandboxActors(Files.createTempDirectory("rampgate-sandbox-actors"));
            for (String role : ROLES) {
                Path file = Files.writeString(actors.folder.resolve(role), token(role) + System.lineSeparator());
                environment.set("rampgate.operate.actors." + role + ".role", role);
                environment.set("rampgate.operate.actors." + role + ".token-file", file.toString());
            }
            return actors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The token of the actor of this role; the same at each start. */
    static String token(String role) {
        return "sandbox-" + role + "-token";
    }

    @Override
    public void close() {
        try {
            for (String role : ROLES) {
                Files.deleteIfExists(folder.resolve(role));
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
