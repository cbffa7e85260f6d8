"""The processes: which queue runs what, internal APIs, relays, shutdown. Decides no business rule."""
