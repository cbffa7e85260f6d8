"""What sending mails costs, against a mail server that does nothing with them."""
