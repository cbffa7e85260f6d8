"""How mails reach the mail server: connections, lanes, what its answers mean. Knows no message and no person."""
