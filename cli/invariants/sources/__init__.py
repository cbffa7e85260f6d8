"""Where facts are read: Kafka, the databases' documents, the payment provider's ledger. Judges nothing."""
