"""Each kind of check on a real PostgreSQL, by the workshop's own grader: done, not done, and what a hostile one gains.

In: checks as lab.yaml has them, and databases as students leave them. Out: what a student is told.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from mentor.course import grading
from mentor.course.criteria import Check
from ops import scratch
from ops.scratch import Scratch, Verdict
from tests.live import image_kit as kit
from tests.waiting import until

CHECK: TypeAdapter[Any] = TypeAdapter(Check)
SQL = Path(__file__).parent / "lessons"
LONG = 60.0  # seconds, where time is not what is tried; a machine under load is slow, not wrong


@pytest.fixture(scope="module")
def server() -> Iterator[Scratch]:
    kit.need_engine()
    kit.scratch_images()
    with scratch.server() as found:
        found.load(SQL, [SQL / "work.sql"])
        found.database("s01")
        yield found


def judged(server: Scratch, texts: Sequence[str], database: str = "s01", seconds: float = LONG) -> list[Verdict]:
    """What the grader says of checks as lab.yaml has them."""
    checks = [CHECK.validate_python(yaml.safe_load(text.replace("ZERO", f'"{"0" * 32}"'))) for text in texts]
    written = [grading.sql_check(f"c{number}", check) for number, check in enumerate(checks)]
    return server.checks([database], written, seconds)[database]


def judge(server: Scratch, text: str, database: str = "s01", seconds: float = LONG) -> Verdict:
    """The same for one."""
    return judged(server, [text], database, seconds)[0]


DONE = [
    "{table: book}",
    (
        "{table: book, columns: {id: int, title: character varying(40), price: 'decimal(8,2)', weight: float8,"
        " mood: public.mood, tags: 'text[]'}}"
    ),
    "{table: book, columns: [title, id], notNull: [id, title], primaryKey: id}",
    "{table: book, unique: [[title, author_id]], foreignKeys: {author_id: author}}",
    "{table: book, foreignKeys: {author_id: author(id)}}",
    "{table: book, checkConstraints: [price > 0::numeric, (weight<>5::double precision)]}",
    "{table: book, constraints: [light], indexes: [[lower(title::text)], price, [price, weight], author_id]}",
    "{table: shop.sale, primaryKey: [book_id, day], columns: {day: date}}",
    "{table: shop.refund, foreignKeys: {'book, sold': 'shop.sale(book_id, day)'}}",
    "{table: shop.ticket, unique: a, foreignKeys: {a: 'shop.place(\"b c\")'}}",
    '{table: \'"Odd ""one"""\', columns: {\'"A column"\': integer, \'"it\'\'s"\': text}}',
    "{rows: book, count: 3}",
    "{rows: book, min: 1, max: 3}",
    "{rows: nothing, count: 0}",
    "{content: nothing, hash: d41d8cd98f00b204e9800998ecf8427e}",
    (
        "{query: 'SELECT id, price, weight, tags FROM public.book',"
        " returns: [[3, .nan, .inf, []], [2, 2.0, .nan, null], [1, 1.1, 0.1, [a, null]]]}"
    ),
    "{query: 'SELECT title FROM public.book WHERE id = 1 -- the first', returns: [\"It's \\\\ here\"]}",
    "{query: 'SELECT id, id FROM public.book', sameAs: 'SELECT id, id FROM public.book ORDER BY 1 DESC'}",
    "{query: 'SELECT 1 WHERE false', returns: []}",
    "{query: SELECT FROM public.book, returns: [[], [], []]}",
    # A column of JSON is no text; and there is one zero.
    "{query: \"SELECT '-0'::float8, '{\\\"a\\\": [1, null]}'::json\", returns: [[0, {a: [1.0, null]}]]}",
    "{query: 'SELECT born FROM public.author ORDER BY id;', ordered: true, returns: [[1815-12-10], [null]]}",
    # Authors 1 and 2 have two titles and one: within one author, any order.
    (
        "{query: 'SELECT title, author_id FROM public.book ORDER BY author_id', orderedBy: 2,"
        " sameAs: 'SELECT title, author_id FROM public.book ORDER BY author_id, title DESC'}"
    ),
    (
        "{query: 'SELECT title, author_id FROM public.book ORDER BY author_id', orderedBy: [2],"
        " sameAs: 'SELECT title, author_id FROM public.book ORDER BY author_id, title'}"
    ),
    "{query: SELECT title FROM public.book WHERE id = 2, ignoreCase: true, returns: [tWO]}",
    "{query: 'SELECT 2, title, 1.5 FROM public.book WHERE id = 2', anyColumnOrder: true, returns: [[1.5, 2, Two]]}",
    "{query: 'SELECT 0.333333333, 1e20::float8, NULL, true', digits: 2, returns: [[0.3349, 1.0e+20, null, true]]}",
    "{query: 'SELECT 1.25', digits: 1, sameAs: SELECT 1.3}",
    (
        "{query: \"SELECT 'A', 1.26\", digits: 1, ignoreCase: true, anyColumnOrder: true, ordered: true,"
        " returns: [[1.3, a]]}"
    ),
    (
        "{view: titles, columns: {title: varchar(40), price: 'numeric(8,2)'}, ordered: true,"
        ' returns: [["It\'s \\\\ here", 1.1], [Two, 2], [Three, .nan]]}'
    ),
    "{view: counted, returns: 3}",
    "{view: titles}",
    "{function: add, arguments: [2, -3], returns: -1}",
    "{function: shout, arguments: [\"it's\"], returns: IT'S}",
    "{function: pairs, arguments: 2, returns: [[2, '2'], [1, '1']]}",
    "{function: pairs, arguments: 2, ordered: true, sameAs: \"VALUES (1, '1'), (2, '2')\"}",
    "{function: total, arguments: [[1, 2]], returns: 3}",
    "{function: shout, arguments: [null], returns: [[null]]}",
    "{function: books, returns: 3}",
    "{sql: EXISTS (SELECT FROM public.book)}",
    (
        "{behaviour: {works: [\"INSERT INTO public.book VALUES (4, 'Four', 1)\", DELETE FROM public.book],"
        " fails: [\"INSERT INTO public.book VALUES (1, 'One', 1)\", DELETE FROM public.author]}}"
    ),
    # A trigger of the student's; what comes first, and what is checked at the end of a transaction.
    (
        "{behaviour: {first: \"INSERT INTO public.author (name) VALUES ('Zoë')\","
        " works: INSERT INTO public.later SELECT id FROM public.author WHERE name = 'Zoë',"
        " fails: \"INSERT INTO public.author (name) VALUES ('Zoë')\", because: unique}}"
    ),
    "{behaviour: {fails: INSERT INTO public.later VALUES (99), because: foreignKey}}",
    "{behaviour: {fails: \"INSERT INTO public.book (id, title) VALUES (9, repeat('x', 41))\", because: type}}",
    "{behaviour: {fails: SELECT public.fails(), because: trigger}}",
    "{sql: SELECT count(*) = 3 FROM public.book;}",
]

