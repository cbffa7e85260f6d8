"""The drivers: settings, databases, brokers, telemetry. No business rule."""
