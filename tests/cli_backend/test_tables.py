"""The tables of `run sql`."""

from hypothesis import given
from hypothesis import strategies as st

from cli_backend.tables import Table, parse_table


def test_cells_are_cut_where_the_second_line_says() -> None:
    heading = "\r\nuserid  mailid     note\r\n======= ========== ====\r\n"
    output = f"{heading}a smith            x y z\r\nb       b@x.example\r\n\r\n"
    assert parse_table(output) == Table(
        ("userid", "mailid", "note"),
        (
            {"userid": "a smith", "mailid": "", "note": "x y z"},
            {"userid": "b", "mailid": "b@x.exampl", "note": ""},
        ),
    )


def test_no_rows_is_a_table_and_an_error_is_none() -> None:
    assert parse_table("userid mailid\n====== ======\n") == Table(("userid", "mailid"), ())
    assert parse_table("\nThe specified table (enduser) is not in the database.\n") is None
    assert parse_table("====\n") is None


@given(st.lists(st.sampled_from(["= ==", "===", "a  b", "", "é = ="]) | st.text(max_size=20)).map("\n".join))
def test_any_output_is_a_table_or_none(output: str) -> None:
    table = parse_table(output)
    assert table is None or all(tuple(row) <= table.columns or set(row) <= set(table.columns) for row in table.rows)


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.from_regex(r"[a-z@.]{0,12}", fullmatch=True)))
)
def test_what_is_printed_is_read_again(rows: list[tuple[str, str]]) -> None:
    left = max([6, *(len(name) for name, _ in rows)])
    right = max([6, *(len(mail) for _, mail in rows)])
    lines = [("userid", "mailid"), ("=" * left, "=" * right), *rows]
    output = "\n".join(f"{a:<{left}} {b:<{right}}" for a, b in lines)
    table = parse_table(output)
    assert table is not None
    assert [(row["userid"], row["mailid"]) for row in table.rows] == rows
