"""What listens to Kafka: windows, breaker, inbox, and consumers against real servers."""
