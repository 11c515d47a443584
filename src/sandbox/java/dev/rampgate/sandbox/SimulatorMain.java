package dev.rampgate.sandbox;

import dev.rampgate.sandbox.http.WebhookUrl;
import dev.rampgate.sandbox.transaction.LifeMode;

/**
 * The simulator of Proof alone, on one port, for partner backends that are not Rampgate: no database, no Quarkus. The
 * sandbox's artifact runs it with {@code sandbox.alone=true}.
 */
public final class SimulatorMain {

    private SimulatorMain() {}

    public static void main(String... arguments) {
        try {
            ProofSimulator simulator = start(SandboxEnvironment.ofThisProcess());
            Runtime.getRuntime().addShutdownHook(new Thread(simulator::close, "simulator-exit"));
        } catch (SandboxStartException refused) {
            System.err.println("The simulator of Proof does not start: " + refused.getMessage());
            System.exit(1);
        }
    }

    /**
     * Starts it and says how to use it.
     *
     * @throws SandboxStartException if the port is taken or a setting is wrong
     */
    static ProofSimulator start(SandboxEnvironment environment) {
        SimulatorSettings.Builder settings = Sandbox.simulatorSettings(environment);
        environment.find("sandbox.client-token").ifPresent(settings::clientToken);
        try {
            environment.find("sandbox.webhook-url").map(WebhookUrl::checked).ifPresent(settings::webhookUrl);
        } catch (IllegalArgumentException noUrl) {
            throw new SandboxStartException("sandbox.webhook-url (SANDBOX_WEBHOOK_URL): " + noUrl.getMessage());
        }
        ProofSimulator simulator = Sandbox.simulator(
                settings.life(LifeMode.AUTOMATIC, environment.factor("sandbox.delay-factor", Sandbox.DELAY_FACTOR))
                        .build(),
                environment);
        System.out.println(String.join(
                System.lineSeparator(),
                "",
                "The simulator of Proof is ready.",
                "  base URL       " + simulator.baseUrl(),
                "  client token   " + simulator.clientToken(),
                "  webhooks to    " + environment.find("sandbox.webhook-url").orElse("none (set SANDBOX_WEBHOOK_URL)"),
                "  widget script  " + simulator.baseUrl() + "/widget.2.0.js",
                "  control API    " + simulator.baseUrl() + "/control",
                "  scenario       " + simulator.scenarioPlayer().playing().name(),
                "",
                "  curl -X POST " + simulator.baseUrl() + "/widget/session \\",
                "    -H 'Authorization: Bearer " + simulator.clientToken() + "' -H 'Content-Type: application/json' \\",
                "    -d '{\"partner_user_id\":\"cust-1\",\"user_email\":\"jo@example.test\",\"network\":\"ERC20\","
                        + "\"currency\":\"USDC\",\"amount\":\"42.75\"}'",
                "",
                "Ctrl+C ends it.",
                ""));
        return simulator;
    }
}