MISSING = [
    ("{table: boook}", "there is no table boook"),
    ("{table: book2.book}", "there is no table book2.book"),
    ("{table: titles}", "titles is a view, not a table"),
    ("{table: counted}", "counted is a materialized view, not a table"),
    ("{table: book, columns: {isbn: text, price: money}}",
     "book: column isbn is missing; column price is numeric(8,2), not money"),
    ("{table: book, columns: {mood: shop.mood}}", 'book: column mood is public.mood, not "shop"."mood"'),
    ("{table: book, notNull: [price, isbn]}", "book: column price may be NULL; column isbn is missing"),
    ("{table: book, primaryKey: [id, title]}", "book: the primary key is not (id, title)"),
    ("{table: book, unique: title}", "book: (title) is not unique"),
    ("{table: book, unique: price}", "book: (price) is not unique"),
    ("{table: book, foreignKeys: {author_id: shop.sale}}", "book: (author_id) does not reference shop.sale"),
    ("{table: book, foreignKeys: {author_id: author(name)}}", "book: (author_id) does not reference author(name)"),
    ("{table: shop.refund, foreignKeys: {'book, sold': 'shop.sale(day, book_id)'}}",
     "shop.refund: (book, sold) does not reference shop.sale(day, book_id)"),
    ('{table: shop.ticket, foreignKeys: {\'"a b"\': shop.place(c)}}',
     "shop.ticket: (a b) does not reference shop.place(c)"),
    ("{table: shop.ticket, unique: [[a, '\"a b\"']]}", "shop.ticket: (a, a b) is not unique"),
    ("{table: book, foreignKeys: {author_id: writer}}", "book: (author_id) does not reference writer"),
    ("{table: book, checkConstraints: price > 1}", "book: no CHECK (price > 1)"),
    ("{table: book, constraints: heavy}", "book: there is no constraint heavy"),
    ("{table: book, indexes: [weight]}", "book: there is no index on (weight)"),
    ("{table: book, columns: [a, b, c, d, e]}",
     "book: column a is missing; column b is missing; column c is missing; and 2 more"),
    ("{rows: book, count: 4}", "book has 3 rows, 4 expected"),
    ("{rows: author, min: 3}", "author has 2 rows, at least 3 expected"),
    ("{rows: book, count: 2}", "book has more than 2 rows"),
    ("{rows: nothing, min: 1}", "nothing has 0 rows, at least 1 expected"),
    ("{rows: titles, min: 1}", "titles is a view, not a table"),
    ("{rows: boook, min: 1}", "there is no table boook"),
    ("{content: boook, hash: ZERO}", "there is no table boook"),
    ("{table: '\"Odd \"\"two\"\"\"', columns: [id]}", 'there is no table Odd "two"'),
    ("{rows: author, min: 100000}", "author has 2 rows, at least 100000 expected"),
    ("{content: nothing, hash: ZERO}", "nothing is empty"),
    ("{content: titles, hash: ZERO}", "titles is a view, not a table"),
    ("{content: book, columns: [isbn], hash: ZERO}",
     'a column is not there: column "isbn" does not exist'),
    ("{query: SELECT id FROM public.book, returns: [1, 2]}", "1 row too many: (3)"),
    ("{query: SELECT id FROM public.book, returns: [1, 2, 3, 3]}", "1 row missing"),
    ("{query: SELECT id FROM public.book, returns: [1, 4, 5]}", "2 rows missing; 2 rows too many: (2), …"),
    ("{query: 'SELECT id, title FROM public.book WHERE id = 2', returns: [[2, Tow]]}",
     "(2, 'Two') is not right"),
    ("{query: 'SELECT id, NULL FROM public.book', returns: [1, 2, 3]}", "2 columns, 1 expected"),
    ("{query: SELECT id FROM public.book ORDER BY id, ordered: true, returns: [1, 3, 2]}",
     "the rows are right, but not their order: (2) should not be row 2"),
    ("{query: 'SELECT title, id FROM public.book ORDER BY id DESC', orderedBy: 2, sameAs: TABLE public.short}",
     "the rows are right, but not their order: ('Three', 3) should not be row 1"),
    ("{query: SELECT title FROM public.book WHERE id = 2, returns: [tWO]}", "('Two') is not right"),
    ("{query: 'SELECT 2, 1', returns: [[1, 2]]}", "(2, 1) is not right"),
    ("{query: 'SELECT 1.26', digits: 1, returns: [1.2]}", "(1.26) is not right"),
    ("{query: 'SELECT 1, 2', anyColumnOrder: true, returns: [[2, 2]]}", "(1, 2) is not right"),
    ("{query: 'SELECT generate_series(1, 100000)', returns: [1]}", "more than 1000 rows, 1 expected"),
    ("{query: SELECT id FROM book, returns: [1]}", 'something it needs is not there: relation "book" does not exist'),
    ("{view: title}", "there is no view title"),
    ("{view: title, returns: 1}", "there is no view title"),
    ("{view: shop.title, columns: [id], returns: 1}", "there is no view shop.title"),
    ("{view: book, returns: [1]}", "book is a table, not a view"),
    ("{view: mood_of, returns: [1]}", "mood_of is not a view"),
    ("{rows: mood_of, min: 1}", "mood_of is not a table"),
    ("{table: mood_of}", "mood_of is a type, not a table"),
    ("{table: book_pkey}", "book_pkey is an index, not a table"),
    ("{rows: book_pkey, min: 1}", "book_pkey is not a table"),
    ("{rows: author_id_seq, min: 1}", "author_id_seq is a sequence, not a table"),
    ("{view: author_id_seq, returns: [1]}", "author_id_seq is a sequence, not a view"),
    ("{view: titles, columns: {price: money}, returns: [1]}", "titles: column price is numeric(8,2), not money"),
    ("{view: counted, returns: 4}", "counted: (3) is not right"),
    ("{function: add, arguments: [2, 3], returns: 6}", "add(2, 3): (5) is not right"),
    ("{function: add, arguments: [2], returns: 6}", "a function is not there, or takes other arguments: function public.add(integer) does not exist"),  # noqa: E501
    ("{function: fails, returns: 6}", "your database answers with an error: my own trouble"),
    ("{behaviour: {fails: DELETE FROM public.book}}", "is accepted, and must be refused: DELETE FROM public.book"),
    ("{behaviour: {works: INSERT INTO public.book VALUES (1)}}",
     ("is refused, and must work: INSERT INTO public.book VALUES (1) "
     '(null value in column "title" of relation "book" violates not-null constraint)')),
    ("{behaviour: {fails: INSERT INTO public.later VALUES (99), because: [unique, check]}}",
     ("is refused, but not by a unique key or a CHECK constraint: INSERT INTO public.later VALUES (99) "
     '(insert or update on table "later" violates foreign key constraint "later_author_id_fkey")')),
    # What is not there refuses everything, and that is nobody's work.
    ("{behaviour: {fails: INSERT INTO public.gone VALUES (1)}}",
     'something it needs is not there: relation "public.gone" does not exist'),
    ("{behaviour: {first: DELETE FROM public.author, fails: INSERT INTO public.book VALUES (1)}}",
     ('your database answers with an error: update or delete on table "author" violates foreign key constraint '
     '"book_author_id_fkey" on table "book"')),
    ("{sql: SELECT max(id) > 5 FROM public.book}", "not done yet"),
    ("{sql: SELECT max(id) > 5 FROM public.nothing}", "not done yet"),
]  # fmt: skip


