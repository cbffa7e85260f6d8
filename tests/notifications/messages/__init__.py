"""Messages: their stores, their states, and how they are sent."""
