"""What listens to Kafka: the runtime that hands events to handlers. Knows no context's handler."""
