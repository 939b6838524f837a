"""Renewing a certificate that vouches for itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from authority import Authority, write
from wharfinger.certs import (
    RotationRefused,
    create_certificate,
    load_certificate,
    renew_certificate,
)

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def test_the_new_one_has_the_names_of_the_old_one_which_is_kept(tmp_path: Path) -> None:
    """And the name under which clients reach the server, if that was missing."""
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    old = create_certificate(chain, key, ["a.example", "localhost"])
    new = renew_certificate(chain, key, "b.example", NOW)
    assert new.names == ("b.example", "a.example", "localhost")
    assert new.key_pin != old.key_pin
    kept = load_certificate(
        tmp_path / "tls.crt.retired-20261125T123000", tmp_path / "tls.key.retired-20261125T123000"
    )
    assert kept.fingerprint == old.fingerprint
    assert len(list(tmp_path.iterdir())) == 4


def test_a_certificate_of_an_authority_is_not_replaced(tmp_path: Path) -> None:
    """Whoever trusts the authority would not trust a self-signed one."""
    authority = Authority("root")
    chain, key = write(tmp_path, (authority.issue("a.example"), authority), None)
    before = chain.read_bytes()
    with pytest.raises(RotationRefused, match=r"is CN=root's to renew"):
        renew_certificate(chain, key, None, NOW)
    assert chain.read_bytes() == before