@pytest.fixture(scope="module")
def verdicts(server: Scratch) -> dict[str, Verdict]:
    """All of them at once: a start of the grader costs more than a check."""
    texts = [*DONE, *(text for text, _ in MISSING)]
    return dict(zip(texts, judged(server, texts), strict=True))


@pytest.mark.parametrize("text", DONE)
def test_what_is_done_is_done(verdicts: dict[str, Verdict], text: str) -> None:
    assert verdicts[text] == Verdict(ok=True, detail="")


def test_what_was_tried_is_taken_back(server: Scratch, verdicts: dict[str, Verdict]) -> None:
    assert len(verdicts) > len(MISSING)
    counted = "SELECT (SELECT count(*) FROM book), (SELECT count(*) FROM author), (SELECT count(*) FROM audit)"
    assert server.sql("s01", counted) == "3|2|0"


@pytest.mark.parametrize(("text", "detail"), MISSING)
def test_what_is_missing_is_said(verdicts: dict[str, Verdict], text: str, detail: str) -> None:
    assert verdicts[text] == Verdict(ok=False, detail=detail)


OWN = {
    "{query: SELECT count(*) FROM public.book, sameAs: SELECT count(*) FROM public.book}": True,
    "{query: SELECT 4, sameAs: SELECT count(*) FROM public.titles}": True,
    "{query: SELECT 3, sameAs: SELECT count(*) FROM public.book}": False,
    "{query: SELECT 'Nobody', sameAs: SELECT name FROM public.author WHERE id = 3}": True,
    # He has no such table any more, or something else in its place.
    "{query: SELECT 0, sameAs: SELECT count(*) FROM public.nothing}": False,
    "{query: SELECT 0, sameAs: SELECT count(*) FROM shop.sale}": False,
}


