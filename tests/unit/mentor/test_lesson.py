"""A course: what is delivered, when it counts as changed, and what keeps it from being used."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from mentor.course import files
from mentor.course.lesson import Course, parse
from mentor.settings.problems import Problems

from .conftest import Reads, Report

LAB = "title: A course\nmaterial: material\n"


def lab(root: Path, text: str | bytes) -> None:
    path = root / "workshop" / "lab.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def course(root: Path, folder: str = "workshop") -> Course:
    problems = Problems("mentor")
    found = parse(Path(folder), root, problems)
    assert list(problems) == []
    assert found is not None
    return found


def test_a_course_is_its_files(root: Path) -> None:
    found = course(root)
    assert found.title == "A course"
    assert found.material == root / "workshop" / "material"
    assert found.sql_files == (root / "workshop" / "sample.sql",)
    assert [(image.name, image.build) for image in found.images] == [("lab/db:17", root / "workshop" / "images" / "db")]
    assert tuple(files.walk(found.material)) == (root / "workshop" / "material" / "01-start.md",)


def test_a_title_is_enough(root: Path) -> None:
    lab(root, "title: Short\n")
    found = course(root)
    assert (found.sql_files, found.images) == ((), ())


def test_an_image_without_a_build_is_pulled(root: Path) -> None:
    lab(root, LAB + "images: [{name: 'postgres:17'}, {name: 'my/own_x.y:1.0-a'}]\n")
    assert [(image.name, image.build) for image in course(root).images] == [
        ("postgres:17", None),
        ("my/own_x.y:1.0-a", None),
    ]


def test_an_image_is_built_on_one_above_it(root: Path) -> None:
    (root / "workshop" / "images" / "more").mkdir()
    (root / "workshop" / "images" / "more" / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    above = "images:\n  - {name: 'lab/db:17', build: images/db}\n"
    lab(root, LAB + above + "  - {name: 'lab/more:17', build: images/more, base: 'lab/db:17'}\n")
    first, second = course(root).images
    assert first.arguments({}) == {}
    assert second.arguments({"lab/db:17": "course-db:1a2b"}) == {"BASE": "course-db:1a2b"}


@pytest.mark.parametrize(
    ("images", "rule"),
    [
        (
            "[{name: 'a:1', build: images/db, base: 'b:1'}, {name: 'b:1', build: images/db}]",
            "is no image above this one",
        ),
        ("[{name: 'a:1', build: images/db, base: 'a:1'}]", '"a:1" is no image above this one'),
        ("[{name: 'lab/a:1'}, {name: 'b:1', build: images/db, base: 'lab/a:2'}]", 'did you mean "lab/a:1"?'),
        ("[{name: 'a:1'}, {name: 'b:1', build: images/db, base: 'a:1'}]", "is pulled: write it behind FROM"),
        ("[{name: 'a:1', build: images/db}, {name: 'b:1', base: 'a:1'}]", "is for an image that is built"),
    ],
)
def test_what_an_image_cannot_be_built_on(report: Report, root: Path, images: str, rule: str) -> None:
    lab(root, LAB + f"images: {images}\n")
    [line] = report()
    assert line.startswith("workshop/lab.yaml:3: images[")
    assert "].base: " in line
    assert rule in line


def test_the_hash_is_of_names_and_contents_alone(root: Path, tmp_path: Path) -> None:
    before = course(root)
    copy = tmp_path / "elsewhere"
    shutil.copytree(root / "workshop", copy / "workshop", copy_function=shutil.copy)
    material = copy / "workshop" / "material"
    for path in material.iterdir():
        os.utime(path, (1, 1))
    (material / "__pycache__").mkdir()
    (material / "__pycache__" / "x.pyc").write_bytes(b"x")
    (material / ".DS_Store").write_bytes(b"x")
    after = course(copy)
    assert (before.material_hash, before.sql_hash) == (after.material_hash, after.sql_hash)
    assert tuple(files.walk(after.material)) == (material / "01-start.md",)


def test_the_hash_sees_every_change(root: Path) -> None:
    material = root / "workshop" / "material"
    seen = {course(root).material_hash}
    (material / "01-start.md").write_text("# Start!\n")
    seen.add(course(root).material_hash)
    (material / "01-start.md").rename(material / "02-start.md")
    seen.add(course(root).material_hash)
    (material / "02-start.md").chmod(0o755)
    seen.add(course(root).material_hash)
    (material / "link").symlink_to("02-start.md")
    seen.add(course(root).material_hash)
    (material / "sub").mkdir()
    (material / "02-start.md").rename(material / "sub" / "02-start.md")
    (material / "link").unlink()
    seen.add(course(root).material_hash)
    assert len(seen) == 6


def test_the_sql_hash_sees_content_and_order(root: Path) -> None:
    (root / "workshop" / "b.sql").write_text("select 1;\n")
    seen = set()
    for listed in ("[sample.sql]", "[sample.sql, b.sql]", "[b.sql, sample.sql]"):
        lab(root, f"{LAB}database: {{files: {listed}}}\n")
        seen.add(course(root).sql_hash)
    (root / "workshop" / "b.sql").write_text("select 2;\n")
    seen.add(course(root).sql_hash)
    assert len(seen) == 4


def test_b54_a_folder_that_is_not_there(report: Report, root: Path) -> None:
    assert report(course="workshp") == [
        f'mentor:course: "workshp" is not a folder (looked for {root}/workshp): write a path relative to Pulumi.yaml'
    ]


def test_b54_an_empty_folder(report: Report, root: Path) -> None:
    (root / "empty").mkdir()
    assert report(course="empty")[0].startswith(f'mentor:course: "empty" is empty ({root}/empty)')
    (root / "empty" / "x").touch()
    assert 'mentor:course: "empty" holds no lab.yaml' in report(course="empty")[0]


def test_b54_a_folder_of_20_gigabytes(report: Report, root: Path) -> None:
    with (root / "workshop" / "material" / "big").open("wb") as file:
        file.truncate(20 << 30)  # sparse: nothing is written
    [line] = report()
    assert line.startswith(f'mentor:course: "workshop" takes 20480 MiB ({root}/workshop): at most 200 MiB')


@pytest.mark.parametrize("target", ["/etc/passwd", "../../..", "../sample.sql", "nowhere", "self"])
def test_b54_links_that_lead_out_or_nowhere(report: Report, root: Path, target: str) -> None:
    (root / "workshop" / "material" / "self").symlink_to(target)
    [line] = report()
    assert line.startswith('workshop/lab.yaml:2: material: "material": self is a link ')


def test_b54_a_link_inside_is_fine(report: Report, root: Path) -> None:
    (root / "workshop" / "material" / "also.md").symlink_to("01-start.md")
    assert report() == []


def test_b54_a_file_name_that_is_not_utf_8_works(root: Path) -> None:
    before = course(root).material_hash
    name = os.fsencode(root / "workshop" / "material") + b"/caf\xe9.md"
    Path(os.fsdecode(name)).write_text("x")
    found = course(root)
    assert found.material_hash != before
    assert name in [os.fsencode(path) for path in tuple(files.walk(found.material))]


def test_b54_such_a_name_can_be_reported(report: Report, root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root / "workshop" / "material") + b"/caf\xe9")).symlink_to("/x")
    assert "caf\\xe9 is a link out of the folder" in report()[0]


def test_what_is_no_file(report: Report, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "workshop" / "material")
    with socket.socket(socket.AF_UNIX) as open_socket:
        open_socket.bind("sock")
        os.mkfifo("pipe")
        lines = report()
    assert [line.split(": ")[3] for line in lines] == [
        "pipe is neither file nor folder",
        "sock is neither file nor folder",
    ]


def test_material_must_be_there_and_hold_something(report: Report, root: Path) -> None:
    (root / "workshop" / "material" / "01-start.md").unlink()
    assert 'material: "material" is empty' in report()[0]
    lab(root, "title: x\n\nmaterial: docs\n")
    assert report()[0].startswith('workshop/lab.yaml:3: material: "docs" is not a folder')


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("material: material\n", "workshop/lab.yaml:1: title: is required"),
        ("titel: x\n", 'workshop/lab.yaml:1: titel: unknown key; did you mean "title"?'),
        ("# x\ntitle: no\n", "workshop/lab.yaml:2: title: false is not text: YAML reads no"),
        (
            LAB + "chapters: []\n",
            "workshop/lab.yaml:3: chapters: unknown key; known here: title, material, database, images, needs,",
        ),
        (
            LAB + "database: [a.sql]\n",
            'workshop/lab.yaml:3: database: ["a.sql"] is not a section: write keys below it (files)',
        ),
        (LAB + "database:\n  file: [a]\n", 'workshop/lab.yaml:4: database.file: unknown key; did you mean "files"?'),
        (LAB + "database:\n  files: a.sql\n", 'workshop/lab.yaml:4: database.files: "a.sql" is not a list'),
        (
            LAB + "database:\n  files:\n    - sample.sql\n    - a.sql\n",
            'workshop/lab.yaml:6: database.files[1]: "a.sql" is not a file',
        ),
        (
            LAB + "database: {files: [sample.sql, sample.sql]}\n",
            'workshop/lab.yaml:3: database.files[1]: "sample.sql" is there twice',
        ),
        (
            LAB + "database: {files: [/etc/passwd]}\n",
            'workshop/lab.yaml:3: database.files[0]: "/etc/passwd" leads out of the course',
        ),
        (LAB + "database: {files: [../x]}\n", 'workshop/lab.yaml:3: database.files[0]: "../x" leads out of the course'),
        (LAB + "images:\n  - nam: x\n", "workshop/lab.yaml:4: images[0].name: is required"),
        (
            LAB + "images:\n  - name: a:1\n    build: nowhere\n",
            'workshop/lab.yaml:5: images[0].build: "nowhere" is not a folder',
        ),
        (
            LAB + "images:\n  - name: a:1\n    build: material\n",
            'workshop/lab.yaml:5: images[0].build: "material" holds no Dockerfile',
        ),
        (
            LAB + "images: [{name: 'a:1'}, {name: 'a:1'}]\n",
            'workshop/lab.yaml:3: images[1].name: "a:1" is images[0] again',
        ),
        ("title: x\ntitle: y\n", 'workshop/lab.yaml:2: the key "title" is here again, after line 1'),
        ("title: &a x\nmaterial: *a\n", "workshop/lab.yaml:2: an alias (*name) is not understood here"),
        ("title: [x\n", "workshop/lab.yaml:2: is not YAML: "),
        ("title: x\n\tmaterial: y\n", "workshop/lab.yaml:2: is not YAML: "),
        ("- a\n", 'workshop/lab.yaml:1: ["a"] is not a mapping'),
        ("", "workshop/lab.yaml:1: null is not a mapping"),
        ("title: !!python/object:os.system x\n", "workshop/lab.yaml:1: is not YAML: "),
        ("[" * 100_000, "workshop/lab.yaml:1: is nested deeper than 20 levels"),
        ("title: x\nimages:\n" + "- " * 20, "workshop/lab.yaml:3: is nested deeper than 20 levels"),
        ("title: [x]]\nmaterial: y: z\n", "workshop/lab.yaml:1: is not YAML: "),
        (b"\xef\xbb\xbftitle: x\ntitle: y\n", 'workshop/lab.yaml:2: the key "title" is here again, after line 1'),
        ("#" * (1 << 20) + "\n", "workshop/lab.yaml:1: is larger than 1024 KiB"),
        (b"title: caf\xe9\n", "workshop/lab.yaml:1: byte 0xe9 is not UTF-8"),
        (b"title: a\0b\n", "workshop/lab.yaml:1: is not YAML: "),
    ],
)
def test_problems_name_file_line_and_key(report: Report, root: Path, text: str | bytes, start: str) -> None:
    lab(root, text)
    line = report()[0]
    assert line.startswith(start)
    assert line.isprintable()


def test_all_problems_of_a_course_come_at_once(report: Report, root: Path) -> None:
    lab(root, "titel: x\nmaterial: nowhere\ndatabase:\n  files: [a.sql]\nimages:\n  - name: X\n")
    assert [line.split(": ")[1] for line in report()] == [
        "images[0].name",
        "titel",
        "title",
        "material",
        "database.files[0]",
    ]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "is not the name of an image: write name:tag"),
        ("UPPER/x:", "is not the name of an image"),
        ("Lab/DB:17", 'did you mean "lab/db:17"?'),
        ("lab/db", 'has no tag: a course that works today names what it works with; write "lab/db:1"'),
        ("ghcr.io/lab/db:1", 'names a registry, and the seats know only the workshop\'s own: write "lab/db:1"'),
        ("localhost:5000/db:1", 'names a registry, and the seats know only the workshop\'s own: write "db:1"'),
        ("lab/db@sha256:0000", "has a digest"),
        ("a b:1", "is not the name of an image"),
        ("$(id):1", "is not the name of an image"),
        ("-x:1", "is not the name of an image"),
        ("a:1\n", "is not the name of an image"),
    ],
)
def test_b40_names_of_images(report: Report, root: Path, name: str, rule: str) -> None:
    lab(root, LAB + f"images:\n  - name: {name!r}\n".replace("'", '"'))
    [line] = report()
    assert line.startswith("workshop/lab.yaml:4: images[0].name: ")
    assert rule in line


def test_b57_line_ends_and_byte_order_marks_are_fine(reads: Reads, root: Path) -> None:
    (root / "workshop" / "sample.sql").write_bytes(b"\xef\xbb\xbfcreate table t (a int);\r\n")
    lab(root, b"\xef\xbb\xbftitle: x\r\nmaterial: material\r\ndatabase:\r\n  files: [sample.sql]\r\n")
    assert reads().course.title == "x"


def test_b58_sql_that_is_not_utf_8_names_the_line(report: Report, root: Path) -> None:
    sql = root / "workshop" / "sample.sql"
    sql.write_bytes(b"select 1;\ninsert into t values ('caf\xe9');\n")
    [line] = report()
    assert line.startswith('workshop/lab.yaml:4: database.files[0]: "sample.sql" line 2: byte 0xe9 is not UTF-8')
    sql.write_bytes("select 1;".encode("utf-16-le"))
    assert "line 1: holds a NUL character; is it UTF-16?" in report()[0]


def test_sql_by_a_link_out_of_the_course(report: Report, root: Path) -> None:
    (root / "secret.sql").write_text("select 1;")
    (root / "workshop" / "sample.sql").unlink()
    (root / "workshop" / "sample.sql").symlink_to("../secret.sql")
    assert "is a link out of the course" in report()[0]


def test_an_image_that_copies_a_link_out(report: Report, root: Path) -> None:
    (root / "workshop" / "images" / "db" / "x").symlink_to("/etc")
    assert report()[0].startswith('workshop/lab.yaml:7: images[0].build: "images/db": x is a link out of the folder')


def test_a_course_may_lie_anywhere(root: Path) -> None:
    outside = root / "elsewhere"
    shutil.move(root / "workshop", outside)
    assert course(root, str(outside)).root == outside


def test_the_sample_course_is_one() -> None:
    found = course(Path(__file__).parents[3])
    assert found.sql_files
    assert found.images
