"""The edge: what a request may ask for, how it is sent, and how long it takes."""
