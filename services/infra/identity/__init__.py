"""Who asks and who calls: reading and making signed tokens. Decides nothing about what they may do."""
