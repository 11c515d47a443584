package dev.rampgate.edge;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Rampgate as it runs behind a company's gateway on this host, with less patience. */
public class BehindGatewayProfile implements QuarkusTestProfile {

    /** What the gateway proves itself with. */
    public static final String SECRET = "canary-gateway-secret";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "rampgate.identity.mode", "header",
                "rampgate.identity.header.secret", SECRET,
                "rampgate.client-address.trusted-proxies", "127.0.0.1, ::1",
                "rampgate.edge.body-timeout", "1s",
                "rampgate.session.limits.unfinished", "20",
                "rampgate.hand-off.base-url", "");
    }
}
