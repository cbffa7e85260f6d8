"""`caravan dlq`, on a whole gateway in this process."""
