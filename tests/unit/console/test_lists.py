from console.lists import CSV_ROWS, Listing
from console.tables import Column, Text, amount
from regulars.kernel.pagination import Page

COLUMNS = (
    Column[int]("n", "Number", lambda n: Text(str(n))),
    Column[int]("spent", "Spent", lambda n: Text(str(n)), sort="spent", end=True),
)


def listing() -> Listing[int]:
    return Listing("things", "Things", "/things", COLUMNS, str, str, lambda n: f"/things/{n}", "things")


def test_the_link_to_more_keeps_the_filters() -> None:
    table = listing().table(Page([1], "abc"), {"q": "x", "cursor": "old", "format": "csv"})
    assert table.next == "/things?q=x&cursor=abc"
    assert table.csv == "/things?q=x&format=csv"
    assert table.filtered


def test_sorting_goes_down_first_and_then_up() -> None:
    fresh = listing().table(Page([1])).columns[1]
    assert (fresh.sorted, fresh.href) == ("", "/things?sort=-spent")
    down = listing().table(Page([1]), {"sort": "-spent"}).columns[1]
    assert (down.sorted, down.href) == ("descending", "/things?sort=spent")


def test_the_summary_says_how_many_of_how_many() -> None:
    assert listing().table(Page([1, 2], "more"), {}, 4372).summary == "2 of 4,372 things"
    assert listing().table(Page([1, 2]), {"q": "x"}, 4372).summary == "2 things"
    assert listing().table(Page([]), {}, 0).summary == ""


def test_a_csv_has_figures_to_reckon_with_and_columns_nobody_sees() -> None:
    columns = (
        Column[int]("id", "Id", lambda n: Text(f"id{n}"), unseen=True),
        Column[int]("spent", "Spent", lambda n: amount(n, "GBP")),
        Column[int]("act", "", lambda n: Text("button")),
    )
    things = Listing("things", "Things", "/things", columns, str, str, str, "things")
    assert things.csv_reply(lambda cursor: Page([123456])).body.splitlines() == [
        "Id,Spent",
        "id123456,1234.56",
    ]
    table = things.table(Page([123456]))
    assert [column.key for column in table.columns] == ["spent", "act"]
    assert table.rows[0].cells[0].plain == "1234.56"


def test_a_csv_goes_through_the_pages_and_stops_at_its_bound() -> None:
    pages = {None: Page([1], "2"), "2": Page([2], None)}
    reply = listing().csv_reply(lambda cursor: pages[cursor])
    assert reply.body.splitlines() == ["Number,Spent", "1,1", "2,2"]
    endless = listing().csv_reply(lambda cursor: Page(list(range(100)), "more"))
    assert len(endless.body.splitlines()) == CSV_ROWS + 1
