"""What must always hold of messages, their mails and campaigns: values, and pure checks. Reads nothing."""
