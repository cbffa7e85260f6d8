"""The audit trail: what OPS and ADMIN did, each deed told before it is done and again when it has ended."""
