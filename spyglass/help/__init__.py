"""The help queue: one line from a student in, a teacher who comes out; SQLite keeps it over a restart.

``queue`` has the requests and what may become of them, ``follow`` closes those that nobody needs any more, ``words``
says what a student and what the teachers are told, ``routes`` are the page for a phone and what people do.
"""
