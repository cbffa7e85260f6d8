"""`caravan notifications`: lanes and suppressed addresses, for the people who run the shop. Asks the service itself."""
