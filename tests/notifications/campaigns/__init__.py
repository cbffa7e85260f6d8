"""Campaigns: their rules, their stores, their service."""
