"""What mails are on the wire: headers and MIME."""
