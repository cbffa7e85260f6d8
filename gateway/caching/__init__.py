"""Whole answers kept and given again: which may be, for how long, for whom, and how one is made when many ask."""
