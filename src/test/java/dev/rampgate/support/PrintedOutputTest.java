package dev.rampgate.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PrintedOutputTest {

    @Test
    void whatATestPrintsIsInTheFileThatIsSearchedForSecrets() throws IOException {
        Path file = PrintedOutput.file()
                .orElseGet(() -> Assumptions.abort("nothing copies what is printed: Maven names the file"));
        String printed = "printed " + UUID.randomUUID();
        String complained = "complained " + UUID.randomUUID();

        System.out.println(printed);
        System.err.println(complained);

        assertThat(Files.readString(file)).contains(printed, complained);
    }
}
