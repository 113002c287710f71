"""Servers on loopback beside websites: one that echoes, a proxy, name servers, a bare port."""

import base64
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class Echo(BaseHTTPRequestHandler):
    """Tells what it was asked, as JSON: /status/<n> with that status, /to?<url> leads on."""

    def _answer(self) -> None:
        path, _, rest = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = {"method": self.command, "path": path, "headers": dict(self.headers)}
        asked |= {"body": body.decode(), "items": [{"state": "ok", "n": 3}]}
        self.server.asked.append(asked)  # type: ignore[attr-defined]
        status = int(path.rsplit("/", 1)[1]) if path.startswith("/status/") else 200
        answer = json.dumps(asked).encode()
        self.send_response(302 if path == "/to" else status)
        if path == "/to":
            self.send_header("Location", rest)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Set-Cookie", "session=very-secret-session")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def do_CONNECT(self) -> None:
        """As a proxy: lead on to the place that is named, for those who know the password."""
        given = self.headers.get("Proxy-Authorization", "")
        wanted = self.server.proxy_password  # type: ignore[attr-defined]
        self.server.asked.append({"method": "CONNECT", "path": self.path})  # type: ignore[attr-defined]
        if wanted and given != "Basic " + base64.b64encode(wanted.encode()).decode():
            self.send_error(407)
            return
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as onward:
            self.send_response(200)
            self.end_headers()
            _join(self.connection, onward)

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


def _join(one: socket.socket, other: socket.socket) -> None:
    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    back = threading.Thread(target=pump, args=(other, one))
    back.start()
    pump(one, other)
    back.join(5)


class Peer(ThreadingHTTPServer):
    """A server that notes what it was asked."""

    daemon_threads = True

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Echo)
        self.asked: list[dict[str, Any]] = []
        self.proxy_password = ""
        self.scheme = "http"

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    def handle_error(self, *_arguments: Any) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def echo(
    certificate: Path | None = None, *, clients: Path | None = None, host: str = "127.0.0.1"
) -> Iterator[Peer]:
    """An echo, with TLS where there is a certificate; `clients` signs who may come in."""
    server = Peer(host)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def name_server(records: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    """A name server over UDP; its address with port. A name `silent.` is never answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_answer_names, args=(udp, records))
        thread.start()
        port = udp.getsockname()[1]
        try:
            yield f"127.0.0.1:{port}"
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bye:
                bye.sendto(b"", ("127.0.0.1", port))
            thread.join(5)


def _answer_names(udp: socket.socket, records: dict[tuple[str, str], list[str]]) -> None:
    while True:
        packet, sender = udp.recvfrom(4096)
        if not packet:
            return
        query = dns.message.from_wire(packet)
        question = query.question[0]
        name, kind = str(question.name), dns.rdatatype.to_text(question.rdtype)
        if name == "silent.":
            continue
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if not any(known == name for known, _ in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        for text in records.get((name, kind), []):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, text))
        udp.sendto(answer.to_wire(), sender)


@contextmanager
def raw(answer: bytes) -> Iterator[str]:
    """Something that sends exactly these bytes to whoever comes; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_send_raw, args=(server, answer))
        thread.start()
        port = server.getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            with socket.create_connection(("127.0.0.1", port)) as bye:
                bye.sendall(b"bye")
            thread.join(5)


def _send_raw(server: socket.socket, answer: bytes) -> None:
    while True:
        client, _ = server.accept()
        with client:
            if client.recv(4096) == b"bye":
                return
            client.sendall(answer)
