package dev.rampgate.live;

import dev.rampgate.database.NotificationSubscriber;
import dev.rampgate.database.ReplicaId;
import dev.rampgate.live.LiveCounters.WakeUp;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** Wakes the readers of this replica when transactions changed at another one. */
@ApplicationScoped
class NotificationReceiver implements NotificationSubscriber {

    private final UUID replica;
    private final LiveHub hub;

    NotificationReceiver(ReplicaId replica, LiveHub hub) {
        this.replica = replica.value();
        this.hub = hub;
    }

    @Override
    public String channel() {
        return ChangeNotification.CHANNEL;
    }

    @Override
    public void listening() {
        hub.anythingChanged(WakeUp.RECONNECTED);
    }

    @Override
    public void received(String payload) {
        ChangeNotification.parse(payload)
                .filter(change -> !change.sender().equals(replica))
                .ifPresent(change -> hub.changed(change.transactionIds(), WakeUp.NOTIFIED));
    }
}
