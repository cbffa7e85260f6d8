"""How a message becomes a mail: Markdown templates, their HTML and text, headers, MIME. Pure."""
