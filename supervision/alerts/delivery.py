"""A message on its way out: by mail or to a webhook that takes what Slack takes. Nothing is written here."""

import http.client
import json
import ssl
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext

TIMEOUT_SECONDS = 5.0
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_READ = 1_000


class NotDelivered(Exception):
    """The receiver did not take it; the text says why and holds no secret."""


def find_address_fault(kind: str, address: str) -> str:
    """Why nothing may be sent there; empty where it may."""
    if kind == "email":
        name, at, domain = address.rpartition("@")
        fine = bool(at and name and "." in domain) and not any(c.isspace() or c in ",;<>\x00" for c in address)
        return "" if fine else gettext("Write one e-mail address, for example desk@clinic.example.")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return gettext("This is no web address.")
    if any(c.isspace() or ord(c) < 33 or ord(c) > 126 for c in address) or not host:
        return gettext("Write the whole address, for example https://hooks.example/services/…")
    if parts.username or parts.password:
        return gettext("An address with a name or a password in it cannot be used.")
    local = host in HERE and not settings.PRODUCTION
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        return gettext("Only https:// is sent to.")
    return ""


def send_message(*, kind: str, address: str, subject: str, text: str, key: str) -> None:
    """Send it once; raises NotDelivered. A redirect is not followed: it would lead where nobody looked."""
    fault = find_address_fault(kind, address)
    if fault:
        raise NotDelivered(fault)
    if kind == "email":
        _mail(address, subject=subject, text=text, key=key)
    else:
        _post(urlsplit(address), text=text, key=key)


def _mail(address: str, *, subject: str, text: str, key: str) -> None:
    if not settings.EMAIL_HOST:
        raise NotDelivered("No mail server is set (HANDRAIL_SMTP_HOST).")
    headers = {"Message-ID": f"<{key}@handrail>", "X-Handrail-Key": key}
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [address], headers=headers).send()
    except (OSError, ssl.SSLError) as error:  # smtplib's own errors are OSErrors
        raise NotDelivered(f"The mail server did not take it ({type(error).__name__}).") from None


def _post(parts: SplitResult, *, text: str, key: str) -> None:
    secure = parts.scheme == "https"
    make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = make(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "Handrail"}
    try:
        line.request("POST", path, json.dumps({"text": text}).encode(), headers)
        answer = line.getresponse()
        answer.read(_READ)
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"The receiver could not be reached ({type(error).__name__}).") from None
    finally:
        line.close()
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"The receiver answered {answer.status}.")
