package dev.rampgate.outbox;

import dev.rampgate.database.NotificationSubscriber;
import jakarta.enterprise.context.ApplicationScoped;

/** Has the sequencer look when another replica gave events their places and somebody waits for them here. */
@ApplicationScoped
class FeedListener implements NotificationSubscriber {

    private final Sequencer sequencer;
    private final FeedNotifier notifier;

    FeedListener(Sequencer sequencer, FeedNotifier notifier) {
        this.sequencer = sequencer;
        this.notifier = notifier;
    }

    @Override
    public String channel() {
        return FeedNotifier.CHANNEL;
    }

    @Override
    public void listening() {
        sequencer.wakeIfAwaited();
    }

    @Override
    public void received(String payload) {
        if (!notifier.isOwn(payload)) {
            sequencer.wakeIfAwaited();
        }
    }
}
