"""The outbox pattern: events stored with their change, and carried to Kafka by a relay. Knows no consumer."""
