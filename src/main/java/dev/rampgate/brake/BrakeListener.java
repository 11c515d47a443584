package dev.rampgate.brake;

import dev.rampgate.database.NotificationSubscriber;
import jakarta.enterprise.context.ApplicationScoped;

/** Has the brakes read at once when one was changed at any replica. */
@ApplicationScoped
class BrakeListener implements NotificationSubscriber {

    private final Brakes brakes;

    BrakeListener(Brakes brakes) {
        this.brakes = brakes;
    }

    @Override
    public String channel() {
        return BrakeStore.CHANNEL;
    }

    @Override
    public void listening() {
        brakes.wake();
    }

    @Override
    public void received(String payload) {
        brakes.wake();
    }
}
