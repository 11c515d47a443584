package dev.rampgate.edge;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Rampgate behind a company's gateway on this host, with short timeouts. */
public class BehindGatewayProfile implements QuarkusTestProfile {

    /** The secret by which Rampgate recognizes the gateway. */
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
