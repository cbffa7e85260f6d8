"""Mails on their way to a mail server, against one that does as it is told."""
