"""Whether somebody's computer is ready, before the class and without an account."""
