package dev.rampgate.proof;

import dev.rampgate.proof.ProofFailure.Kind;
import io.netty.channel.ConnectTimeoutException;
import java.util.concurrent.TimeoutException;

/** Names the failure behind an exception that came instead of an answer. */
final class Unanswered {

    private Unanswered() {}

    /** The exception itself if it is a failure already. */
    static ProofFailure because(Throwable thrown) {
        if (thrown instanceof ProofFailure failure) {
            return failure;
        }
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProofApiConnector.AnswerRefused) {
                return ProofFailure.unanswered(Kind.INVALID_ANSWER, cause);
            }
            if (isTimeout(cause)) {
                return ProofFailure.unanswered(Kind.TIMEOUT, cause);
            }
        }
        return ProofFailure.unanswered(Kind.UNREACHABLE, thrown);
    }

    private static boolean isTimeout(Throwable cause) {
        return cause instanceof TimeoutException
                || cause instanceof io.smallrye.mutiny.TimeoutException
                || cause instanceof ConnectTimeoutException;
    }
}
