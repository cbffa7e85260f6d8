"""The house rules as tests. Each says what it cannot see; planted violations prove that it sees the rest."""
