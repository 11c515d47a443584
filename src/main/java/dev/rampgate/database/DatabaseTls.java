package dev.rampgate.database;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * How connections to the database are encrypted, checked: the same for the reactive client and for JDBC, with the names and
 * meanings of libpq. The file of authorities is read once, at the start.
 */
@Singleton
public final class DatabaseTls {

    /** Of libpq's modes those whose outcome an operator can tell; {@code allow} is not among them. */
    public enum Mode {
        /** Never encrypted. */
        DISABLE,
        /** Encrypted if the server can, whoever it is. */
        PREFER,
        /** Encrypted, whoever the server is. */
        REQUIRE,
        /** Encrypted, and one of our authorities has signed the server's certificate. */
        VERIFY_CA,
        /** As {@code verify-ca}, and the certificate is for the host that we connect to. */
        VERIFY_FULL;

        boolean verifies() {
            return this == VERIFY_CA || this == VERIFY_FULL;
        }

        /** As libpq, JDBC and the settings write it. */
        public String libpqName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final String NAMED = "rampgate.database.ssl-root-cert (RAMPGATE_DATABASE_SSL_ROOT_CERT) ";

    private final Mode mode;
    private final String rootCert;
    private final Buffer authorities;

    /** @throws ConfigurationException naming the setting that cannot be used */
    DatabaseTls(DatabaseSettings settings) {
        this.mode = settings.sslMode();
        this.rootCert = settings.sslRootCert().orElse(null);
        if (mode.verifies() != (rootCert != null)) {
            throw wrong(
                    mode.verifies()
                            ? "is not set; rampgate.database.ssl-mode=" + mode.libpqName()
                                    + " needs a PEM file with the authorities to trust"
                            : "is set, but rampgate.database.ssl-mode=" + mode.libpqName()
                                    + " verifies nothing; set that to verify-full, or remove the file");
        }
        this.authorities = rootCert == null ? null : read(rootCert);
    }

    public Mode mode() {
        return mode;
    }

    /** Null unless certificates are verified. */
    public String rootCert() {
        return rootCert;
    }

    /** Tells the reactive client. */
    public void apply(PgConnectOptions server) {
        server.setSslMode(SslMode.of(mode.libpqName()));
        server.setHostnameVerificationAlgorithm(mode == Mode.VERIFY_FULL ? "HTTPS" : "");
        server.setTrustAll(!mode.verifies());
        if (mode.verifies()) {
            server.setPemTrustOptions(new PemTrustOptions().addCertValue(authorities));
        }
    }

    private static Buffer read(String file) {
        try {
            String text = Files.readString(Path.of(file));
            if (text.contains("-----BEGIN CERTIFICATE-----")) {
                return Buffer.buffer(text);
            }
            throw wrong("names a file without a certificate; it must be PEM");
        } catch (IOException | IllegalArgumentException unreadable) {
            throw wrong(
                    "names a file that cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
    }

    private static ConfigurationException wrong(String problem) {
        return new ConfigurationException(NAMED + problem, Set.of("rampgate.database.ssl-root-cert"));
    }
}