def test_a_reference_query_is_asked_over_the_students_own_data(server: Scratch) -> None:
    server.database("changed")
    server.sql(
        "changed",
        """INSERT INTO author (name) VALUES ('Nobody');
        INSERT INTO book VALUES (4, 'Four', 3, 4);
        ALTER TABLE author ADD COLUMN note text; DROP TABLE nothing;
        DROP TABLE shop.sale CASCADE; CREATE VIEW shop.sale AS SELECT 1 AS book_id;""",
    )
    found = judged(server, list(OWN), "changed")
    assert [one.ok for one in found] == list(OWN.values()), found
    # Rows that do not fit into an answer, and tables that are no lesson's any more, are not compared.
    for grow in ("repeat('x', 100000) FROM generate_series(1, 20)", "'x' FROM generate_series(1, 60000)"):
        server.sql("changed", f"TRUNCATE author CASCADE; INSERT INTO author (name) SELECT g || {grow} AS g")
        assert judge(server, "{query: SELECT 1, sameAs: SELECT count(*) FROM public.author}", "changed").ok is None
    # And nobody else's rows are others for it.
    assert judge(server, "{query: SELECT 3, sameAs: SELECT count(*) FROM public.book}").ok is True


def test_what_is_shown_of_a_students_row_has_an_end(server: Scratch) -> None:
    verdict = judge(server, "{query: \"SELECT repeat('x', 100000), repeat('y', 100000)\", returns: [[a, b]]}")
    assert verdict.ok is False
    assert verdict.detail.startswith("('xxx")
    assert len(verdict.detail) < 200


