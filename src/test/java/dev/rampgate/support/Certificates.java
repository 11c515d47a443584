package dev.rampgate.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate that nobody but itself has signed, for {@code localhost} alone, and its key, as PEM files. Made by the JDK's
 * keytool.
 */
public record Certificates(Path certificate, Path key) {

    private static final String PASSWORD = "made-for-a-test";

    /** @param directory where the files go */
    public static Certificates selfSigned(Path directory, String name) {
        Path store = directory.resolve(name + ".p12");
        keytool(
                store,
                name,
                "CN=localhost, O=" + name,
                List.of("-ext", "san=dns:localhost", "-ext", "bc=ca:true", "-validity", "3650"));
        return exported(store, name);
    }

    private static void keytool(Path store, String name, String distinguishedName, List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                distinguishedName,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(options);
        run(command);
    }

    private static Certificates exported(Path store, String name) {
        Path directory = store.getParent();
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            return new Certificates(
                    pem(
                            directory.resolve(name + ".crt"),
                            "CERTIFICATE",
                            keys.getCertificate(name).getEncoded()),
                    pem(
                            directory.resolve(name + ".key"),
                            "PRIVATE KEY",
                            keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Who signs certificates, and whoever trusts it alone. */
    public record Authority(Path store) {

        private static final String NAME = "authority";

        /** @param directory where its keys and those that it signs are kept */
        public static Authority in(Path directory) {
            Path store = directory.resolve("authority.p12");
            keytool(store, NAME, "CN=An authority", List.of("-ext", "bc=ca:true", "-validity", "3650"));
            return new Authority(store);
        }

        /**
         * Signs a certificate.
         *
         * @param name of the files
         * @param host that it is for
         * @param more of keytool's options, {@code -validity} for example
         */
        public Certificates sign(String name, String host, String... more) {
            List<String> options =
                    new ArrayList<>(List.of("-ext", "san=dns:" + host, "-signer", NAME, "-signerkeypass", PASSWORD));
            options.addAll(List.of(more));
            keytool(store, name, "CN=" + host, options);
            return exported(store, name);
        }

        /**
         * A key store of Java with this authority alone.
         *
         * @return its file, whose password is {@link #password()}
         */
        public Path trusted() {
            Path file = store.resolveSibling("trusted.p12");
            try (InputStream in = Files.newInputStream(store);
                    OutputStream out = Files.newOutputStream(file)) {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(in, PASSWORD.toCharArray());
                KeyStore trusted = KeyStore.getInstance("PKCS12");
                trusted.load(null, null);
                trusted.setCertificateEntry(NAME, keys.getCertificate(NAME));
                trusted.store(out, PASSWORD.toCharArray());
                return file;
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        public static String password() {
            return PASSWORD;
        }
    }

    private static Path pem(Path file, String what, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
        // PostgreSQL takes no key that others may read.
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("keytool ended with " + process.exitValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
