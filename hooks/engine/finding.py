"""What the engine has to say about a file: findings, and the catalogue of all their codes.

Severity decides what happens: an `error` on a row skips that row, an `error` on the file rejects
the file; a `warning` is applied, and somebody should look; `info` is for the record.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple

from .language import Text, translate

Severity = Literal["error", "warning", "info"]

#: a longer value is cut in findings, so that one runaway cell cannot fill a report
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a person should know about a file, and how to mend it."""

    #: line in the file as an editor counts it, None where the whole file is meant
    line: int | None
    #: address as a spreadsheet shows it, such as D412
    cell: str | None
    #: the mapping's name of the column, or the file's label where it has none
    column: str | None
    #: key of the user concerned
    key: str | None
    code: str
    severity: Severity
    value: str | None
    message: str
    hint: str

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """The finding as reports carry it, told in a language."""
        told = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {
            name: translate(value, language) if isinstance(value, str) else value
            for name, value in told
        }


class Entry(NamedTuple):
    """How a code is told: `{name}` in the texts is filled in where the finding is made."""

    severity: Severity
    message: str
    hint: str


#: Codes that Frictionless has too mean the same here as there.
CATALOGUE: dict[str, Entry] = {
    # the file as a whole
    "empty-file": Entry(
        "error", "The file is empty.", "Export it again, and send it once it holds the users."
    ),
    "no-rows": Entry(
        "error",
        "The file has a header and no users.",
        "Check the selection in the payroll software: an empty file never ends anybody.",
    ),
    "format-error": Entry("error", "The file is {kind}, not a CSV file.", "{remedy}"),
    "encoding-error": Entry(
        "error",
        "The file cannot be read as text in {encoding}.",
        "Export it again as UTF-8, or name its encoding in the mapping.",
    ),
    "mojibake": Entry(
        "error",
        "Accented letters are damaged in “{value}”.",
        "The text was converted twice: mend it where it comes from and export it again as UTF-8.",
    ),
    "separator-error": Entry(
        "error",
        "The columns seem to be separated by {separator}; read is {read}.",
        "Export the file with {read} between its columns.",
    ),
    "missing-label": Entry(
        "error",
        "The required column “{column}” is missing from the header.",
        "Add the column, or name its label among the aliases of the mapping.",
    ),
    "duplicate-label": Entry(
        "error",
        "The columns “{first}” and “{value}” both stand for “{column}”.",
        "Keep one of the two columns.",
    ),
    "blank-label": Entry(
        "info",
        "A column has no label and is not read.",
        "Give it a label if it should be read.",
    ),
    "extra-label": Entry(
        "info",
        "The column “{value}” is not part of the mapping and is not read.",
        "{remedy}",
    ),
    "preamble": Entry(
        "info",
        "The header was found in line {line}; the lines above it are not read.",
        "Export the file without title lines.",
    ),
    "blank-row": Entry("info", "Blank lines were skipped: {value}.", "There is nothing to do."),
    "missing-final-newline": Entry(
        "info",
        "The last line does not end with a line break.",
        "Check that the last user is complete: a file that was cut off looks like this.",
    ),
    "file-date-missing": Entry(
        "warning",
        "The name “{value}” does not say what day the file is of, as “{pattern}” would.",
        "Check the name: without a date an old file cannot be told from a new one.",
    ),
    "file-out-of-date": Entry(
        "warning",
        "The file is of {value}, and one of {previous} was imported before or waits for approval.",
        "If this file is the right one, undo or reject the newer import, and replay the upload.",
    ),
    "encoding-guessed": Entry(
        "warning",
        "The file does not say how it is written, and was read as {value}; it may be another one.",
        "Check a few accented names, and name the encoding in the mapping.",
    ),
    "encoding-changed": Entry(
        "warning",
        "The file is written in {value}; the last applied one was in {previous}.",
        "Check a few accented names below, and pin the encoding in the mapping.",
    ),
    "separator-changed": Entry(
        "warning",
        "The columns are separated by {value}; in the last applied file it was {previous}.",
        "Check whether the export was changed, and pin the separator in the mapping.",
    ),
    "date-order-changed": Entry(
        "warning",
        "Days and months may have changed places: {value} rows have a month beyond twelve.",
        "Check whether the export was changed, and state the order of dates in the mapping.",
    ),
    # a row as a whole: the row is skipped
    "quote-error": Entry(
        "error",
        "A quotation mark is opened and not closed properly.",
        'Write a quotation mark inside a cell twice, as in "the ""big"" team".',
    ),
    "stray-quote": Entry(
        "error",
        "A quotation mark stands inside “{value}”.",
        "Remove it: such a mark often comes from a damaged line.",
    ),
    "multiline-cell": Entry(
        "error",
        "The row runs over several lines, and may have swallowed another user.",
        "Remove the line break, or close the quotation mark where the cell ends.",
    ),
    "missing-cell": Entry(
        "error",
        "The row has {value} cells where the header has {expected}.",
        "Check this line for a missing separator or a line break.",
    ),
    "extra-cell": Entry(
        "error",
        "The row has {value} cells where the header has {expected}.",
        "Put a cell that contains the separator in quotation marks.",
    ),
    "repeated-header": Entry(
        "error", "The header is repeated in this line.", "Remove the line from the file."
    ),
    "control-character": Entry(
        "error",
        "The cell contains a character that cannot be printed.",
        "Type the value again in the payroll software.",
    ),
    "key-error": Entry(
        "error",
        "The row names nobody: “{column}” is empty or cannot be read.",
        "Fill it in. Until then nobody who is missing from this file is counted as missing.",
    ),
    "scientific-notation": Entry(
        "error",
        "“{value}” was shortened by a spreadsheet, and the number behind it is lost.",
        "Format the column as text and export again; do not save the CSV from a spreadsheet.",
    ),
    "primary-key": Entry(
        "error",
        "The lines {value} are about the same user and say different things.",
        "Keep the right line; this user stays as it was until then.",
    ),
    "duplicate-row": Entry(
        "warning", "The line repeats line {value}.", "Remove one of the two lines."
    ),
    "constraint-error": Entry(
        "error",
        "“{column}” is empty, and a new user cannot do without it.",
        "Fill it in, or give the mapping a default for it.",
    ),
    "value-kept": Entry(
        "warning",
        "“{column}” is empty; the user keeps “{value}”.",
        "Fill it in.",
    ),
    "type-error": Entry("error", "“{value}” is not {kind}.", "{remedy}"),
    "date-order": Entry(
        "error",
        "“{value}” is no date in the order {order}: there is no month {month}.",
        "Write dates as {order}, or state another order in the mapping.",
    ),
    "date-year": Entry(
        "error", "“{value}” has a year of two digits.", "Write the year with four digits."
    ),
    "date-serial": Entry(
        "error",
        "“{value}” is how a spreadsheet counts days, not a date.",
        "Format the column as a date, {order}, and export again.",
    ),
    "date-period": Entry(
        "error",
        "The contract ends on {value}, before it starts on {start}.",
        "Correct one of the two dates.",
    ),
    "status-conflict": Entry(
        "error",
        "The status contradicts the dates: {told}.",
        "Correct the status or the dates.",
    ),
    "unknown-value": Entry(
        "warning",
        "“{value}” is not among the known values of “{column}”; the user keeps the previous one.",
        "{remedy}",
    ),
    "unknown-value-create": Entry(
        "error",
        "“{value}” is not among the known values of “{column}”, and a new user needs one.",
        "{remedy}",
    ),
    # values that somebody edited in the directory
    "edit-overwritten": Entry(
        "warning",
        "“{column}” was edited here to {edited}; the file overwrites it with {told}.",
        "Correct it in the payroll software, or let the local value win in the mapping.",
    ),
    "local-kept": Entry(
        "info",
        "“{column}” was edited here to {edited}, which stays; the file says {told}.",
        "There is nothing to do if the edit is right; otherwise edit it again.",
    ),
    # who somebody is
    "identity-changed": Entry(
        "error",
        "The row would make somebody else of this user: {columns} change at once.",
        "Check whether the row got the wrong number; a new person needs a new one. If all of it is"
        " right, switch off swapped-identity in the mapping for one file.",
    ),
    "lost-zeros": Entry(
        "warning",
        "The new user has the number of {value}, but for leading zeros.",
        "Format the column as text and export again, or set pad_to in the mapping.",
    ),
    "renumbered": Entry(
        "warning",
        "The new user seems to be {value}, who leaves or is missing from the file.",
        "If it is the same person, keep one number for them.",
    ),
    "homonym": Entry(
        "info",
        "The new user has the same name as {value}.",
        "There is nothing to do if these are different people.",
    ),
    "backdated": Entry(
        "info",
        "“{column}” is {value}, more than a month before the last file; it counts from then on.",
        "Check the date if this is a surprise.",
    ),
    # managers: the rest of the row is applied
    "manager-not-found": Entry(
        "warning",
        "The manager “{value}” is not in the directory; the previous manager is kept.",
        "Give the manager's number, mail or login. The link is made as soon as they appear.",
    ),
    "manager-ambiguous": Entry(
        "warning",
        "Several users answer to “{value}”; the previous manager is kept.",
        "Give the manager's number, mail or login instead.",
    ),
    "manager-cycle": Entry(
        "warning",
        "These users would manage one another: {path}; the previous manager is kept.",
        "Correct one of the managers; a user without a manager names themselves.",
    ),
    "manager-leaver": Entry(
        "warning",
        "{value} leaves or has left, and manages {orphans}.",
        "Give these users another manager.",
    ),
    # presence
    "absent": Entry(
        "info",
        "The user is missing from this file, and was last present on {value}.",
        "If the user is missing again in a file of another day, the contract ends on that date.",
    ),
    "missing-user": Entry(
        "info",
        "The user is missing from this file, and was last present on {value}.",
        "Nobody leaves by absence in this folder: give the user an end of contract if they left.",
    ),
    "leavers-held": Entry(
        "warning",
        "Users who would leave, or are missing, stay as they are until somebody decides: {value}.",
        "Approve or reject the import {waiting}; the rest of the file is applied.",
    ),
    "absence-off": Entry(
        "warning",
        "Line {line} cannot be attributed to a user, so nobody is counted as missing.",
        "Correct that line.",
    ),
    # approving and undoing
    "changed-since": Entry(
        "warning",
        "“{column}” was changed since and is left as it is.",
        "Correct it by hand, or send a new file.",
    ),
    "still-managing": Entry(
        "warning",
        "The user was created by the undone import and is kept: {value} now names it as manager.",
        "Give these users another manager, then end this one with a new file.",
    ),
    "undo-cycle": Entry(
        "warning",
        "The previous manager is not restored: these users would manage one another: {path}.",
        "Send a new file that names the right managers.",
    ),
}


#: for texts with a place for words that are not always given
_WORDS = {"remedy": Text("Correct the cell.")}


def make_finding(
    code: str,
    *,
    line: int | None = None,
    index: int | None = None,
    column: str | None = None,
    key: str | None = None,
    value: str | None = None,
    **words: Any,
) -> Finding:
    """A finding with its texts from the catalogue; `index` is the column's place in the file."""
    entry = CATALOGUE[code]
    if value is not None and len(value) > LONGEST_VALUE:
        value = value[: LONGEST_VALUE - 1] + "…"
    names = {"line": line, "column": column, "value": value, **_WORDS, **words}
    return Finding(
        line=line,
        cell=None if index is None or line is None else address(index, line),
        column=column,
        key=key,
        code=code,
        severity=entry.severity,
        value=value,
        message=Text(entry.message, **names),
        hint=Text(entry.hint, **names),
    )


def address(index: int, line: int) -> str:
    """The cell in column `index` (from 0) of `line` as a spreadsheet names it: D412."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{line}"
