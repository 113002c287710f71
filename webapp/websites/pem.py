"""Client certificates and keys as people paste them. Pure."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def certificate_pem(text: str) -> str:
    """The text if it holds certificates in PEM; `ValueError` with a sentence when it does not."""
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ValueError(
            "Paste a certificate in PEM, from -----BEGIN CERTIFICATE----- on."
        ) from error
    return text


def key_pem(text: str) -> str:
    """The text if it is a private key in PEM without a password; else `ValueError`."""
    try:
        load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("Paste a private key in PEM that needs no password.") from error
    return text
