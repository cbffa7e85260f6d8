"""Kept answers: never older than the last acknowledged drop, made once for many, and done without if need be."""
