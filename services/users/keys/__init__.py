"""The keys that sign access tokens: kept sealed, changed on time, known before they sign."""
