"""Proof of the shared vocabulary: money, ids, pages, text, errors."""
