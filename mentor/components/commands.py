"""How a command of more than a line is run."""

RUN_SCRIPT = 'exec bash -c "$SCRIPT"'
"""A command's text where it is longer than a line: a failed text is printed whole, before the reason. So the script
stands in the environment, and the reason is what is seen."""
