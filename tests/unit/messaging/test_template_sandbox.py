"""What templates can do, and what they cannot, whoever writes them."""

import pytest

from regulars.messaging.model import Channel
from regulars.messaging.templates import PlainLinks, TemplateError
from regulars.messaging.templates.compiling import compile_content
from regulars.messaging.templates.faults import MAX_OUTPUT
from tests.unit.messaging.hostile import HOSTILE

CONTEXT = {
    "customer": {"name": "Ann Lee", "first_name": "Ann", "orders": 3},
    "shop": {"name": "Kettle & Co", "currency": "EUR", "time_zone": "Europe/Warsaw"},
    "message": {"language": "en", "segments": ["seg_1"], "shown": ["vip"]},
    "data": {
        "list": [{"name": "b", "price": 250}, {"name": "A", "price": 100}],
        "html": "<b>&</b>",
        "text": "x",
        "long": "a" * 90_000,
        "lines": "one\ntwo",
    },
}


def shown(source: str, field: str = "html", language: str = "en") -> str:
    """What a source of HTML (`both`: with a text made of it) or the text of an in-app message comes to."""
    if field in ("html", "both"):
        text = "t" if field == "html" else ""
        content = compile_content(Channel.EMAIL, language, {"subject": "s", "html": source, "text": text}, {})
        field = "html"
    else:
        content = compile_content(Channel.IN_APP, language, {"title": "t", field: source}, {})
    return str(getattr(content.render(CONTEXT, PlainLinks(content.static_links)), field))


@pytest.mark.parametrize("number", range(len(HOSTILE)))
@pytest.mark.parametrize("field", ["html", "body", "both"])
def test_what_is_hostile_is_refused_or_bounded(number: int, field: str) -> None:
    # given
    source = HOSTILE[number]
    # when
    refusal, made = tried(source, field)
    # then it is refused in a sentence, or shows nothing of a program, and not too much
    assert len(refusal) < 400
    assert len(made) <= MAX_OUTPUT
    for word in ("<class", "object at", "<function", "<bound", "jinja2.", "Traceback"):
        assert word not in refusal + made.replace(source, "")


def tried(source: str, field: str) -> tuple[str, str]:
    """Why it is refused, or what it comes to."""
    try:
        return "", shown(source, field)
    except TemplateError as error:
        return error.detail, ""


def test_there_are_many_of_them() -> None:
    assert len(HOSTILE) > 100
    refused = [source for source in HOSTILE if tried(source, "html")[0]]
    assert len(refused) > 0.8 * len(HOSTILE)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n{{ customer.__class__ }}", 2),
        ("a\nb\n{% for x in [1] %}", 3),
        ("a\nb\n\n{{ 1 / 0 }}", 4),
        ("a\n{% if 1 %}\n{% for x in data.list %}\n{{ x }}\n{% endfor %}{% endif %}", 4),
        ("a\n\n{{ 'x'|nothing }}", 3),
    ],
)
def test_an_error_says_in_which_line(source: str, line: int) -> None:
    with pytest.raises(TemplateError) as error:
        shown(source)
    assert error.value.line == line
    assert error.value.pointer == "/html"
    assert f"(line {line})" in error.value.detail


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ customer.name|upper }}", "ANN LEE"),
        ("{{ data['list'][0].name }}", "b"),
        ("{{ data.list|map('name')|join(', ') }}", "b, A"),
        ("{{ data.list|sort(attribute='name')|map(attribute='name')|join }}", "Ab"),
        ("{{ data.list|sum('price')|money }}", "€3.50"),
        ("{{ data.list|length }}", "2"),
        ("{{ data.nothing|default('there') }}", "there"),
        ("{{ data.nothing.at.all }}", ""),
        ("{% if data.nothing > 3 %}a{% else %}b{% endif %}", "b"),
        ("{% if data.nothing is defined %}a{% else %}b{% endif %}", "b"),
        ("{% for p in data.nothing %}a{% else %}none{% endfor %}", "none"),
        (
            "{% for p in data.list %}{{ loop.index }}{{ p.name }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "1b, 2A",
        ),
        ("{{ 1 + 2 * 3 - 4 / 2 }}", "5.0"),
        ("{{ -customer.orders }}", "-3"),
        ("{{ customer.first_name ~ '-' ~ customer.orders }}", "Ann-3"),
        ("{{ '2026-11-20'|date }}", "20 November 2026"),
        ("{{ '2026-11-20T23:30:00Z'|date }}", "21 November 2026"),
        ("{{ '2026-11-20T23:30:00Z'|time }}", "12:30 am"),
        ("{{ 1234567|number }}", "1,234,567"),
        ("{% if in_segment('seg_1') %}in{% endif %}{% if in_segment('seg_2') %}out{% endif %}", "in"),
        ("{% if shown('vip') %}vip{% endif %}", "vip"),
        ("{% set x = customer.orders %}{{ x + 1 }}", "4"),
        ("{% set x %}<i>{{ customer.name }}</i>{% endset %}{{ x }}", "<i>Ann Lee</i>"),
        ("{{ 'yes' if customer.orders >= 3 else 'no' }}", "yes"),
        ("{{ data.list[:1]|length }}", "1"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{{ 'a' in data.text }}", "false"),
        ("{{ data.lines|nl2br }}", "one<br>\ntwo"),
    ],
)
def test_what_templates_can_say(source: str, text: str) -> None:
    assert shown(source) == text


