"""Partials in their places: what comes of a source that includes them, and where its lines come from."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from regulars.messaging.model import Channel
from regulars.messaging.partials.expanding import MAX_NESTING, Expander, included_in
from regulars.messaging.templates import PlainLinks, TemplateError
from regulars.messaging.templates.compiling import compile_content
from regulars.messaging.templates.faults import MAX_CODES, MAX_SOURCE
from regulars.messaging.templates.sandbox import judged, paths_in, strangers_in

CONTEXT = {
    "customer": {"first_name": 'A"nn <b>'},
    "data": {"list": [1, 2, 3], "n": 3, "url": "https://x.test/?a&b"},
}


def expander(partials: Mapping[str, str]) -> Expander:
    def text_of(name: str) -> str:
        if name not in partials:
            raise TemplateError(f"there is no partial “{name}”")
        return partials[name]

    return Expander(text_of)


def refused(source: str, partials: Mapping[str, str]) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        expander(partials).expand(source)
    return caught.value


def html_of(source: str, partials: Mapping[str, str]) -> str:
    text = expander(partials).expand(source).text
    content = compile_content(Channel.EMAIL, "en", {"subject": "s", "html": text, "text": "t"}, {})
    return str(content.render(CONTEXT, PlainLinks(content.static_links)).html)


def test_a_partial_stands_where_it_is_included() -> None:
    partials = {"footer": "<p>{{ customer.first_name }}</p>\n"}
    assert html_of('<b>{% include "footer" %}</b>', partials) == "<b><p>A&#34;nn &lt;b&gt;</p></b>"
    assert html_of("{%include 'footer'%}", partials) == "<p>A&#34;nn &lt;b&gt;</p>"


def test_the_variables_around_it_are_seen_in_it() -> None:
    partials = {"row": "{{ loop.index }}:{{ item }};", "name": "{{ who }}"}
    source = (
        "{% for item in data.list %}{% if item > 1 %}{% include 'row' %}{% endif %}{% endfor %}"
        "{% set who = customer.first_name|upper %}{% include 'name' %}"
    )
    assert html_of(source, partials) == "2:2;3:3;A&#34;NN &lt;B&gt;"


def test_a_value_in_an_attribute_cannot_leave_it() -> None:
    # given a partial that shows a value in quotes which the template around it wrote
    partials = {"alt": "{{ customer.first_name }}"}
    # when the value has quotes and tags in it
    made = html_of('<img alt="{% include "alt" %}">', partials)
    # then they are text
    assert made == '<img alt="A&#34;nn &lt;b&gt;">'


def test_links_are_numbered_across_partials() -> None:
    text = expander({"shop": "https://x.test/tea", "go": '<a href="{{ data.url }}">Go</a>'}).expand(
        '<a href="{% include "shop" %}">Tea</a>{{ data.n }}{% include "go" %}'
    )
    content = compile_content(Channel.EMAIL, "en", {"subject": "s", "html": text.text, "text": "t"}, {})
    assert content.static_links == ("https://x.test/tea", "")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('x\n{% include "nothing" %}', "there is no partial “nothing”"),
        ('x\n{% include "Foo/../bar" %}', "there is no partial"),
        ("x\n{% include data.name %}", "one partial in quotes"),
        ("x\n{% include ['a', 'b'] %}", "one partial in quotes"),
        ("x\n{% include 'a' ignore missing %}", "one partial in quotes"),
        ("x\n{% include 'a' with context %}", "one partial in quotes"),
        ("x\n{% include 'self' %}", "include each other: self → self"),
        ("x\n{% include 'ping' %}", "include each other: ping → pong → ping"),
        ("x\n{% include 'd1' %}", f"{MAX_NESTING} deep"),
    ],
)
def test_what_cannot_be_included_says_why_and_where(source: str, words: str) -> None:
    partials = {
        "a": "A",
        "self": "{% include 'self' %}",
        "ping": "{% include 'pong' %}",
        "pong": "{% if data.n %}{% include 'ping' %}{% endif %}",
        **{f"d{depth}": f"{{% include 'd{depth + 1}' %}}" for depth in range(1, MAX_NESTING + 1)},
        f"d{MAX_NESTING + 1}": "deep",
    }
    error = refused(source, partials)
    assert words in error.what
    assert error.line == 2


def test_as_deep_as_may_be_is_deep_enough_from_wherever_one_begins() -> None:
    partials = {f"d{depth}": f"{{% include 'd{depth + 1}' %}}" for depth in range(1, MAX_NESTING)}
    partials[f"d{MAX_NESTING}"] = "deep"
    assert expander(partials).expand("{% include 'd1' %}").text == "deep"
    # what was put together before is counted where it is included again
    partials["over"] = "{% include 'd1' %}"
    assert "deep at the most" in refused("{% include 'd1' %}{% include 'over' %}", partials).what


def test_a_fault_in_a_partial_names_it_and_every_partial_on_the_way() -> None:
    error = refused("a\nb\n{% include 'card' %}", {"card": "\n{% include 'price' %}"})
    assert error.what == "in the partial “card”, line 2: there is no partial “price”"
    assert error.line == 3


def test_every_line_of_code_is_known_by_whose_it_is() -> None:
    # given code of a template and of partials on one line, and partials of several lines
    partials = {
        "inner": "{{ bad_in }}",
        "card": "first\n{{ customer.frist }}\n{% include 'inner' %} {{ customer.lsat }}\n",
    }
    source = "{{ bad_a }}{% include 'card' %}{{ bad_b }}\n\n{{ bad_c }} {% include 'inner' %}{{ bad_d }}"
    # when what comes of it is read
    made = expander(partials).expand(source)
    tree = judged(made.text)
    found = {name: made.place_of(line) for name, line in strangers_in(tree) if name != "bad_in"}
    inner = [made.place_of(line) for name, line in strangers_in(tree) if name == "bad_in"]
    paths = {path[-1]: made.place_of(line) for path, line in paths_in(tree)}
    # then each is found where it was written
    assert {name: (one.own, one.partial) for name, one in found.items()} == {
        "bad_a": (1, ""),
        "bad_b": (1, ""),
        "bad_c": (3, ""),
        "bad_d": (3, ""),
    }
    assert {(one.own, one.partial, one.inner) for one in inner} == {(1, "inner", 1), (3, "inner", 1)}
    assert (paths["frist"].own, paths["frist"].partial, paths["frist"].inner) == (1, "card", 2)
    assert (paths["lsat"].own, paths["lsat"].partial, paths["lsat"].inner) == (1, "card", 3)


def test_what_grows_without_bound_is_refused_and_takes_no_time() -> None:
    # given partials of which each includes the next many times
    many = 5_000
    partials = {"a": "{% include 'b' %}" * many, "b": "{% include 'c' %}" * many, "c": "x" * 100}
    # then neither what they would come to nor the way there is made
    assert f"more than {MAX_SOURCE:,} characters" in refused("{% include 'a' %}", partials).what
    empty = partials | {"c": ""}
    assert expander(empty).expand("{% include 'a' %}" * many).text == ""
    code = {"a": "{% include 'b' %}" * many, "b": "{{ data.n }}"}
    assert f"{MAX_CODES:,} pieces" in refused("{% include 'a' %}", code).what


def test_two_partials_of_300_kb_are_more_than_a_source_takes() -> None:
    partials = {"long": "x" * 300_000}
    assert len(expander(partials).expand("{% include 'long' %}").text) == 300_000
    assert "characters" in refused("{% include 'long' %}{% include 'long' %}", partials).what


@pytest.mark.parametrize(
    "source",
    [
        "{% raw %}{% include 'a' %}{% endraw %}",
        "{# {% include 'a' %} #}",
        "{{ '{% include 1 %}' }}",
    ],
)
def test_what_only_looks_like_an_include_is_left_alone(source: str) -> None:
    assert expander({}).expand(source).text == source


@pytest.mark.parametrize(
    ("source", "partials"),
    [
        ("{{% include 'a' %}", {"a": "{ ''.__class__ }}"}),
        ("{% include 'a' %}{{% include 'b' %}", {"a": "x", "b": "{ data.n.__init__ }}"}),
        ("{% include 'a' %}", {"a": "{% raw %}{% endraw %}{{ ''.__class__ }}"}),
        ("{{ '}}{% include \"a\" %}' }}", {"a": "' ~ ''.__class__ ~ '"}),
        ("{% include 'a' %}b %}", {"a": "{{% include '"}),
    ],
)
def test_pieces_that_are_harmless_alone_are_judged_together(source: str, partials: Mapping[str, str]) -> None:
    with pytest.raises(TemplateError):
        html_of(source, partials)


def test_an_include_that_is_not_seen_before_is_refused_by_the_language() -> None:
    with pytest.raises(TemplateError, match="no include here"):
        judged("{% include 'a' %}")


def test_who_includes_what_is_known_of_drafts_that_are_wrong_too() -> None:
    assert included_in("{% if %}{% include 'a' %}{%- include \"b_2\" -%}{{ {% include x %}") == {"a", "b_2"}


TEXT = st.text(alphabet="ab <>\n&'", max_size=6)
CODE = st.sampled_from(
    (
        "{{ data.n }}",
        "{{- data.n }}",
        "{% if data.n -%} y\n{% endif %}",
        "{% raw %}{{ q }}{% endraw %}",
        "{# c #}",
    )
)
PARTIAL = st.lists(TEXT | CODE, max_size=5).map("".join)
INCLUDE = st.sampled_from(
    ("{% include 'p' %}", "{%- include 'q' %}", "{% include 'p' -%}", "{%- include 'q' -%}")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT | CODE | INCLUDE, max_size=8).map("".join), PARTIAL, PARTIAL)
def test_what_is_shown_is_what_jinja2_would_show(source: str, first: str, second: str) -> None:
    # given partials that take no white space away at their ends, which Jinja2 keeps to each file
    partials = {"p": f"[{first}]", "q": f"[{second}]"}
    plain = Environment(autoescape=True, keep_trailing_newline=True, loader=DictLoader(partials))
    assert html_of(source, partials) == plain.from_string(source).render(CONTEXT)
