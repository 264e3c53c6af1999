"""Grades by itself: the course's SQL checks in every student's database, over and over, and what they said.

``plan`` is what to check (checks.json), ``schedule`` whose turn it is, ``visit`` one pass through one database, in a
``session`` over a ``wire``. ``attempt`` tries what must work or be refused and takes it back, so ``writes`` has to tell
who wrote. ``judge`` compares what came of it with what is expected, ``reference`` asks the author's queries where no
student is, ``ledger`` is what is known; ``work`` ties them together, ``api`` answers the web app, and ``trial`` tries
a course's checks for its author.
"""
