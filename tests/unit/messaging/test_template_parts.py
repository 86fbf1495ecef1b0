"""Shell and parts together are the mail, to the character, whatever is in templates and values."""

import re
from html import escape

from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from regulars.messaging.content import EmailContent
from regulars.messaging.model import Channel, one_line
from regulars.messaging.templates import PlainLinks, TemplateError
from regulars.messaging.templates.compiling import compile_content
from regulars.messaging.templates.sandbox import judged

_PLACE = re.compile(r"\{\{(p\d+)\}\}")
STATIC = st.text(alphabet="ab {}\\\n<>&\"'~é漢😀%#", max_size=12).filter(
    lambda text: not any(one in text for one in ("{{", "{%", "{#", "{\\", "<!", "<a"))
)
CODE = st.sampled_from(
    (
        "{{ customer.first_name }}",
        "{{ data.a }}",
        "{{ data.b|upper }}",
        "{{ data.a ~ data.b }}",
        "{% if data.a %}yes {{ data.a }}{% else %}no{% endif %}",
        "{% for x in data.list %}{{ x }},{% endfor %}",
        "{% set y = data.b %}",
        "{{ y }}",
        "{% raw %}{{p0}} {{ x }}{% endraw %}",
        "{% raw %}\\{{{p1}}}{% endraw %}",
        "{{ '{{' }}",
        "{{ data.none|default('}') }}",
    )
)
VALUE = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    ("{{p0}}", "{{ x }}", "}}", "<b>&", "\\{{", "p1", "")
)


def is_template(source: str) -> bool:
    """Pieces may make something else together."""
    try:
        judged(source)
    except TemplateError:
        return False
    return True


SOURCE = st.lists(STATIC | CODE, max_size=12).map("".join).filter(is_template)


def oracle(source: str, context: object, *, escaping: bool) -> str:
    """Jinja2 as it comes."""
    plain = Environment(autoescape=escaping, keep_trailing_newline=True)
    return plain.from_string(source).render(context)


@settings(max_examples=100, deadline=None)
@example("", "{% set y = data.b %}between{% set z = data.a %}{{ y }}", "", "Ann", "A", "B")
@given(SOURCE, SOURCE, SOURCE, VALUE, VALUE, VALUE)
def test_shell_and_parts_are_the_mail(
    subject: str, html: str, text: str, name: str, one: str, other: str
) -> None:
    # given
    context = {
        "customer": {"first_name": name},
        "shop": {},
        "message": {},
        "data": {"a": one, "b": other, "list": [one, other]},
    }
    source = {"subject": subject, "html": html + "<p>", "text": text + "."}
    content = compile_content(Channel.EMAIL, "en", source, {})
    links = PlainLinks(content.static_links)
    # when
    whole, parts, shell = content.render(context, links), content.parts(context, links), content.shell
    # then the shell with its parts in place is the mail
    assert shell is not None
    assert isinstance(whole, EmailContent)
    for field in ("subject", "html", "text"):
        filled = _PLACE.sub(lambda place: parts[place[1]], getattr(shell, field))
        assert filled == getattr(whole, field)
        # and nothing in it but places of parts has two braces, or makes three of them, or escapes one
        rest = getattr(shell, field)
        assert "{{" not in _PLACE.sub("", rest)
        assert not re.search(r"[\\{]\{\{p\d+\}\}|\{\{p\d+\}\}\}", rest)
    # and the mail is what Jinja2 makes of the source
    assert whole.html == oracle(source["html"], context, escaping=True)
    assert whole.text == oracle(source["text"], context, escaping=False)
    assert whole.subject == one_line(oracle(" ".join(subject.splitlines()), context, escaping=False))


@given(
    st.lists(
        st.sampled_from(("https://x.test/1?a=1&b=2", "https://x.test/2", "mailto:a@b.test", "#top")),
        max_size=5,
    ),
    VALUE,
)
@settings(deadline=None)
def test_every_link_goes_over_the_counter_and_leads_where_it_did(addresses: list[str], value: str) -> None:
    html = "".join(f'<a class="{{{{ data.a }}}}" href="{escape(one)}">x</a>' for one in addresses)
    source = {
        "subject": "s",
        "html": html + '<a href="{{ message.unsubscribe_url }}">bye</a>',
        "text": " ".join(addresses),
    }
    content = compile_content(Channel.EMAIL, "en", source, {})
    web = list(dict.fromkeys(one for one in addresses if one.startswith("https:")))
    assert list(content.static_links) == web

    class Counter(PlainLinks):
        def click(self, number: int, url: str | None) -> str:
            return f"https://t.test/c/{number}"

    context = {"customer": {}, "shop": {}, "message": {}, "data": {"a": value}}
    made = content.render(context, Counter(content.static_links, "https://t.test/u"))
    found = re.findall(r'href="([^"]*)"', made.html)  # type: ignore[union-attr]
    wanted = [f"https://t.test/c/{web.index(one)}" if one in web else one for one in addresses]
    assert found == [*wanted, "https://t.test/u"]
    # one part for each link in the HTML and in the text, and no more than these
    parts = content.parts(context, Counter(content.static_links))
    assert len(parts) <= 2 * len(web) + 4


def test_a_link_that_a_value_makes_never_runs_anything() -> None:
    source = {
        "subject": "s",
        "html": '<a href="{{ data.url }}">x</a><a href="https://x.test/{{ data.a }}">y</a>',
        "text": "t",
    }
    content = compile_content(Channel.EMAIL, "en", source, {})
    for evil in (
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        '"><script>',
        "//evil.test",
        "\x01javascript:x",
    ):
        context = {"customer": {}, "shop": {}, "message": {}, "data": {"url": evil, "a": evil}}
        html = content.render(context, PlainLinks(content.static_links)).html  # type: ignore[union-attr]
        assert html.startswith('<a href="">')
        assert "<script" not in html
        assert "https://x.test/" in html or '<a href="">y' in html
