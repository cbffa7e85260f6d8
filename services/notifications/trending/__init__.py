"""What is bought most just now. Stands on its own, so that another service can have it: it knows no messages."""
