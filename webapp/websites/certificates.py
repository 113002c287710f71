"""What a website's certificate says, and whether it ends soon. Pure."""

from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

NAMES_KEPT = 20
LOOK_AGAIN = timedelta(hours=1)
UNSPECIFIED = 1  # what libcurl sets for a certificate of another name
PROBLEMS = {
    9: "not valid yet",
    10: "expired",
    18: "self-signed",
    19: "signed by an unknown authority",
    20: "signed by an unknown authority",
    21: "sent without the certificates that link it to an authority",
}


def described(chain: list[str], problem: str | None, now: datetime) -> dict[str, Any] | None:
    """The first of the certificates (PEM), with what is wrong with the chain; None if unreadable.

    Its length is the number of certificates that the website sent.
    """
    try:
        leaf = x509.load_pem_x509_certificate(chain[0].encode())
        return {
            "subject": _name(leaf.subject),
            "issuer": _name(leaf.issuer),
            "names": _names(leaf),
            "starts_at": leaf.not_valid_before_utc.isoformat(),
            "expires_at": leaf.not_valid_after_utc.isoformat(),
            "fingerprint": leaf.fingerprint(hashes.SHA256()).hex(),
            "chain_length": len(chain),
            "problem": problem,
            "seen_at": now.isoformat(),
        }
    except (ValueError, IndexError):
        return None


def problem_named(code: int) -> str | None:
    """What OpenSSL's verification result (its X509_V_ERR codes) means, None for 0."""
    if code in (0, UNSPECIFIED):
        return None
    return PROBLEMS.get(code, f"not valid (OpenSSL's code {code})")


def is_due(known: dict[str, Any] | None, now: datetime) -> bool:
    """Whether to read the certificate again: it costs an eighth of a check, so once an hour."""
    if not known:
        return True
    return now - datetime.fromisoformat(known["seen_at"]) >= LOOK_AGAIN


def expires_at(certificate: dict[str, Any]) -> datetime:
    """When it ends."""
    return datetime.fromisoformat(certificate["expires_at"])


def warning(certificate: dict[str, Any] | None, days: int, now: datetime) -> str | None:
    """A sentence when the certificate ends within `days`; none when `days` is 0."""
    if not certificate or not days:
        return None
    left = expires_at(certificate) - now
    if left <= timedelta():
        return "The certificate has expired."
    if left < timedelta(days=days):
        return f"The certificate ends in {_length(left)}."
    return None


def _length(left: timedelta) -> str:
    number, unit = (left.days, "day") if left.days else (left.seconds // 3600, "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _name(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return _clean(str(found[0].value))
    return _clean(name.rfc4514_string())


def _clean(text: str) -> str:
    """Not long, and without the zero that PostgreSQL refuses."""
    return text.replace("\x00", "\ufffd")[:255]


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    names = found.get_values_for_type(x509.DNSName)
    names += [str(address) for address in found.get_values_for_type(x509.IPAddress)]
    return [_clean(name) for name in names[:NAMES_KEPT]]
