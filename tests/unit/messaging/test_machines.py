"""People and machines told apart by what they say and how fast they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.tracking.machines import BURST, Click, asks_for_itself, burst, is_machine_open

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
PEOPLE = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36 Edg/142.0.0.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
    "Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Thunderbird/140.1.0",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; "
    "Microsoft Outlook 16.0.5266; ms-office; MSOffice 16)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 Instagram 380.0",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
]
MACHINES = [
    "",
    "-",
    "Mozilla/5.0",
    PREFETCH,
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "Barracuda Sentinel (EE)",
    "BarracudaCentral",
    "Mimecast URL Protection",
    "Proofpoint URL Defense",
    "Microsoft Office Existence Discovery",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "WhatsApp/2.23.20.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
    "python-requests/2.32.3",
    "curl/8.5.0",
    "Go-http-client/2.0",
    "Mozilla/5.0 (compatible; SkypeUriPreview Preview/0.5)",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_people(agent: str) -> None:
    assert not asks_for_itself(agent)
    assert not is_machine_open(agent, "GET", NOW, NOW)


@pytest.mark.parametrize("agent", MACHINES)
def test_machines_are_machines(agent: str) -> None:
    assert asks_for_itself(agent)
    assert is_machine_open(agent, "GET", NOW, NOW + timedelta(days=1))


@pytest.mark.parametrize("agent", [*PEOPLE, GMAIL])
def test_a_question_for_the_head_alone_is_a_machines(agent: str) -> None:
    assert asks_for_itself(agent, "HEAD")
    assert is_machine_open(agent, "HEAD", None, NOW)


def test_people_open_through_gmails_proxy_but_not_within_seconds_of_the_arrival() -> None:
    assert is_machine_open(GMAIL, "GET", NOW, NOW + timedelta(seconds=9))
    assert not is_machine_open(GMAIL, "GET", NOW, NOW + timedelta(seconds=10))
    assert not is_machine_open(GMAIL, "GET", None, NOW)


def click(milliseconds: int, link: str) -> Click:
    return Click(NOW + timedelta(milliseconds=milliseconds), link)


@pytest.mark.parametrize(
    ("clicks", "links", "machines"),
    [
        ([(0, "0")], 9, 0),
        ([(0, "0"), (100, "0"), (200, "0"), (300, "0")], 9, 0),
        ([(0, "0"), (400, "1")], 9, 0),
        ([(0, "0"), (400, "1"), (999, "2")], 9, 3),
        ([(0, "0"), (400, "1"), (1000, "2")], 9, 0),
        ([(0, "0"), (400, "1")], 2, 2),
        ([(0, "0")], 1, 0),
        ([(0, "0"), (1500, "1"), (1600, "2"), (1700, "3")], 9, 3),
    ],
)
def test_all_links_in_a_second_are_a_machines(
    clicks: list[tuple[int, str]], links: int, machines: int
) -> None:
    assert len(burst([click(*one) for one in clicks], links)) == machines


clicks_made = st.lists(st.builds(click, st.integers(0, 5000), st.sampled_from("01234")), max_size=12)


@given(clicks_made, clicks_made)
def test_more_clicks_never_make_a_person_of_a_machine(some: list[Click], more: list[Click]) -> None:
    assert burst(some, 5) <= burst([*some, *more], 5)


@given(clicks_made)
def test_who_takes_their_time_is_a_person(clicks: list[Click]) -> None:
    slow = [Click(NOW + number * BURST / 2, one.link) for number, one in enumerate(clicks)]
    assert not burst(slow, 5)
