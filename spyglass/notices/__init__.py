"""Notices: what a teacher writes to the class, a group or one student, and it stays until each of them has read it.

``store`` keeps them and who has read which, ``eyes`` is the call to look to the front, ``words`` says what a student
and what the teachers are told, ``routes`` are what people do.
"""
