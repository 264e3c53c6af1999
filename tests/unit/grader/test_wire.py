"""What is known of a connection without asking."""

import socket

from images.grader.grader import wire


def test_a_server_that_hung_up_or_said_something_unasked_is_seen() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not wire.is_readable(ours.fileno())
        theirs.send(b"E")
        assert wire.is_readable(ours.fileno())
        ours.recv(1)
        assert not wire.is_readable(ours.fileno())
        theirs.close()
        assert wire.is_readable(ours.fileno())
