/** Publishes the events of the feed to a Kafka topic. Nothing of it runs unless brokers are configured (docs/decisions/0069-kafka.md). */
package dev.rampgate.outbox.kafka;
