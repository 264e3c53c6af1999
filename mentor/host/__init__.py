"""The Docker host as a machine: its address, what it is like, and whether it can carry the workshop."""
