"""How a command of more than a line is run."""

from pathlib import Path

SCRIPTS = Path("mentor/components/scripts")
"""From the folder in which the program, and every command of it, runs."""

RUN_SCRIPT = 'exec bash -c "$SCRIPT"'
"""A command's text where it is longer than a line: a failed text is printed whole, before the reason. So the script
stands in the environment, and the reason is what is seen."""


def by_path(script: str) -> str:
    """The command that runs one of the scripts, for what everybody has: a state holds it four times for each of them.

    What is deleted is then deleted by today's script, with the environment of the day on which it was made. Where the
    script is not there or not whole, as after a checkout on a full disk, nothing is done, and that must not look like
    success: each is one group of commands, which ends with the file.
    """
    path = SCRIPTS / script
    missing = 'echo "$PWD has no whole $file: run this in the project\'s folder. Nothing of $STUDENT was changed." >&2'
    return f'file={path}; [ "$(tail -n 1 $file 2> /dev/null)" = "}}" ] && exec bash $file; {missing}; exit 1'
