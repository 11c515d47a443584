package dev.rampgate.sandbox;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Ends what Rampgate keeps of an earlier scenario: after Proof refused a token, an address or a rate, all replicas pause polls and
 * sockets, for a minute by default. A scenario that begins meanwhile would seem to have no effect.
 */
final class PausesOfRampgate {

    private final String url;
    private final Properties credentials = new Properties();

    /** @param environment in which the database is configured */
    PausesOfRampgate(SandboxEnvironment environment) {
        this.url = "jdbc:postgresql://" + value(environment, "host") + ":"
                + environment.port("rampgate.database.port", 5432) + "/" + value(environment, "name");
        credentials.setProperty("user", value(environment, "user"));
        credentials.setProperty("password", value(environment, "password"));
        credentials.setProperty("connectTimeout", "5");
        credentials.setProperty("socketTimeout", "5");
    }

    private static String value(SandboxEnvironment environment, String name) {
        return environment.find("rampgate.database." + name).orElse("");
    }

    /** On a thread of its own, so that it may be called on an event loop. */
    void end() {
        Thread thread = new Thread(this::endNow, "sandbox-pauses");
        thread.setDaemon(true);
        thread.start();
    }

    private void endNow() {
        try (Connection connection = DriverManager.getConnection(url, credentials);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("""
                    UPDATE poll_budget
                    SET refused = false, next_at = least(next_at, now())
                    WHERE refused OR next_at > now() + interval '1 s'
                    """);
        } catch (SQLException notThere) {
            // No tables yet, or no such database: then there is no pause either.
        }
    }
}
