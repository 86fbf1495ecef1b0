"""Files of a tenant in the bucket."""

import hashlib

import pytest

from local.demo.api import ApiError, upload
from regulars.kernel.errors import NotFoundError
from regulars.kernel.files import PART_SIZE, S3Files
from regulars.kernel.tenancy import Tenant


def test_a_file_larger_than_a_part_is_joined_from_pieces(shop: Tenant) -> None:
    files = S3Files(shop)
    pieces = [bytes([number]) * 700_001 for number in range(20)]
    files.join("whole", iter(pieces))
    assert files.size("whole") == 20 * 700_001 > 2 * PART_SIZE
    read = hashlib.sha256()
    for piece in files.read("whole"):
        read.update(piece)
    assert read.digest() == hashlib.sha256(b"".join(pieces)).digest()
    assert b"".join(files.read("whole", 700_000))[:2] == b"\x00\x01"


def test_small_and_empty_files_are_joined_too(shop: Tenant) -> None:
    files = S3Files(shop)
    files.join("small", [b"a", b"b"])
    files.join("empty", [])
    assert (b"".join(files.read("small")), b"".join(files.read("empty"))) == (b"ab", b"")
    assert b"".join(files.read("small", 2)) == b""


def test_what_is_not_there_is_not_found(shop: Tenant) -> None:
    with pytest.raises(NotFoundError):
        next(S3Files(shop).read("nothing"))
    with pytest.raises(NotFoundError):
        S3Files(shop).size("nothing")


def test_keys_are_the_tenants_own_and_in_order(shop: Tenant, other_tenant: Tenant) -> None:
    for name in ("b", "a"):
        S3Files(shop).write(f"folder/{name}", b"1")
    S3Files(other_tenant).write("folder/c", b"1")
    assert list(S3Files(shop).keys("folder/")) == ["folder/a", "folder/b"]


def test_an_upload_form_takes_no_more_than_it_says(shop: Tenant) -> None:
    form = S3Files(shop).upload_form("up", 10)
    upload(form, b"x" * 10)
    assert b"".join(S3Files(shop).read("up")) == b"x" * 10
    with pytest.raises(ApiError):
        upload(form, b"x" * 11)
