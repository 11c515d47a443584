package dev.rampgate.outbox.delivery;

import java.time.Duration;
import java.util.Optional;

/**
 * What became of one attempt.
 *
 * @param delivery the claim
 * @param outcome its class
 * @param status of the answer; 0 if there was none
 * @param retryAfter what the answer asked for
 * @param took until the status
 */
record Attempt(Claimed delivery, Outcome outcome, int status, Optional<Duration> retryAfter, Duration took) {}
