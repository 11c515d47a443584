package dev.rampgate.bench;

/** Processor seconds that were used up to a moment. */
record Usage(double own, double database) {

    static Usage of(Child child, PostgresServer server) {
        return new Usage(
                child == null ? 0 : child.processorSeconds(),
                server == null ? 0 : server.process().processorSeconds());
    }

    Usage since(Usage earlier) {
        return new Usage(own - earlier.own, database - earlier.database);
    }
}
