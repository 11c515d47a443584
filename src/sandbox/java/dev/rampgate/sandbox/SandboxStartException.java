package dev.rampgate.sandbox;

/** The sandbox cannot start, for a reason that its user can do something about; the message says what. */
final class SandboxStartException extends RuntimeException {

    SandboxStartException(String message) {
        super(message);
    }
}
