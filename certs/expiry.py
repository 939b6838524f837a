"""When a certificate has to be thought of."""

from __future__ import annotations

from datetime import datetime, timedelta

from .tls import Certificate

#: ACME clients renew 30 days before the end: by then they have failed for more than a week
WARNING_TIME = timedelta(days=21)


def expiry_warning(certificate: Certificate, now: datetime) -> str | None:
    """What is to be said of the end of a certificate; None while it is far off."""
    left = certificate.not_after - now
    day = f"{certificate.not_after:%Y-%m-%d}"
    if left <= timedelta(0):
        return f"the certificate {certificate.chain} expired on {day}"
    if left < WARNING_TIME:
        return f"the certificate {certificate.chain} expires on {day}, in {left.days} days"
    return None
