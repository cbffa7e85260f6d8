"""The API under load: what reads cost, and how logins beside them are felt."""
