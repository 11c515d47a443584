package dev.rampgate.sandbox;

/** The sandbox cannot start for a reason that its user can correct; the message says how. */
final class SandboxStartException extends RuntimeException {

    SandboxStartException(String message) {
        super(message);
    }
}
