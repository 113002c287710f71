"""Websites on loopback that behave well, badly, slowly and without end."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MEGABYTE = b"x" * 1024 * 1024


class Site(BaseHTTPRequestHandler):
    """Answers by path: /slow, /stalls, /loop, /hop, /status/<n>, /to?<url>, /huge, else ok."""

    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        try:
            self._answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self) -> None:
        path, _, rest = self.path.partition("?")
        if path == "/slow":
            self.server.release.wait(10)  # type: ignore[attr-defined]
        if path == "/stalls":
            self._head(200, length=10)
            self.wfile.flush()
            self.server.release.wait(10)  # type: ignore[attr-defined]
        elif path == "/huge":
            self._head(200, length=50 * len(MEGABYTE))
            for _ in range(50):
                self.wfile.write(MEGABYTE)
        elif path in ("/loop", "/hop", "/to"):
            self._head(302, location={"/loop": "/loop", "/hop": "/", "/to": rest}[path])
        elif path.startswith("/status/"):
            self._head(int(path.removeprefix("/status/")))
        else:
            self._head(200, length=2)
            self.wfile.write(b"ok")

    def _head(self, status: int, *, length: int = 0, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


class Server(ThreadingHTTPServer):
    """A site's server, which notes the paths it was asked for."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Site)
        self.seen: list[str] = []
        self.release = threading.Event()
        self.scheme = "http"

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    def handle_error(self, *_arguments: Any) -> None:
        """A client that hangs up, or refuses the certificate, is part of the tests."""


@contextmanager
def serve(certificate: Path | None = None) -> Iterator[Server]:
    """A site, with TLS where there is a certificate."""
    server = Server()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class Authority:
    """A certificate authority of one test run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        own = self._builder(self.name, self.key, 30).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._pem(own.sign(self.key, hashes.SHA256())))

    def issue(self, name: str, days: int = 30) -> Path:
        """A file with a certificate for `name`, expired when `days` is negative, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        certificate = (
            self._builder(subject, key, days)
            .add_extension(names, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = self.folder / f"{name}{days}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(self._pem(certificate) + private)
        return path

    def _builder(self, subject: x509.Name, key: Any, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
        )

    def _pem(self, certificate: x509.Certificate) -> bytes:
        return certificate.public_bytes(serialization.Encoding.PEM)


def wait_until(ready: Any, seconds: float = 10) -> None:
    """Wait for `ready()`, and fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
