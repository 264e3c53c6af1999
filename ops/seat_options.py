"""How a seat's container is started by hand, for a test or to try a course: with the rights that the program gives it.

In: the program's own list of capabilities. Out: options of `docker run`; the filter of system calls is not among them.
"""

from mentor.components.seats import CAPABILITIES

SEAT_OPTIONS = [
    "--cap-drop=ALL",
    *(f"--cap-add={name}" for name in CAPABILITIES),
    "--security-opt=systempaths=unconfined",
    "--security-opt=apparmor=unconfined",
    "--device=/dev/net/tun",
    "--tmpfs=/run/user/1000:exec,uid=1000,gid=1000,mode=700",
]
