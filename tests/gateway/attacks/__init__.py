"""What somebody does who wishes the shop ill, against a gateway in its own process: it answers, and stays small."""
