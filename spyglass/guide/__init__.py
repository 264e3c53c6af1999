"""The guide: the course's Markdown beside the terminal, with blocks that can be run, copied and saved."""
