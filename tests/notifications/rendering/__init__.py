"""Tests of mails: what they say, how they look, and what no input can make of them."""