def hash_of(server: Scratch, database: str, table: str, columns: str = "[]") -> str:
    detail = judge(server, f"{{content: {table}, hash: ZERO, columns: {columns}}}", database).detail
    return detail.rsplit(" ", 1)[1]


def test_a_content_hash_is_of_the_rows_alone(server: Scratch) -> None:
    server.database("content", "template0")
    server.sql(
        "content",
        """
        CREATE TABLE one (id integer, price numeric(8, 2), at timestamptz, tags text[]);
        INSERT INTO one VALUES (1, 1.5, '2025-01-31 10:00+02', '{a}'), (2, NULL, NULL, NULL), (2, NULL, NULL, NULL);
        CREATE TABLE two (tags text[], at timestamptz, price numeric(8, 2), id integer);
        INSERT INTO two VALUES (NULL, NULL, NULL, 2), ('{a}', '2025-01-31 08:00Z', 1.50, 1), (NULL, NULL, NULL, 2);
        CREATE TABLE fewer AS SELECT DISTINCT * FROM one;
        CREATE TABLE other AS SELECT id + 1 AS id, price, at, tags FROM one;
        ALTER DATABASE content SET timezone = 'Asia/Tokyo';
        ALTER DATABASE content SET datestyle = 'German';
        ALTER DATABASE content SET standard_conforming_strings = off;
        """,
    )
    assert judge(server, r"{sql: SELECT length('\d') = 2}", "content").ok, "a course's text means one thing everywhere"
    one, two, fewer, other = (hash_of(server, "content", table) for table in ("one", "two", "fewer", "other"))
    assert one == two
    assert len({one, fewer, other}) == 3
    assert judge(server, f'{{content: two, hash: "{one}"}}', "content").ok
    ids = hash_of(server, "content", "one", "[id]")
    assert judge(server, f'{{content: two, columns: [id], hash: "{ids}"}}', "content").ok


@pytest.fixture(scope="module")
def hostile(server: Scratch) -> str:
    server.database("hostile", "template0")
    server.sql("hostile", (SQL / "hostile.sql").read_text())
    server.sql("hostile", "ALTER DATABASE hostile SET search_path = public, pg_catalog", user="postgres")
    return "hostile"


UNTOUCHED = (
    "{rows: book, count: 4}",
    "{rows: book, count: 2}",
    "{rows: book, min: 5}",
    "{content: book, hash: ZERO}",
    "{table: book, columns: {title: uuid}}",
    "{table: visits}",
    "{query: SELECT id FROM public.book, returns: [4, 5, 6]}",
    "{sql: SELECT 1 = 2}",
    "{sql: SELECT count(*) = 42 FROM public.book}",
    # A view in a table's place, or one of a wrong shape, does not even run.
    "{rows: sleeps, min: 1}",
    "{content: sleeps, hash: ZERO}",
    "{table: sleeps, columns: [id]}",
    "{view: sleeps, columns: [nope], returns: 1}",
)


