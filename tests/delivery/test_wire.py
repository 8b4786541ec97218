"""The wire: what certainly did not arrive, what is open, and that nothing waits for ever."""

import contextlib
import datetime
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newsletter.delivery.wire import Line, NotSent, Unanswered, _unreachable

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server that does to each connection what it is told."""
    with contextlib.ExitStack() as stack:

        def start(answer: Callable[[socket.socket], None]) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def run() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        with connection, contextlib.suppress(OSError):
                            answer(connection)

            threading.Thread(target=run, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start


def post(line: Line, body: bytes = b"{}") -> int:
    return line.exchange("POST", "/v3/mail/send", body, {}).code


def request(connection: socket.socket) -> bool:
    """Read one request of post(), however many pieces it comes in."""
    read = b""
    while not read.endswith(b"\r\n\r\n{}"):
        if not (more := connection.recv(65536)):
            return False
        read += more
    return True


def answered(connection: socket.socket) -> None:
    while request(connection):
        connection.sendall(ANSWER)


def test_the_connection_is_kept(serve: Serve) -> None:
    connections = []

    def count(connection: socket.socket) -> None:
        connections.append(connection)
        answered(connection)

    line = Line(serve(count), 5)
    assert [post(line), post(line)] == [202, 202]
    assert len(connections) == 1


def test_an_idle_connection_is_not_trusted(serve: Serve) -> None:
    line = Line(serve(answered), 5)
    line.connect()
    first = line.connection
    line.used_at -= 6
    line.connect()
    assert line.connection is not first


def test_a_connection_that_the_host_closed_is_not_used_again(serve: Serve) -> None:
    def once(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(ANSWER)

    line = Line(serve(once), 5)
    assert post(line) == 202
    kept = line.connection
    assert kept is not None
    assert select.select([kept.sock], [], [], 60)[0], "the host closes it"
    assert post(line) == 202
    assert line.connection is not kept


def test_a_slow_drip_of_an_answer_ends_at_the_deadline(serve: Serve) -> None:
    def drip(connection: socket.socket) -> None:
        request(connection)
        for sign in ANSWER * 10:
            connection.sendall(bytes([sign]))
            time.sleep(0.1)

    began = time.monotonic()
    with pytest.raises(Unanswered):
        post(Line(serve(drip), 0.5))
    assert time.monotonic() - began < 20


def test_who_breaks_off_while_it_is_sent_did_not_get_it(serve: Serve) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(10)
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    with pytest.raises(NotSent, match="broke off before the request was whole"):
        post(Line(serve(hang_up), 5), b"x" * 30_000_000)


def test_an_answer_before_the_end_of_the_request_is_heard(serve: Serve) -> None:
    def too_large(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(
            b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        connection.shutdown(socket.SHUT_RD)
        time.sleep(0.5)

    with contextlib.suppress(NotSent):  # some systems reset before we can read it
        assert post(Line(serve(too_large), 5), b"x" * 30_000_000) == 413


def test_time_must_have_been_told() -> None:
    with pytest.raises(NotSent, match="has not told its time"):
        Line("http://127.0.0.1:9", 1).now()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "unknown"), "is not found"),
        (ssl.SSLError(1, "bad certificate"), "does not prove who it is"),
        (ConnectionRefusedError(), "nobody answers at here"),
        (TimeoutError(), "cannot be reached (TimeoutError)"),
    ],
)
def test_why_a_host_cannot_be_reached(error: OSError, words: str) -> None:
    assert words in _unreachable("here", error)


def test_a_host_that_cannot_prove_itself_gets_nothing(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with contextlib.suppress(OSError):
                context.wrap_socket(connection, server_side=True)

        threading.Thread(target=greet, daemon=True).start()
        line = Line(f"https://127.0.0.1:{listener.getsockname()[1]}", 5)
        with pytest.raises(NotSent, match="does not prove who it is"):
            post(line)


def _self_signed(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "host.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
