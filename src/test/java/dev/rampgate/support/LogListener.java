package dev.rampgate.support;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** Keeps what is written to a logger, with the logging context of that moment, until it is closed. */
public final class LogListener extends Handler implements AutoCloseable {

    private final Logger logger;
    private final List<ExtLogRecord> logged = Collections.synchronizedList(new ArrayList<>());

    private LogListener(Logger logger) {
        this.logger = logger;
    }

    /** @param name of a logger; empty for all of them */
    public static LogListener on(String name) {
        LogListener listener = new LogListener(Logger.getLogger(name));
        listener.logger.addHandler(listener);
        return listener;
    }

    public List<ExtLogRecord> logged() {
        return logged;
    }

    @Override
    public void publish(LogRecord line) {
        ExtLogRecord told = ExtLogRecord.wrap(line);
        told.copyMdc();
        logged.add(told);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
