"""Kafka: topics, records and the producer. Knows no outbox, no consumer, no database."""
