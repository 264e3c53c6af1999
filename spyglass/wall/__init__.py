"""The teacher's wall: the live picture of each seat's terminal.

``control`` asks a seat's tmux over one long-lived connection, ``picture`` makes the hostile answer harmless, ``wall``
runs all of it for as long as somebody looks, and keeps the newest picture of each seat for every open page.
"""