def test_values_are_escaped_where_they_stand() -> None:
    assert shown("{{ data.html }}") == "&lt;b&gt;&amp;&lt;/b&gt;"
    assert shown("{{ data.html }}", "body") == "<b>&</b>"
    assert shown('<p title="{{ shop.name }}">') == '<p title="Kettle &amp; Co">'


def test_numbers_and_days_are_written_as_the_reader_expects() -> None:
    german = {**CONTEXT, "message": {"language": "de"}}
    source = {"subject": "{{ 123456|money }} {{ '2026-11-20'|date }} {{ 1234.5|number }}", "html": "x"}
    content = compile_content(Channel.EMAIL, "de", source, {})
    found = content.render(german, PlainLinks(()))
    assert found.subject == "1.234,56 € 20. November 2026 1.234,5"  # type: ignore[union-attr]


def test_no_value_makes_a_second_line_where_there_is_one() -> None:
    evil = {**CONTEXT, "customer": {"first_name": "Eve\r\nBcc: victim@example.test\u2028\x00\x0b"}}
    for channel, field in (
        (Channel.EMAIL, "subject"),
        (Channel.SMS, "text"),
        (Channel.PUSH, "title"),
        (Channel.PUSH, "body"),
        (Channel.IN_APP, "title"),
        (Channel.WALLET, "message"),
    ):
        source = {"html": "x", "body": "x", "title": "x", field: "Hi {{ customer.first_name }}!"}
        content = compile_content(channel, "en", source, {})
        made = getattr(content.render(evil, PlainLinks(())), field)
        assert len(made.splitlines()) == 1
        if content.shell is not None:
            parts = content.parts(evil, PlainLinks(()))
            assert all(
                len(parts[name].splitlines()) < 2
                for name in parts
                if f"{{{{{name}}}}}" in content.shell.subject
            )


def test_a_webhook_is_always_json() -> None:
    evil = {**CONTEXT, "customer": {"name": 'Q"uo\\te\n</script>'}}
    source = {
        "body": '{"name": "{{ customer.name }}", "list": {{ data.list|tojson }}, "n": {{ customer.orders|default(0) }}}'
    }
    content = compile_content(Channel.WEBHOOK, "en", source, {})
    import json

    found = json.loads(content.render(evil, PlainLinks(())).body)  # type: ignore[union-attr]
    assert found == {"name": 'Q"uo\\te\n</script>', "list": CONTEXT["data"]["list"], "n": 0}
    with pytest.raises(TemplateError, match="not JSON"):
        compile_content(Channel.WEBHOOK, "en", {"body": "{{ customer.name }}"}, {}).render(
            evil, PlainLinks(())
        )
