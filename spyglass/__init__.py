"""Spyglass: the workshop's web app. Sign-in, a terminal for everybody, and the class for its teachers.

In: one JSON file about the class (``classroom``), secrets as files (``settings``), people's browsers through the
gateway. Out: SSH to the seats, questions to the directory, and rows in SQLite for what must outlive a restart.
"""
