-- How far each Kafka topic has the feed. A row is made when a topic is first configured, at the end that the feed then has.
CREATE TABLE kafka_topic (
    topic       text COLLATE "C" PRIMARY KEY,
    position    bigint      NOT NULL,
    claim       bigint      NOT NULL DEFAULT 0,
    leased_by   uuid,
    lease_until timestamptz NOT NULL DEFAULT '-infinity'
);

COMMENT ON COLUMN kafka_topic.position IS 'the last place of the feed that the broker has committed';
COMMENT ON COLUMN kafka_topic.claim IS 'number of claims; the last one alone reads and moves the position';
COMMENT ON COLUMN kafka_topic.leased_by IS 'the replica that publishes, for a person who looks';