def test_the_students_own_operators_and_functions_change_nothing(server: Scratch, hostile: str) -> None:
    found = dict(zip(UNTOUCHED, judged(server, UNTOUCHED, hostile, 5.0), strict=True))
    assert {text: one.ok for text, one in found.items()} == dict.fromkeys(UNTOUCHED, False), found


def test_a_view_that_sleeps_is_not_known(server: Scratch, hostile: str) -> None:
    verdict = judge(server, "{view: sleeps, returns: 1}", hostile, 1.0)
    assert (verdict.ok, verdict.detail) == (None, "not known: looking took too long, and is tried again")


@pytest.mark.parametrize("name", ["deletes", "escapes"])
def test_a_function_that_writes_writes_nothing(server: Scratch, hostile: str, name: str) -> None:
    assert judge(server, f"{{function: {name}, returns: 1}}", hostile).ok is not True
    assert server.sql(hostile, "SELECT pg_catalog.count(*) FROM public.book") == "3"


def test_a_view_gains_no_role(server: Scratch, hostile: str) -> None:
    verdict = judge(server, "{view: grants, returns: postgres}", hostile)
    assert (verdict.ok, verdict.detail) == (
        False,
        'what it needs cannot be read: permission denied to set role "postgres"',
    )


SPY = """
CREATE FUNCTION publish() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE context text;
BEGIN
  GET DIAGNOSTICS context = PG_CONTEXT;
  RAISE EXCEPTION '% / % / % / %', current_query(), context, (SELECT string_agg(statement, ',') FROM pg_cursors),
    (SELECT string_agg(query, ',') FROM pg_stat_activity WHERE query <> '<insufficient privilege>');
END $$;
CREATE VIEW spy AS SELECT publish() AS answer;
CREATE TABLE book (id integer);
INSERT INTO book VALUES (1);
ALTER TABLE book ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY spying ON book USING (publish() = 1);
"""


def test_what_looks_at_the_check_that_asks_it_finds_no_answer(server: Scratch) -> None:
    server.database("spying", "template0")
    server.sql("spying", SPY)
    texts = (
        "{view: spy, columns: {answer: integer}, returns: 424242}",
        "{view: spy, sameAs: SELECT 424242}",
        "{function: publish, returns: 424242}",
        "{query: SELECT answer FROM public.spy, sameAs: SELECT id + 424242 FROM public.book}",
        '{content: book, hash: "42424242424242424242424242424242"}',
        "{query: SELECT 1, sameAs: SELECT id + 424242 FROM public.book}",
    )
    found = judged(server, texts, "spying")
    assert "SELECT" in found[0].detail, "it does publish"
    assert True not in [one.ok for one in found], found
    assert not [one for one in found if "4242" in one.detail], found


def test_no_more_is_counted_than_it_takes(server: Scratch, hostile: str) -> None:
    assert judge(server, "{rows: many, count: 5}", hostile).detail == "many has more than 5 rows"
    assert judge(server, "{content: many, hash: ZERO}", hostile).ok is not True


TALLY = """
CREATE FUNCTION tally() RETURNS integer STABLE LANGUAGE plpgsql AS $$BEGIN RETURN 1; END$$;
CREATE VIEW tallied AS SELECT tally() AS n;
"""


def test_what_a_check_asks_for_runs_once(server: Scratch) -> None:
    def calls() -> str:
        return server.sql("tallied", "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions", user="postgres")

    server.database("tallied", "template0")
    server.sql("postgres", "ALTER DATABASE tallied SET track_functions = 'pl'", user="postgres")
    server.sql("tallied", TALLY)
    texts = ("{function: tally, returns: 1}", "{view: tallied, columns: [n], returns: 2}", "{sql: public.tally() = 1}")
    for number, text in enumerate(texts, start=1):
        judge(server, text, "tallied")
        # The server counts when the session has ended.
        until(lambda: int(calls()) >= number, f"{text} calls it")  # noqa: B023 - used in this turn
        assert int(calls()) == number, text
