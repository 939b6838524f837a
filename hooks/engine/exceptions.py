"""What the engine may raise at its callers.

    EngineError
    ├── MappingInvalid      a mapping file cannot be used as it stands
    ├── ImportNotFound      no import has this id
    ├── UserNotFound        no user has this key
    ├── EditRefused         a user cannot be edited like this
    ├── IllegalState        the import is not in a state that allows this step
    ├── PlanChanged         an approval met another plan than the one that was held
    ├── UndoHeld            undoing an import has to be confirmed
    ├── OutOfOrder          a delta is approved while a file that it builds on is held
    ├── DirectoryBusy       another process kept the directory for too long
    └── FileRejected        the file as a whole cannot be read; never leaves an import

Each carries words for people: `str(error)` says what is wrong, `error.hint` how to mend it, and
`error.code` stays the same from release to release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .finding import Finding
    from .request import ImportResult


class EngineError(Exception):
    """The base of all errors that the engine raises on purpose."""

    code = "engine-error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.hint = hint

    def __str__(self) -> str:
        return str(self.args[0])


class MappingInvalid(EngineError):
    """A mapping file is missing, is no TOML, or says something that mappings cannot say."""

    code = "mapping-invalid"


class ImportNotFound(EngineError):
    """The directory knows no import of this id."""

    code = "import-not-found"


class UserNotFound(EngineError):
    """The directory knows no user of this key."""

    code = "user-not-found"


class EditRefused(EngineError):
    """A value that was to be set by hand is none that its column can have."""

    code = "edit-refused"


class IllegalState(EngineError):
    """The import's state does not allow the step that was asked for."""

    code = "illegal-state"


class DirectoryBusy(EngineError):
    """Another process has been writing to this directory for longer than we wait."""

    code = "directory-busy"


class PlanChanged(EngineError):
    """The held plan is no longer what the file would change, so nothing was approved.

    The import stays held with the new plan, which `result` carries.
    """

    code = "plan-changed"

    def __init__(self, message: str, hint: str, result: ImportResult) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, result)
        self.result = result


class UndoHeld(EngineError):
    """Undoing an import would change so much that somebody has to confirm it: nothing was written.

    `result` tells what it would change, in `undo` of its report.
    """

    code = "undo-held"

    def __init__(self, message: str, hint: str, result: ImportResult) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, result)
        self.result = result


class OutOfOrder(EngineError):
    """A delta cannot be approved while a file that it builds on is held."""

    code = "out-of-order"


class FileRejected(EngineError):
    """The file as a whole cannot be read; `findings` say why."""

    code = "file-rejected"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings[0].message, findings[0].hint)
        self.args = (findings,)
        self.findings = findings

    def __str__(self) -> str:
        return self.findings[0].message
