"""What is said when SSH does not let a question through."""

import pytest

from mentor.host.docker_host import DockerHost
from mentor.host.remote import command, refusal, target

HOST = DockerHost("dev", "ssh://root@lab.example.org")
ELSEWHERE = DockerHost("dev", "ssh://anna@192.0.2.7:2222")


def test_a_host_is_written_as_one_types_it() -> None:
    assert target(HOST) == "root@lab.example.org"
    assert target(ELSEWHERE) == "-p 2222 anna@192.0.2.7"


def test_a_program_goes_to_the_far_shell_as_one_quoted_line() -> None:
    line = command(ELSEWHERE, ["docker", "ps", "--format", "{{.ID}} '"])
    assert line[0] == "ssh"
    assert line[-4:] == ["-p", "2222", "anna@192.0.2.7", """docker ps --format '{{.ID}} '"'"''"""]
    assert "BatchMode=yes" in line


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n",
            "ssh-keygen -R '[192.0.2.7]:2222' && ssh -p 2222 anna@192.0.2.7",
        ),
        ("No ED25519 host key is known for x.\nHost key verification failed.\n", "connect once by hand"),
        ("anna@192.0.2.7: Permission denied (publickey).\n", "ssh-copy-id -p 2222 anna@192.0.2.7"),
        ("Banner\nssh: connect to host x port 22: Connection refused\n", "Connection refused; try: ssh -p 2222"),
        ("", "without a word"),
    ],
)
def test_each_failure_has_one_line_with_what_to_do(said: str, told: str) -> None:
    line = refusal(ELSEWHERE, said)
    assert told in line
    assert "\n" not in line


def test_what_was_not_sent_is_said() -> None:
    assert "nothing was sent" in refusal(HOST, "REMOTE HOST IDENTIFICATION HAS CHANGED")
    assert "nothing was sent" in refusal(HOST, "Host key verification failed.")
