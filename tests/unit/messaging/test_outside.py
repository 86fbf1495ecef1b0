"""Where webhooks may go: to the public internet, and nowhere into ours."""

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.providers import outside
from regulars.messaging.providers.outside import NotAllowedError, NotReachedError, Target, is_public

INNER = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a00:1::1",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_all_its_ipv6_forms(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.ip_address(f"::ffff:{address}")
    assert is_public(mapped) == is_public(address)
    if not is_public(address):
        number = int(address)
        assert not is_public(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://shop.test/",
        "http://shop.test/",
        "https://",
        "https://user:password@shop.test/",
        "https://shop.test:99999/",
        "https://shop.test/\r\nHost: inner",
        "https://shop.test/a b",
        "https://żółć.test/",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_odd_urls_are_refused(url: str) -> None:
    with pytest.raises(NotAllowedError):
        Target.of(url)


def _resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(None, None, None, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_leads_inwards_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    _resolving(monkeypatch, address)
    with pytest.raises(NotAllowedError):
        outside.post(Target.of("https://shop.test/"), b"{}", {})


def test_one_inner_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "1.1.1.1", "10.0.0.1")
    with pytest.raises(NotAllowedError):
        outside.post(Target.of("https://shop.test/"), b"{}", {})


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def connect(address: tuple[str, int], **_: Any) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    _resolving(monkeypatch, "1.1.1.1")
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotReachedError):
        outside.post(Target.of("https://shop.test/hook"), b"{}", {})
    assert asked == [("1.1.1.1", 443)]


def test_this_machine_is_reached_where_that_is_allowed_only(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "127.0.0.1")
    with pytest.raises(NotAllowedError):
        Target.of("http://127.0.0.1:8000/hook")
    with pytest.raises(NotAllowedError):
        outside.post(Target.of("https://127.0.0.1:8000/hook"), b"{}", {})
    assert Target.of("http://127.0.0.1:8000/hook", to_loopback=True).port == 8000


def test_http_leads_to_this_machine_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "1.1.1.1")
    with pytest.raises(NotAllowedError):
        outside.post(Target.of("http://shop.test/", to_loopback=True), b"{}", {})


def test_an_unknown_name_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(NotReachedError):
        outside.post(Target.of("https://shop.test/"), b"{}", {})
