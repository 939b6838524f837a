"""What can go wrong in the server's rooms, in words for the person who can mend it.

WharfingerError
├── SettingsInvalid     wharfinger.toml, an environment variable or an option makes no sense
├── HomeMissing         there is no home where one is looked for
├── HomeBusy            another server runs on this home
├── ListenerFailed      a port cannot be had
├── InputInvalid        a name, path, key or network that cannot be
├── NameTaken           a name or login that is in use
├── NotFound            a client, account, folder, … that is not there
├── Unsuccessful        what was asked for was done, and came to a refusal
└── TimedOut            what was waited for did not come in time

What a *remote* sender hears is another thing: server/vfs/refusal.py.
"""

from __future__ import annotations


class WharfingerError(Exception):
    """Something was refused or failed; `hint` is the next step, `code` is for machines."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class SettingsInvalid(WharfingerError):
    """wharfinger.toml, an environment variable or an option makes no sense."""

    code = "settings-invalid"


class HomeMissing(WharfingerError):
    """There is no home where one is looked for."""

    code = "home-missing"


class HomeBusy(WharfingerError):
    """Another server runs on this home."""

    code = "home-busy"


class ListenerFailed(WharfingerError):
    """A port cannot be had."""

    code = "listener-failed"


class InputInvalid(WharfingerError):
    """A name, path, key or network that cannot be."""

    code = "input-invalid"


class NameTaken(WharfingerError):
    """A name or login that is in use."""

    code = "name-taken"


class NotFound(WharfingerError):
    """A client, account, folder, upload or import that is not there."""

    code = "not-found"


class Unsuccessful(WharfingerError):
    """What was asked for was done, and came to a refusal."""

    code = "unsuccessful"


class TimedOut(WharfingerError):
    """What was waited for did not come in time."""

    code = "timed-out"
