"""The teacher's wall: one tile for each seat with a live picture of its terminal, and who needs somebody.

``control`` asks a seat's tmux over a connection that stays, ``picture`` makes the hostile answer harmless, ``camera``
asks when something has changed, ``tiles`` says what is known besides, ``latest`` brings the newest of it to every open
wall, ``wall`` runs all of it for as long as somebody looks, ``routes`` are the page and its stream.
"""
