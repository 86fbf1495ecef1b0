"""A file's bytes as lines of text, in flat memory: gzip by its magic bytes, UTF-8 with or without a mark, else Windows-1252."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regulars.kernel.errors import InvalidError

# Lines longer than this are refused, not stored.
MAX_LINE = 256 * 1024
_PIECE = 256 * 1024
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Source:
    """The bytes of a file, counting how many have been taken (of the compressed file, for progress)."""

    pieces: Iterable[bytes]
    taken: int = 0

    def __iter__(self) -> Iterator[bytes]:
        """Decompressed pieces. Raises InvalidError when the compressed data is broken or cut off."""
        counted = self._counted()
        first = next(counted, b"")
        if first.startswith(_GZIP):
            yield from _unzip(first, counted)
        elif first:
            yield first
            yield from counted

    def _counted(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.taken += len(piece)
            yield piece


def _unzip(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    machine = zlib.decompressobj(wbits=31)
    data = first
    try:
        while data:
            # In bounded steps: a megabyte of zeros takes a kilobyte when compressed.
            if piece := machine.decompress(data, _PIECE):
                yield piece
            data = machine.unconsumed_tail
            if machine.eof:
                data, machine = machine.unused_data.lstrip(b"\0"), zlib.decompressobj(wbits=31)
                if not data and not (data := next(rest, b"")):
                    return
            data = data or next(rest, b"")
    except zlib.error as error:
        raise InvalidError("the compressed file is damaged") from error
    raise InvalidError("the compressed file is cut off")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its end mark, and where in the (decompressed) file the next one starts; no text if it was too long."""

    text: str | None
    end: int


def lines(pieces: Iterable[bytes], start: int = 0) -> Iterator[Line]:
    """The lines from position `start` of the decompressed file on, which must be where a line starts."""
    position = 0
    held = b""
    too_long = False
    for piece in pieces:
        if position + len(piece) <= start:
            position += len(piece)
            continue
        if position < start:
            piece = piece[start - position :]
            position = start
        *whole, rest = (held + piece).split(b"\n")
        position -= len(held)
        for line in whole:
            position += len(line) + 1
            yield Line(None if too_long or len(line) > MAX_LINE else decode(line) + "\n", position)
            too_long = False
        if len(rest) > MAX_LINE:
            position += len(rest)
            rest, too_long = b"", True
        held = rest
        position += len(held)
    if held or too_long:
        yield Line(None if too_long else decode(held), position)


def decode(line: bytes) -> str:
    """Text of a line: UTF-8, or Windows-1252 (Excel's habit) where it is not."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        try:
            return line.decode("cp1252")
        except UnicodeDecodeError:
            return line.decode("latin-1")


def encoding_of(sample: bytes) -> str:
    """What a sample is written in: `utf-8`, `utf-8 with mark`, `windows-1252`. Raises InvalidError for UTF-16."""
    if sample[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InvalidError("the file is UTF-16; save it as UTF-8 and upload it again")
    if sample.startswith(_MARK):
        return "utf-8 with mark"
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        whole.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def without_mark(text: str) -> str:
    """The first line without its byte order mark."""
    return text.removeprefix("\ufeff")
