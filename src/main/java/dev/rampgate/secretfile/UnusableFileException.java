package dev.rampgate.secretfile;

/** Thrown for a file that cannot be used. Its message continues "the file ", and shows nothing of what the file holds. */
public final class UnusableFileException extends Exception {

    private static final long serialVersionUID = 1L;

    public UnusableFileException(String problem) {
        super(problem, null, false, false);
    }
}
