"""Passwords: kept by argon2id, the same in both protocols, and no faster to guess at."""

from __future__ import annotations

import re
import time

import argon2
import pytest

from wharfinger.server.accounts.credential import (
    generate_password,
    hash_password,
    normalize_credential,
    verify_password,
)

PASSWORD = "correct horse battery staple"


def test_the_hash_is_argon2id_at_least_as_dear_as_owasp_asks() -> None:
    """19 MiB, two passes, one lane, and a salt of its own each time."""
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    parameters = argon2.extract_parameters(first)
    assert parameters.type is argon2.Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert parameters.salt_len >= 16
    assert first != second
    assert PASSWORD not in first


def test_a_hash_made_with_other_parameters_still_opens() -> None:
    """Those of an older version, or dearer ones, stay good."""
    old = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=2).hash(PASSWORD)
    assert verify_password(old, PASSWORD)
    assert not verify_password(old, PASSWORD + "x")


def test_only_the_password_opens() -> None:
    """Not a wrong one, none, or one against an account that has none."""
    known = hash_password(PASSWORD)
    assert verify_password(known, PASSWORD)
    for wrong in ("", "x", PASSWORD.upper(), PASSWORD + " ", "\0", "x" * 100_000):
        assert not verify_password(known, wrong)
    assert not verify_password(None, PASSWORD)
    assert not verify_password(None, "")


def test_a_password_is_the_same_however_it_was_typed() -> None:
    """Composed and decomposed accents, and full-width letters (RFC 4013)."""
    known = hash_password("été")
    assert verify_password(known, "e\u0301te\u0301")
    assert verify_password(hash_password("acme"), "ａｃｍｅ")


@pytest.mark.parametrize("password", ["", "a\0b", "a\nb", "\x1b[0m", "x" * 1025])
def test_what_cannot_be_a_password_is_refused(password: str) -> None:
    """Rather than kept in a form that nobody could type."""
    with pytest.raises(ValueError, match="cannot be empty, too long or hold control characters"):
        hash_password(password)


def test_over_long_credentials_cost_no_hash() -> None:
    """A megabyte of password is no password at all."""
    assert normalize_credential("x" * 1024) == "x" * 1024
    assert normalize_credential("x" * 1025) is None


def test_a_check_against_nobody_takes_the_time_of_a_real_one() -> None:
    """The fastest of several of each differ by less than a factor of two."""
    known = hash_password(PASSWORD)
    assert 0.5 < fastest(None) / fastest(known) < 2


def fastest(known: str | None) -> float:
    """Seconds of the fastest of several checks of a wrong password."""
    took = []
    for _ in range(5):
        began = time.thread_time()
        assert not verify_password(known, "wrong password")
        took.append(time.thread_time() - began)
    return min(took)


def test_made_passwords_are_strong_and_can_be_read_out() -> None:
    """25 characters of 32 kinds without i, l, o and u: 125 bits; no two are the same."""
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){4}", password)
        assert normalize_credential(password) == password
