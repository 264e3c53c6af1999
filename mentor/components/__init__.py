"""What is declared, one component a file, and beside them what only they use."""
