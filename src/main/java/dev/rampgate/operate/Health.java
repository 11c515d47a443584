package dev.rampgate.operate;

import dev.rampgate.brake.Brakes;
import dev.rampgate.database.DatabaseFailure;
import dev.rampgate.database.migration.Migration;
import dev.rampgate.reconcile.Backlog;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.health.api.HealthGroup;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Health checks for the platform. An outage of the shared database leaves replicas ready, since no replica could acknowledge
 * webhooks otherwise; the database has a health group of its own. No check depends on Proof.
 */
final class Health {

    /** The only health group. */
    static final String DATABASE_GROUP = "database";

    private Health() {}

    /** The process runs. No known state needs a restart. */
    @Liveness
    @ApplicationScoped
    static class Live implements HealthCheck {
        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.up("process");
        }
    }

    /** The first migration was attempted; the readiness check {@code migrated} reports its result. */
    @Startup
    @ApplicationScoped
    static class Started implements HealthCheck {
        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.up("started");
        }
    }

    /** The database schema is migrated. */
    @Readiness
    @ApplicationScoped
    static class Migrated implements HealthCheck {

        private final Migration migration;

        Migrated(Migration migration) {
            this.migration = migration;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("migrated")
                    .status(migration.isDone())
                    .build();
        }
    }

    /** Rampgate can accept webhooks, if necessary into memory. */
    @Readiness
    @ApplicationScoped
    static class WebhookRoom implements HealthCheck {

        private final Backlog backlog;

        WebhookRoom(Backlog backlog) {
            this.backlog = backlog;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("webhook-capacity")
                    .status(!backlog.isFull())
                    .build();
        }
    }

    /** The brakes were read since the start, without which no session is opened; and how many are on, which is no reason to be down. */
    @Readiness
    @ApplicationScoped
    static class BrakesRead implements HealthCheck {

        private final Brakes brakes;

        BrakesRead(Brakes brakes) {
            this.brakes = brakes;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("brakes")
                    .status(brakes.areKnown())
                    .withData("on", brakes.count())
                    .build();
        }
    }

    /** The database answers; at {@code /q/health/group/database}. */
    @HealthGroup(DATABASE_GROUP)
    @ApplicationScoped
    static class Database implements AsyncHealthCheck {

        private final Pool pool;

        Database(Pool pool) {
            this.pool = pool;
        }

        @Override
        public Uni<HealthCheckResponse> call() {
            return pool.query("SELECT 1")
                    .execute()
                    .ifNoItem()
                    .after(Duration.ofSeconds(1))
                    .fail()
                    .map(answer -> HealthCheckResponse.up("database"))
                    .onFailure(failure -> !DatabaseFailure.isOutage(failure))
                    .recoverWithItem(HealthCheckResponse.up("database"))
                    .onFailure()
                    .recoverWithItem(HealthCheckResponse.down("database"));
        }
    }
}
