"""`caravan notifications`: the lanes of messages, for the people who run the shop. Asks the service itself."""
