"""Passwords: how they are normalised, kept and compared.

A password that is typed in one protocol must be the same in the other, so both pass through
SASLprep (RFC 4013) here. The hash is argon2id with the parameters that OWASP names as a floor:
19 MiB, two passes, one lane; about 30 ms on one core.
"""

from __future__ import annotations

import functools
import secrets

import argon2
from asyncssh.saslprep import SASLPrepError, saslprep

_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: 32 letters and digits that nobody takes for another (Crockford's base 32)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
#: longer passwords would only serve to keep the hash busy
_LONGEST = 1024


def normalize_credential(text: str) -> str | None:
    """A login or password in its SASLprep form, None where it has none."""
    if len(text) > _LONGEST:
        return None
    try:
        return saslprep(text)
    except SASLPrepError:
        return None


def hash_password(password: str) -> str:
    """The argon2id hash of a password, in PHC format. Raises ValueError for one that cannot be."""
    normal = normalize_credential(password)
    if not normal:
        raise ValueError("a password cannot be empty, too long or hold control characters")
    return _HASHER.hash(normal)


@functools.cache
def _nobody() -> str:
    """What an unknown login is compared with, so that it takes the time of a known one."""
    return _HASHER.hash(secrets.token_hex(16))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. It takes the same time where there is no hash."""
    normal = normalize_credential(password)
    try:
        _HASHER.verify(password_hash or _nobody(), normal or "")
    except argon2.exceptions.VerificationError:
        return False
    return bool(password_hash and normal)


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than are used today."""
    return _HASHER.check_needs_rehash(password_hash)


def generate_password() -> str:
    """A new password: 25 characters of 5 bits each, in groups that people can read out."""
    letters = [secrets.choice(_ALPHABET) for _ in range(25)]
    return "-".join("".join(letters[i : i + 5]) for i in range(0, 25, 5))
