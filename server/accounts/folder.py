"""A folder: a remote folder of an account, perhaps bound to a mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from ...hooks.expectation import read_days, read_time
from ..exceptions import InputInvalid

#: what each choice of a folder can be; the first is the default
DIRECTIONS = ("in", "out")
MODES = ("full", "delta")
FIRST_IMPORTS = ("hold", "apply")
COMPLETE_ON = ("close", "rename", "marker")
ANSWERS = ("received", "checked", "imported")
LANGUAGES = ("en", "fr")
NOTIFY_ON = ("change", "always", "problem")
MAIL_DETAILS = ("minimal", "full")

_CHOICES = {
    "direction": DIRECTIONS,
    "mode": MODES,
    "first_import": FIRST_IMPORTS,
    "complete_on": COMPLETE_ON,
    "answer": ANSWERS,
    "language": LANGUAGES,
    "notify_on": NOTIFY_ON,
    "mail_details": MAIL_DETAILS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A remote folder of an account."""

    login: str
    #: canonical: begins with /, no trailing /
    path: str
    name: str
    #: `in`: the client writes; `out`: the client only reads
    direction: str = "in"
    #: name of the mapping that imports read its files with; None = files are kept, not imported
    mapping: str | None = None
    mode: str = "full"
    first_import: str = "hold"
    #: what ends an upload: `close` of the file, its `rename` to a final name, or a `marker`: the
    #: companion that says that it is whole
    complete_on: str = "close"
    #: what the sender's OK waits for: the receipt, the structural check, or the import
    answer: str = "received"
    #: what reports, corrected files and mail are written in
    language: str = "en"
    #: mail addresses of those who are told of imports
    notify: tuple[str, ...] = ()
    #: of which imports: those that need somebody are always told
    notify_on: str = "change"
    #: `minimal`: mail names keys and cells; `full`: also values, which may be personal
    mail_details: str = "minimal"
    #: HH:MM in the client's time zone: by then a file is expected; None where none is
    expect_by: str | None = None
    #: on these days of the week, such as mon-fri
    expect_days: str = "mon-fri"
    #: when that was stated, UTC, ISO 8601
    expect_since: str | None = None

    def __post_init__(self) -> None:
        for field, choices in _CHOICES.items():
            value = getattr(self, field)
            if value not in choices:
                raise InputInvalid(
                    f"{value!r} is no {field.replace('_', ' ')} of a folder",
                    hint=f"choose from {', '.join(choices)}",
                )
        for address in self.notify:
            _check_address(address)
        self._check_expectation()
        if self.direction == "out" and self.mapping is not None:
            raise InputInvalid(
                "an outbound folder receives no files, so it cannot have a mapping",
                hint="leave --mapping out, or make the folder inbound",
            )
        if self.answer != "received" and self.mapping is None:
            raise InputInvalid(
                f"the answer {self.answer!r} needs a mapping to check files with",
                hint="add --mapping NAME, or leave --answer out",
            )

    def _check_expectation(self) -> None:
        try:
            read_days(self.expect_days)
            if self.expect_by is not None:
                read_time(self.expect_by)
        except ValueError as error:
            raise InputInvalid(
                f"{self.expect_by} on {self.expect_days} is no time to expect a file by: {error}",
                hint="for example --expect-by 09:30 --expect-days mon-fri",
            ) from None
        if self.expect_by is not None and self.direction == "out":
            raise InputInvalid(
                "no file is expected in an outbound folder",
                hint="leave --expect-by out, or make the folder inbound",
            )

    def as_row(self) -> dict[str, Any]:
        """The folder as a table keeps it."""
        return {**asdict(self), "notify": json.dumps(self.notify)}


def read_folder(row: Mapping[str, Any]) -> Folder:
    """The folder that a row of the table is about."""
    return Folder(**{**row, "notify": tuple(json.loads(row["notify"]))})


def _check_address(address: str) -> None:
    try:
        # .test is for tests, and rightly used in those of everybody who embeds us
        validate_email(
            address, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise InputInvalid(
            f"{address!r} is not a mail address: {error}", hint="write name@example.com"
        ) from None
