package dev.rampgate.privacy;

import dev.rampgate.reconcile.ErasureKeys;
import dev.rampgate.secretfile.ReloadedFiles;
import dev.rampgate.secretfile.UnusableFileException;
import dev.rampgate.settings.EnvironmentName;
import dev.rampgate.wire.ByteOrderMark;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the keys of the erasure ledger from their file. */
final class ErasureKeysFile {

    static final String SETTING = "rampgate.privacy.erasure-ledger.keys-file";

    private static final Pattern LINE = Pattern.compile("(?<id>[a-z0-9]{1,32})[ \t]+(?<secret>[\\x21-\\x7e]{32,256})");

    /** Real files are far shorter. */
    private static final int MOST_BYTES = 64 * 1024;

    private ErasureKeysFile() {}

    /**
     * Blocks: for the start only.
     *
     * @throws ConfigurationException which shows no secret
     */
    static ErasureKeys read(Path file) {
        try {
            return parse(ReloadedFiles.read(file, MOST_BYTES));
        } catch (UnusableFileException unusable) {
            throw wrong(unusable.getMessage());
        }
    }

    static ErasureKeys parse(byte[] content) {
        List<String> lines = new String(ByteOrderMark.strippedFrom(content), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (lines.isEmpty()) {
            throw wrong("is empty");
        }
        Map<String, byte[]> secrets = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher key = LINE.matcher(line);
            if (!key.matches()) {
                throw wrong("has a wrong line, number " + (secrets.size() + 1) + " of its keys");
            }
            byte[] secret = key.group("secret").getBytes(StandardCharsets.US_ASCII);
            if (secrets.put(key.group("id"), secret) != null) {
                throw wrong("has two keys of the id " + key.group("id"));
            }
        }
        return new ErasureKeys(secrets);
    }

    private static ConfigurationException wrong(String why) {
        return new ConfigurationException(
                EnvironmentName.both(SETTING) + ": this file " + why
                        + "; each line must be an id (1 to 32 lower case letters and digits), a space, and a"
                        + " secret of 32 to 256 printable characters, such as 2026a and what openssl rand -hex 32 prints",
                Set.of(SETTING));
    }
}
