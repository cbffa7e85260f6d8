"""Who asks too often: buckets, tries, and what stands in for Redis."""
