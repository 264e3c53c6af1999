"""Which processes a killed run left."""

from ops.processes import Process, orphans


def table(*processes: tuple[int, int, str]) -> dict[int, Process]:
    return {pid: Process(pid=pid, parent=parent, command=command) for pid, parent, command in processes}


def test_a_plugin_whose_engine_died_is_an_orphan() -> None:
    left = orphans(table((9, 1, "/c/plugins/resource-docker-v5.1.0/pulumi-resource-docker 127.0.0.1:4")))
    assert [process.pid for process in left] == [9]


def test_a_stand_in_and_a_language_host_count_too() -> None:
    processes = table(
        (9, 1, "/v/bin/python /c/offline/plugin.py docker 5.1.0 127.0.0.1:4"),
        (10, 1, "/c/pulumi-language-python 127.0.0.1:4"),
        (11, 10, "/v/bin/python3 /c/pulumi-language-python-exec --monitor 127.0.0.1:4"),
    )
    assert [process.pid for process in orphans(processes)] == [9, 10, 11]


def test_a_living_engine_keeps_its_plugins_and_theirs() -> None:
    processes = table(
        (5, 1, "/opt/pulumi up --yes"),
        (9, 5, "/c/pulumi-resource-command 127.0.0.1:4"),
        (10, 5, "/c/pulumi-language-python 127.0.0.1:4"),
        (11, 10, "python /c/pulumi-language-python-exec --monitor 127.0.0.1:4"),
    )
    assert orphans(processes) == []


def test_other_programs_are_nobodys_orphans() -> None:
    assert orphans(table((7, 1, "vim pulumi-resource-notes.txt"), (8, 1, "less /work/offline/plugin.py.orig"))) == []
