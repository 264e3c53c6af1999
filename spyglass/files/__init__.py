"""A student's own files, up and down, from his page."""
