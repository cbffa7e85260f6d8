"""Recommendations: counts what is bought, by rules that a person can read says what to offer to whom."""
