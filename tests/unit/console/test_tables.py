import csv
import io

from console.tables import Badge, Badges, Column, Text, link, to_csv


def test_csv_keeps_what_a_spreadsheet_would_run_as_text() -> None:
    # given a name that is a formula, and a negative number that is not
    columns = [
        Column("name", "Name", lambda row: Text(row[0])),
        Column("sum", "Sum", lambda row: Text(row[1])),
    ]
    # when
    rows = list(csv.reader(io.StringIO(to_csv(columns, [('=HYPERLINK("x")', "-12.50")]))))
    # then
    assert rows == [["Name", "Sum"], ['\'=HYPERLINK("x")', "-12.50"]]


def test_csv_writes_badges_as_words() -> None:
    columns = [Column("tags", "Tags", lambda row: Badges(tuple(Badge(tag) for tag in row)))]
    assert to_csv(columns, [("a", "b")]).splitlines()[1] == '"a, b"'


def test_a_link_keeps_the_other_filters_and_drops_empty_ones() -> None:
    assert link("/x", {"q": "ann", "status": ""}, sort="spent", q="") == "/x?sort=spent"
    assert link("/x", {"q": "ann"}, q="") == "/x"
