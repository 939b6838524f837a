"""When the end of a certificate is spoken of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from wharfinger.certs import expiry_warning, load_certificate


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=21), None),
        (timedelta(days=21, seconds=-1), "in 20 days"),
        (timedelta(hours=1), "in 0 days"),
        (timedelta(0), "expired on"),
    ],
)
def test_the_end_is_spoken_of_from_three_weeks_before(
    keys: Path, left: timedelta, said: str | None
) -> None:
    """With the file, the day, and what is left."""
    certificate = load_certificate(keys / "tls.crt", keys / "tls.key")
    warning = expiry_warning(certificate, certificate.not_after - left)
    if said is None:
        assert warning is None
    else:
        assert warning is not None
        assert said in warning
        assert f"{certificate.not_after:%Y-%m-%d}" in warning
        assert str(keys / "tls.crt") in warning
