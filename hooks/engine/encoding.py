"""In which encoding a file is written, and whether it is text at all.

The chain: the mapping's pin, a byte-order mark, the NUL pattern of UTF-16, strict UTF-8; where all
of these say nothing, the code page is guessed (see `codepage`).
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

from .exceptions import FileRejected
from .finding import make_finding
from .language import Text

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c"))

_SHEET = (Text("a spreadsheet workbook"), Text("Save it as CSV (UTF-8) and send that file."))
_ZIP = (Text("a compressed archive"), Text("Unpack it and send the CSV that is inside."))
_PAGE = (
    Text("a web page"),
    Text("The export failed: open the file, read its message, and export again."),
)
_PGP = (Text("encrypted"), Text("Send the file unencrypted; the transfer itself is encrypted."))
_PDF = (Text("a PDF document"), Text("Choose CSV as the format of the export."))
_BINARY = (Text("binary data"), Text("Choose CSV as the format of the export."))
_MAGIC: tuple[tuple[bytes, tuple[Text, Text]], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _SHEET),
    (b"%PDF-", _PDF),
    (b"\x1f\x8b", _ZIP),
    (b"7z\xbc\xaf\x27\x1c", _ZIP),
    (b"Rar!", _ZIP),
    (b"-----BEGIN PGP", _PGP),
    # the packets that open a binary PGP message: session keys, old and new format
    (b"\x85\x01\x0c", _PGP),
    (b"\x85\x02\x0c", _PGP),
    (b"\x84\x5e\x03", _PGP),
    (b"\xc1\xc0\x4c", _PGP),
)
_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml")


class Encoding(NamedTuple):
    """The encoding of a file."""

    name: str
    #: nothing but ASCII, which every encoding of the chain reads alike
    plain: bool = False
    #: False where another one may fit as well
    certain: bool = True


class Survey:
    """What the bytes of a whole file have in common, counted chunk by chunk."""

    def __init__(self) -> None:
        self.size = 0
        self.is_ascii = True
        self.controls = 0
        self.nuls = [0, 0]  # at even and at odd places
        self.is_utf8 = True
        self.last = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Count the next chunk; `final` says that nothing follows."""
        if chunk.count(0):
            start = self.size % 2
            self.nuls[start] += chunk[::2].count(0)
            self.nuls[1 - start] += chunk[1::2].count(0)
        self.is_ascii = self.is_ascii and chunk.isascii()
        self.controls += len(chunk) - len(chunk.translate(None, _CONTROLS))
        self.size += len(chunk)
        self.last = chunk[-2:] or self.last
        try:
            if self.is_utf8:
                self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self.is_utf8 = False


def recognise(head: bytes) -> tuple[Text, Text] | None:
    """What a file that begins like this is, if it is no CSV, and what its sender should do."""
    if head.startswith(b"PK\x03\x04"):
        return _SHEET if b"[Content_Types].xml" in head or b"xl/" in head else _ZIP
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:20].lower()
    return _PAGE if start.startswith(_PAGE_STARTS) else None


def find_encoding(head: bytes, survey: Survey, pin: str | None) -> Encoding | None:
    """The encoding as far as it is certain; None where only a guess is left.

    Raises FileRejected for a file that is empty or no text.
    """
    if survey.size == 0:
        raise FileRejected((make_finding("empty-file"),))
    if kind := recognise(head):
        raise FileRejected((make_finding("format-error", kind=kind[0], remedy=kind[1]),))
    if pin is not None:
        utf8 = codecs.lookup(pin).name == "utf-8"
        return Encoding("utf-8-sig" if utf8 and head.startswith(codecs.BOM_UTF8) else pin)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    if (utf16 := _nul_pattern(survey)) is not None:
        return Encoding(utf16)
    endless = survey.size > len(head) and b"\n" not in head and b"\r" not in head
    if endless or survey.controls > 10 + survey.size // 1000:
        raise FileRejected((make_finding("format-error", kind=_BINARY[0], remedy=_BINARY[1]),))
    return Encoding("utf-8", plain=survey.is_ascii) if survey.is_utf8 else None


def _nul_pattern(survey: Survey) -> str | None:
    """UTF-16 without a mark: every other byte of Western text is NUL."""
    even, odd = survey.nuls
    if max(even, odd) * 5 < survey.size or min(even, odd) * 50 > survey.size:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
