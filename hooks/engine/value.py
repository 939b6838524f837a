"""What one cell says: identifiers, dates, numbers, mail addresses, cultures; what is wrong with it.

Nothing is guessed and nothing is repaired in silence: a cell that could be read in two ways is a
`BadValue`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any
from unicodedata import is_normalized

from email_validator import EmailNotValidError, validate_email

from .language import Text
from .text import clean

#: order in the mapping -> what a date looks like
DATE_PATTERNS = {
    "dd/mm/yyyy": re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"),
    "mm/dd/yyyy": re.compile(r"(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-](?P<year>\d{4})"),
    "yyyy-mm-dd": re.compile(r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})"),
    "yyyymmdd": re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
}
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_ZEROS = re.compile(r"0+([/.-]0+){2}|0{8}")
_SHORT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}")
_SERIAL = re.compile(r"\d{5}([.,]\d+)?")
#: payroll software writes “no end” as the last day of a year that nobody will see
_ENDLESS = 2099
_EARLIEST = 1900

#: decimal mark -> what a number looks like
_NUMBERS = {
    mark: re.compile(
        r"(?P<sign>-?)(?P<whole>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)"
        rf"(?:{re.escape(mark)}(?P<part>[0-9]+))?"
    )
    for mark in (",", ".")
}

#: what a spreadsheet takes for a formula, full-width signs and control characters too
FORMULA_START = re.compile(r"[\x00-\x20]*[=+\-@＝＋－＠]")
#: a mark that says that what follows is text
_MARK = re.compile(rf"'(?=\d|'|{FORMULA_START.pattern})")
_FORMULA = re.compile(r'="([^"]*)"')
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E\+\d+", re.IGNORECASE)
_PLAIN_MAILBOX = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_CULTURE = re.compile(r"([A-Za-z]{2})[-_]([A-Za-z]{2})")

_STRAY_QUOTE = re.compile(r'[^\s"]"[^\s"]')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: UTF-8 that was read as cp1252, mac_roman or cp850; replacement and C1 characters
MOJIBAKE = re.compile(
    "Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Â[\u00a0-\u00bf]|â€|Å[“’¸½¾]|[√├┬]"
    "|[\u0080-\u009f\ufffd]"
)
#: finds every row with a cell that `lint` objects to, and a few others
SUSPECT = re.compile('["\x00-\x08\x0b\x0c\x0e-\x1e\x7f-\x9fÃÂâÅ√├┬\ufffd]')
#: space of any kind but the plain one and U+001F, and marks without width
_SPACE = re.compile(
    "[\t-\r\x1c-\x1e\x85\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]"
)
_WRAPPED = ("\x1f ", " \x1f", "\x1f'", "\x1f=")


class BadValue(Exception):
    """A cell that cannot be taken as it stands: code of the finding, and words for its texts."""

    def __init__(self, code: str, **words: Any) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def unwrap(cell: str) -> str:
    """The cell without what spreadsheets put around text: `="00123"`, `'00123`, `'+33`."""
    text = clean(cell)
    if text.startswith('="') and (formula := _FORMULA.fullmatch(text)):
        return clean(formula[1])
    if text.startswith("'") and _MARK.match(text):
        return clean(text[1:])
    return text


def is_wrapped(joined: str) -> bool:
    """Whether `unwrap` may change one of these cells, which are joined by U+001F."""
    if not joined.isascii() and not is_normalized("NFC", joined):
        return True
    framed = f"\x1f{joined}\x1f"
    return any(mark in framed for mark in _WRAPPED) or bool(_SPACE.search(joined))


def lint(text: str) -> None:
    """Raises BadValue for a cell whose text is damaged."""
    if _STRAY_QUOTE.search(text):
        raise BadValue("stray-quote")
    if _CONTROL.search(text):
        raise BadValue("control-character")
    if MOJIBAKE.search(text):
        raise BadValue("mojibake")


def read_identifier(text: str) -> str:
    """A number or code as it stands, leading zeros and all."""
    text = text.removeprefix("'")
    if _SCIENTIFIC.fullmatch(text):
        raise BadValue("scientific-notation")
    return text


@lru_cache(maxsize=65536)
def read_date(text: str, order: str) -> str | None:
    """The date as ISO 8601; None for the dates that mean “none”, such as 31/12/9999."""
    text = _MIDNIGHT.sub("", text)
    if _ZEROS.fullmatch(text):
        return None
    match = DATE_PATTERNS[order].fullmatch(text)
    if match is None:
        kind = Text("a date in the order {order}", order=Text(order))
        raise BadValue(_explain(text), kind=kind, order=Text(order))
    day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
    if (day, month) == (31, 12) and year >= _ENDLESS:
        return None
    if month > 12 >= day:
        raise BadValue("date-order", order=Text(order), month=str(month))
    if not _EARLIEST <= year < _ENDLESS:
        raise BadValue("type-error", kind=Text("a date of our time"))
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise BadValue("type-error", kind=Text("a day of the calendar")) from None


def _explain(text: str) -> str:
    if _SHORT_YEAR.fullmatch(text):
        return "date-year"
    return "date-serial" if _SERIAL.fullmatch(text) else "type-error"


def pad(text: str, length: int) -> str:
    """Digits with the leading zeros that they lost; anything else as it stands."""
    return text.zfill(length) if text.isascii() and text.isdigit() else text


def read_number(text: str, decimal: str) -> str:
    """The number with a point, and no zeros that say nothing; `decimal` is the mark in the cell.

    Thousands may be set apart by spaces.
    """
    if _SCIENTIFIC.fullmatch(text):
        raise BadValue("scientific-notation")
    match = _NUMBERS[decimal].fullmatch(text)
    if match is None:
        kind = Text("a number such as {example}", example=f"1234{decimal}5")
        raise BadValue("type-error", kind=kind)
    whole = match["whole"].replace(" ", "").lstrip("0") or "0"
    part = (match["part"] or "").rstrip("0")
    number = f"{whole}.{part}" if part else whole
    return number if number == "0" else match["sign"] + number


def read_mail(text: str) -> str:
    """The mail address, its domain in lower case; nobody is asked whether it exists."""
    mailbox, _, domain = text.rpartition("@")
    try:
        if len(mailbox) <= 64 and len(text) <= 254 and _PLAIN_MAILBOX.fullmatch(mailbox):
            return f"{mailbox}@{_read_domain(domain)}"
        return _validate(text)
    except EmailNotValidError:
        raise BadValue("type-error", kind=Text("a mail address")) from None


@lru_cache(maxsize=4096)
def _read_domain(domain: str) -> str:
    # A firm has one or two domains, and checking one takes longer than the rest of a row.
    return _validate(f"x@{domain}").rpartition("@")[2]


def _validate(address: str) -> str:
    # .test is reserved for tests, and rightly used in those of everybody who embeds us
    return validate_email(address, check_deliverability=False, test_environment=True).normalized


def read_culture(text: str) -> str | None:
    """A language and a country, such as fr-FR; None for anything else."""
    match = _CULTURE.fullmatch(text)
    return f"{match[1].lower()}-{match[2].upper()}" if match else None


def is_kept(kind: str, text: str) -> bool:
    """Whether a value is written as directories keep it, in a column of this type.

    Dates are ISO 8601, and numbers have a point.
    """
    readers: dict[str, Callable[[str], str | None]] = {
        "identifier": read_identifier,
        "date": lambda it: read_date(it, "yyyy-mm-dd"),
        "number": lambda it: read_number(it, "."),
        "mail": read_mail,
        "culture": read_culture,
    }
    try:
        lint(text)
        return unwrap(text) == readers.get(kind, str)(text) == text
    except BadValue:
        return False
