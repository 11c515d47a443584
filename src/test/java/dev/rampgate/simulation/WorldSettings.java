package dev.rampgate.simulation;

import dev.rampgate.channel.socket.SocketSettings;
import dev.rampgate.channel.webhook.WebhookSettings;
import dev.rampgate.pollqueue.PollSettings;
import dev.rampgate.reconcile.ReconcileSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of a simulated world. Those that are not parameters have the service's defaults. */
final class WorldSettings {

    record Reconciling(int batchSize, int lanes, int laneCapacity, int backlogCapacity, int backlogIdCapacity)
            implements ReconcileSettings {

        @Override
        public Duration batchLinger() {
            return Duration.ZERO;
        }

        @Override
        public Duration batchDeadline() {
            return Duration.ofSeconds(2);
        }

        @Override
        public Duration backlogInterval() {
            return Duration.ofMillis(500);
        }

        @Override
        public Duration shutdownWait() {
            return Duration.ofSeconds(30);
        }

        @Override
        public int archiveLimit() {
            return 1_000;
        }

        @Override
        public int unknownCapacity() {
            return 100;
        }
    }

    record Polling(double maxRate, double nudgedMaxRate, double unknownMaxRate, Duration interval)
            implements PollSettings {

        @Override
        public Duration lagTolerance() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration lease() {
            return Duration.ofSeconds(15);
        }

        @Override
        public Duration refusedPause() {
            return Duration.ofMinutes(1);
        }
    }

    record Socketing(int maxConnections) implements SocketSettings {

        @Override
        public Duration interval() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration lease() {
            return Duration.ofSeconds(15);
        }

        @Override
        public Duration refusedPause() {
            return Duration.ofMinutes(1);
        }

        @Override
        public Duration healthyAfter() {
            return Duration.ofMinutes(1);
        }
    }

    record Webhooks(Trust trust) implements WebhookSettings {

        @Override
        public Optional<List<String>> keys() {
            return Optional.empty();
        }

        @Override
        public boolean open() {
            return true;
        }

        @Override
        public Optional<List<String>> allowlist() {
            return Optional.empty();
        }

        @Override
        public Limits limits() {
            throw new UnsupportedOperationException("the simulation sends no HTTP requests");
        }

        @Override
        public Duration ackTimeout() {
            return Duration.ofSeconds(1);
        }
    }

    private WorldSettings() {}
}
