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


REAL = (
    "pkid name mac systemnode description isactive nodeid tknodeusage ipv6name fklbmhubgroup"
    " tkprocessnoderole tkssomode"
)
WIDTHS = (36, 18, 3, 10, 11, 8, 6, 11, 8, 13, 17, 9)


def test_the_columns_of_a_real_table_with_values_that_are_not_set() -> None:
    names = REAL.split()
    row = ("00000000-1111-0000-0000-000000000000", "EnterpriseWideData", "", "t", "", "t", "1", "1", "", "", "1", "0")
    printed = [
        " ".join(f"{text:<{width}}" for text, width in zip(line, WIDTHS, strict=True))
        for line in (names, ["=" * width for width in WIDTHS], row)
    ]
    table = parse_table("\n".join(printed) + "\n\n")
    assert table is not None
    assert table.columns == tuple(names)
    assert tuple(table.rows[0].values()) == row


def test_the_example_of_the_reference() -> None:
    printed = (
        "name                nodeid\n=================== ======\n"
        "EnterpriseWideData  1     \n10.1.1.10           2     \n"
    )
    assert parse_table(printed) == Table(
        ("name", "nodeid"),
        ({"name": "EnterpriseWideData", "nodeid": "1"}, {"name": "10.1.1.10", "nodeid": "2"}),
    )
    assert parse_table("Rows: 1\n") is None


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
