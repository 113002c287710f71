"""What the benchmarks check: nginx on many loopback addresses, plain and with full handshakes."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.product import free_port, wait_for

HOSTS = tuple(f"127.0.1.{number}" for number in range(1, 101))
CONFIGURATION = """
daemon off; master_process off; worker_rlimit_nofile 20000;
pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 10000; }}
http {{
  access_log off; keepalive_timeout 0; default_type text/plain;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  ssl_session_tickets off; ssl_session_cache off;
  {servers}
}}
"""
SERVER = """server {{
    listen {host}:{port} backlog=4096; listen {host}:{tls_port} ssl backlog=4096;
    ssl_certificate {folder}/{host}.pem; ssl_certificate_key {folder}/{host}.pem;
    location / {{ return 200 "ok\\n"; }}
  }}
"""


@dataclass(frozen=True)
class Sites:
    """A running nginx: its ports on every one of `HOSTS`, and who signed its certificate."""

    pid: int
    port: int
    tls_port: int
    ca_file: Path

    def url(self, number: int, *, tls: bool = False) -> str:
        """The URL of site `number`; the hosts take turns."""
        scheme, port = ("https", self.tls_port) if tls else ("http", self.port)
        return f"{scheme}://{HOSTS[number % len(HOSTS)]}:{port}/{number}"


@contextmanager
def nginx() -> Iterator[Sites | None]:
    """The sites, or None, said aloud, where nginx is not installed."""
    binary = shutil.which("nginx")
    if binary is None:
        print("  skipped: nginx is not installed (apt-get install nginx)")
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="wkn-"))
    port, tls_port = free_port(), free_port()
    ca_file = issue_certificates(folder)
    servers = "  ".join(
        SERVER.format(host=host, port=port, tls_port=tls_port, folder=folder) for host in HOSTS
    )
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, servers=servers))
    line = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(line, stderr=subprocess.DEVNULL)
    try:
        wait_for((folder / "nginx.pid").exists, 10)
        yield Sites(process.pid, port, tls_port, ca_file)
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def issue_certificates(folder: Path) -> Path:
    """Write one certificate (P-256) for each of `HOSTS` into `folder`; the file of who signed."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark authority")])
    for host in HOSTS:
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        site = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        leaf = _builder(site, authority, key.public_key()).add_extension(names, critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{host}.pem").write_bytes(_signed(leaf, ca_key) + private)
    own = _builder(authority, authority, ca_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    ca_file = folder / "authority.pem"
    ca_file.write_bytes(_signed(own, ca_key))
    return ca_file


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
