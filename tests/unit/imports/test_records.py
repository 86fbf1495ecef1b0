"""Lines become records; a bad one never hides the next."""

from typing import Any

import pytest

from regulars.imports.lines import lines
from regulars.imports.records import MAX_RECORD_LINES, Record, csv_records, delimiter_of, json_records


def records(data: str, delimiter: str = ",") -> list[Record]:
    return list(csv_records(lines([data.encode()]), delimiter))


def cells(data: str, delimiter: str = ",") -> list[list[Any]]:
    return [record.cells for record in records(data, delimiter)]


def test_quotes_hold_delimiters_and_line_breaks() -> None:
    found = records('a,"b,1\n2"" x"\r\nc,d\n')
    assert [record.cells for record in found] == [["a", 'b,1\n2" x'], ["c", "d"]]
    assert [(record.line, record.last_line) for record in found] == [(1, 2), (3, 3)]


def test_a_quote_inside_an_unquoted_cell_is_text() -> None:
    assert cells('5" pipe,3\n6" pipe,4\n') == [['5" pipe', "3"], ['6" pipe', "4"]]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    # given a quote that opens and never closes, before more lines than a record may have
    rest = "".join(f"{number},x\n" for number in range(MAX_RECORD_LINES + 10))
    found = records('a,b\n"oops,c\n' + rest)
    # then only that line is refused, and each other is read at its own number
    assert [record.fault for record in found].count("a quotation mark is not closed") == 1
    assert found[1].line == 2
    assert [record.cells for record in found[2:]] == [[str(n), "x"] for n in range(MAX_RECORD_LINES + 10)]
    assert found[-1].line == MAX_RECORD_LINES + 12


def test_the_byte_order_mark_is_not_part_of_the_first_name() -> None:
    assert cells("\ufeffid,name\n") == [["id", "name"]]


def test_empty_lines_are_passed_over() -> None:
    assert cells("a,b\n\n\r\nc,d") == [["a", "b"], ["c", "d"]]


def test_reading_goes_on_after_any_record() -> None:
    data = 'a,"1\n2"\nb,2\n"c",3\n'
    every = records(data)
    for number, record in enumerate(every, 1):
        again = list(csv_records(lines([data.encode()], record.end), ",", record.last_line))
        assert again == every[number:]


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ("a\n1\n", ","),
    ],
)
def test_the_delimiter_is_found(sample: str, delimiter: str) -> None:
    assert delimiter_of(sample.splitlines(True)) == delimiter


def test_json_lines_are_flat_and_keep_numbers_as_written() -> None:
    data = '{"id": 1.10, "address": {"city": "Łódź"}, "tags": ["a"], "gone": null, "yes": true}\n'
    columns = ["id", "address.city", "tags", "gone", "yes", "missing"]
    found = list(json_records(lines([data.encode()]), columns))
    assert [record.cells for record in found] == [["1.10", "Łódź", ["a"], "", "true", ""]]


@pytest.mark.parametrize("line", ["[1]", "nope", '{"a":', "[" * 100_000])
def test_a_line_that_is_no_json_object_is_refused_alone(line: str) -> None:
    found = list(json_records(lines([f'{line}\n{{"a": "1"}}\n'.encode()]), ["a"]))
    assert [(record.line, record.fault) for record in found] == [(1, "not a JSON object"), (2, "")]
