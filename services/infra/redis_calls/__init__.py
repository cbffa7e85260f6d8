"""How Redis is asked by those in a hurry: many questions in one trip, for a short time, and not while it is away."""
