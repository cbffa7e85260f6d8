"""What mails look like: Markdown, the HTML and the text made of it, the page around it, and gaps to fill."""
