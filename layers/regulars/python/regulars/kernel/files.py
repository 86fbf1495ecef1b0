"""Files of a tenant (uploads, exports, error reports) as a port over S3: streamed in, streamed out, never whole in memory."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from botocore.exceptions import ClientError

from regulars.kernel.aws import client
from regulars.kernel.errors import NotFoundError
from regulars.kernel.settings import BucketSettings
from regulars.kernel.tenancy import Tenant

READ_SIZE = 1024 * 1024
# What a reader gets at a time: small, so that what it has taken tells how far it is.
PIECE_SIZE = 16 * 1024
# S3 takes parts of 5 MB and more; ours are a little larger, so that memory stays flat.
PART_SIZE = 6 * 1024 * 1024
LINK_SECONDS = 15 * 60
UPLOAD_SECONDS = 60 * 60


class Files(Protocol):
    """Where a tenant's files are. Keys are relative to the tenant: `jobs/<job>/source`."""

    def upload_form(self, key: str, max_bytes: int) -> dict[str, Any]:
        """A form (`url`, `fields`) that lets a browser send one file of up to `max_bytes` for the next hour."""
        ...

    def link(self, key: str, filename: str) -> str:
        """An address under which the file can be fetched for 15 minutes."""
        ...

    def size(self, key: str) -> int:
        """Bytes. Raises NotFoundError."""
        ...

    def read(self, key: str, offset: int = 0) -> Iterator[bytes]:
        """The bytes from `offset`, in pieces of 16 KB. Raises NotFoundError."""
        ...

    def write(self, key: str, data: bytes) -> None:
        """Put a small file, replacing what was there."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix`, in order."""
        ...

    def join(self, key: str, pieces: Iterable[bytes]) -> None:
        """Write one file from pieces that are never in memory together."""
        ...


class S3Files:
    """Files in the bucket of the stage, under `<tenant id>/`."""

    def __init__(self, tenant: Tenant) -> None:
        self._bucket = BucketSettings.load().bucket_name
        self._root = f"{tenant.id}/"
        self._s3 = client("s3")

    def upload_form(self, key: str, max_bytes: int) -> dict[str, Any]:
        form: dict[str, Any] = self._s3.generate_presigned_post(
            self._bucket,
            self._root + key,
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return form

    def link(self, key: str, filename: str) -> str:
        wanted = self._at(key) | {"ResponseContentDisposition": f'attachment; filename="{filename}"'}
        link: str = self._s3.generate_presigned_url("get_object", Params=wanted, ExpiresIn=LINK_SECONDS)
        return link

    def size(self, key: str) -> int:
        try:
            return int(self._s3.head_object(**self._at(key))["ContentLength"])
        except ClientError as error:
            raise _missing(error) from error

    def read(self, key: str, offset: int = 0) -> Iterator[bytes]:
        # Blocks by range rather than one long answer: the reader may work for minutes between two blocks.
        while block := self._block(key, offset):
            yield from (block[start : start + PIECE_SIZE] for start in range(0, len(block), PIECE_SIZE))
            if len(block) < READ_SIZE:
                return
            offset += len(block)

    def _block(self, key: str, offset: int) -> bytes:
        try:
            answer = self._s3.get_object(**self._at(key), Range=f"bytes={offset}-{offset + READ_SIZE - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":
                return b""
            raise _missing(error) from error
        block: bytes = answer["Body"].read()
        return block

    def write(self, key: str, data: bytes) -> None:
        self._s3.put_object(**self._at(key), Body=data)

    def keys(self, prefix: str) -> Iterator[str]:
        more: dict[str, str] = {}
        while True:
            found = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=self._root + prefix, **more)
            for entry in found.get("Contents", ()):
                yield entry["Key"].removeprefix(self._root)
            if not found.get("IsTruncated"):
                return
            more = {"ContinuationToken": found["NextContinuationToken"]}

    def join(self, key: str, pieces: Iterable[bytes]) -> None:
        parts = _parts(pieces)
        first = next(parts, b"")
        if len(first) < PART_SIZE:
            self.write(key, first)
            return
        self._send_parts(key, first, parts)

    def _send_parts(self, key: str, first: bytes, rest: Iterator[bytes]) -> None:
        upload = self._at(key) | {"UploadId": self._s3.create_multipart_upload(**self._at(key))["UploadId"]}
        tags = [self._send_part(upload, 1, first)]
        tags += [self._send_part(upload, number, part) for number, part in enumerate(rest, 2)]
        self._s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": tags})

    def _send_part(self, upload: dict[str, str], number: int, part: bytes) -> dict[str, Any]:
        answer = self._s3.upload_part(**upload, PartNumber=number, Body=part)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._root + key}


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= PART_SIZE:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


def _missing(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    return NotFoundError("the file is not there") if code in {"404", "NoSuchKey", "NotFound"} else error
