# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections against a server that plays scripted bytes."""

from __future__ import annotations

import base64
import socket
import ssl
import threading

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.certificates import (
    USUAL,
    Trust,
    make_context,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport import dialer as dialer_module
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import (
    TransportError,
    describe_failure,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import Endpoint, parse_target
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SHUT = object()
HANG = object()


class Server:
    """Plays one script for each connection: for each request the bytes to answer with; SHUT closes, HANG waits."""

    def __init__(self, *scripts, tls=None):
        self.requests = []
        self._scripts = list(scripts)
        self._tls = tls
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.closed = [threading.Event() for _script in scripts]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def url(self, path="/x", scheme=None, host="127.0.0.1"):
        return parse_target(
            "{0}://{1}:{2}{3}".format(scheme or ("https" if self._tls else "http"), host, self.port, path)
        )

    def close(self):
        self._stop.set()
        # Closing alone would not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _run(self):
        for number, script in enumerate(self._scripts):
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            connection.settimeout(5)
            try:
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                self._play(number, connection, script)
            except OSError:
                pass
            finally:
                connection.close()
                self.closed[number].set()

    def _play(self, number, connection, script):
        reader = connection.makefile("rb")
        for answer in script:
            if answer is SHUT:
                break
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = reader.readline()
                if not line:
                    return
                head += line
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            early = isinstance(answer, tuple)
            body = b"" if early or not length else reader.read(int(length[0].split(b":")[1]))
            self.requests.append((number, head, body))
            if answer is HANG:
                self._stop.wait(5)
                return
            connection.sendall(answer[0] if early else answer)
            if early and answer[1:]:
                # Nothing more is read: the client meets a reset while it still sends.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                self._stop.wait(0.2)
                return
        reader.close()
        connection.close()


@pytest.fixture
def serve():
    servers = []

    def start(*scripts, **options):
        servers.append(Server(*scripts, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def transport():
    made = Transport(timeout=2.0, proxies={})
    yield made
    made.close()


def get(transport, server, method="GET", **kwargs):
    return transport.request(method, server.url(**kwargs), [])


def connections(server):
    return [number for number, _head, _body in server.requests]


# -- targets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("https://Reg.Example/v2/", None, "https://reg.example/v2/"),
        ("https://reg.example:443/v2/?a=b", None, "https://reg.example/v2/?a=b"),
        ("http://reg.example:443/", None, "http://reg.example:443/"),
        ("https://[::1]:5000/v2/", None, "https://[::1]:5000/v2/"),
        ("http://reg.example", None, "http://reg.example/"),
        ("/other?x", "https://reg.example:5000/v2/a", "https://reg.example:5000/other?x"),
        ("b", "https://reg.example:5000/v2/a", "https://reg.example:5000/v2/b"),
        ("//other.example/b", "https://reg.example/v2/a", "https://other.example/b"),
        ("http://other.example/b#frag", "https://reg.example/v2/a", "http://other.example/b"),
        ("?page=2", "https://reg.example/v2/a?page=1", "https://reg.example/v2/a?page=2"),
    ],
)
def test_reads_urls(url, base, expected):
    target = parse_target(url, base=parse_target(base) if base else None)
    assert "{0}://{1}{2}".format(target.endpoint.scheme, target.endpoint.authority, target.path) == expected


@pytest.mark.parametrize("url", ["ftp://x/", "https:///x", "https://[::1", "https://x:port/", "file:///etc/passwd", ""])
def test_refuses_urls_that_lead_nowhere(url):
    with pytest.raises(RegistryError, match="URL"):
        parse_target(url)


def test_a_target_shows_no_signature():
    assert str(parse_target("https://obs.example/b?Signature=secret")) == "https://obs.example/b"
    with pytest.raises(RegistryError) as caught:
        parse_target("ftp://obs.example/b?Signature=secret")
    assert "secret" not in str(caught.value)


def test_a_redirect_keeps_the_choice_not_to_verify():
    assert parse_target("https://b/", base=parse_target("https://a/", trust=Trust(False))).endpoint.trust == Trust(
        False
    )


# -- requests ------------------------------------------------------------------------------------------------------


def test_sends_exactly_one_request_and_reads_the_reply(serve, transport):
    server = serve([OK])
    reply = transport.request("GET", server.url("/v2/?a=b"), [("Accept", "x")])
    assert (reply.status, reply.body) == (200, b"ok")
    lines = ["Host: 127.0.0.1:{0}", "User-Agent: longshore.swr", "Accept-Encoding: identity", "Accept: x", "\r\n"]
    expected = "\r\n".join(["GET /v2/?a=b HTTP/1.1", *lines])
    assert server.requests == [(0, expected.format(server.port).encode(), b"")]


@pytest.mark.parametrize("size", [0, 10, 64 * 1024, 300 * 1024])
def test_sends_a_body_with_its_length(serve, transport, size):
    server = serve([OK])
    transport.request("PUT", server.url(), [], b"x" * size)
    _number, head, body = server.requests[0]
    assert "Content-Length: {0}".format(size).encode() in head
    assert body == b"x" * size


def test_keeps_a_connection_and_uses_it_again(serve, transport):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n"
    server = serve([OK, head, chunked, OK])
    assert get(transport, server).body == b"ok"
    assert get(transport, server, "HEAD").body == b""
    assert get(transport, server).body == b"ok"
    assert get(transport, server).body == b"ok"
    assert connections(server) == [0, 0, 0, 0]


def test_opens_another_connection_when_the_kept_one_was_closed(serve, transport):
    server = serve([OK, SHUT], [OK])
    get(transport, server)
    assert server.closed[0].wait(5)
    assert get(transport, server).body == b"ok"
    assert connections(server) == [0, 1]


def test_asks_again_when_the_kept_connection_dies_at_the_request(serve, transport):
    """The server reads the request and closes without a word, as one does whose keep-alive time is over."""
    server = serve([OK, b""], [OK])
    get(transport, server)
    assert get(transport, server).body == b"ok"
    assert connections(server) == [0, 0, 1]


def test_a_new_connection_that_dies_is_an_error(serve, transport):
    with pytest.raises(TransportError, match="no reply: the connection was closed") as caught:
        get(transport, serve([b""]))
    assert caught.value.retryable
    assert caught.value.where.endswith("/x")


def test_a_reply_is_read_after_another_request(serve, transport):
    first, second = serve([b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", OK]), serve([OK])
    sent = transport.send_ahead("POST", first.url("/up"), [("A", "b")])
    get(transport, second)
    assert transport.request("POST", first.url("/up"), [("A", "b")], sent=sent).status == 202
    assert [request[1].split(b" ", 2)[:2] for request in first.requests] == [[b"POST", b"/up"]]
    assert b"\r\nContent-Length: 0\r\n" in first.requests[0][1]
    assert get(transport, first).body == b"ok"
    assert connections(first) == [0, 0]


def test_asks_again_when_the_reply_to_a_request_ahead_never_comes(serve, transport):
    server = serve([b""], [OK])
    sent = transport.send_ahead("POST", server.url(), [])
    assert server.closed[0].wait(5)
    assert transport.request("POST", server.url(), [], sent=sent).body == b"ok"
    assert connections(server) == [0, 1]


def test_a_request_ahead_that_cannot_be_sent_is_left_to_the_ordinary_one(transport):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert transport.send_ahead("POST", parse_target("http://127.0.0.1:{0}/".format(port)), []) is None


def test_does_not_keep_a_connection_with_something_left_on_it(serve, transport):
    server = serve([OK], [OK])
    with transport.stream("GET", server.url(), []):
        pass
    get(transport, server)
    assert connections(server) == [0, 1]


@pytest.mark.parametrize("extra", [b"Connection: close\r\nContent-Length: 2\r\n", b""])
def test_does_not_keep_a_connection_that_the_server_ends(serve, transport, extra):
    server = serve([b"HTTP/1.1 200 OK\r\n" + extra + b"\r\nok"], [OK])
    assert get(transport, server).body == b"ok"
    assert get(transport, server).body == b"ok"
    assert connections(server) == [0, 1]


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70000 + b"\r\n\r\n",
    ],
    ids=["garbage", "truncated", "truncated-chunk", "giant-header"],
)
def test_a_broken_reply_is_a_transport_error_that_names_the_url(serve, transport, raw):
    server = serve([raw])
    with pytest.raises(TransportError) as caught:
        get(transport, server)
    assert str(server.port) in str(caught.value)
    assert caught.value.retryable


def test_a_silent_server_times_out(serve):
    transport = Transport(timeout=0.2, proxies={})
    with pytest.raises(TransportError, match="no answer within the timeout"):
        get(transport, serve([HANG]))


def test_a_silent_server_times_out_on_a_kept_connection_as_well(serve):
    transport = Transport(timeout=0.2, proxies={})
    server = serve([OK, HANG], [OK])
    get(transport, server)
    with pytest.raises(TransportError, match="timeout"):
        get(transport, server)


def test_a_header_cannot_smuggle_another(serve, transport):
    server = serve([OK])
    with pytest.raises(ValueError, match="line break"):
        transport.request("GET", server.url(), [("X", "a\r\nAuthorization: Basic x")])
    assert server.requests == []


def test_a_reply_beyond_the_limit_is_refused(serve, transport):
    stream = transport.stream("GET", serve([OK]).url(), [])
    with pytest.raises(RegistryError, match="larger than 1 bytes"):
        stream.read(1)


def test_a_stream_breaks_with_the_url_and_a_closed_one_may_be_closed_again(serve, transport):
    server = serve([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"])
    stream = transport.stream("GET", server.url(), [])
    with pytest.raises(TransportError, match="cut off") as caught:
        stream.read()
    assert caught.value.where == str(server.url())
    stream.close()


def test_nobody_listens(transport):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TransportError, match="cannot connect"):
        transport.request("GET", parse_target("http://127.0.0.1:{0}/".format(port)), [])


def test_a_connection_is_closed_when_it_comes_back_after_the_end(serve, transport):
    server = serve([OK])
    stream = transport.stream("GET", server.url(), [])
    transport.close()
    assert stream.read() == b"ok"
    assert server.closed[0].wait(5)


def test_closing_closes_idle_connections(serve, transport):
    server = serve([OK, OK])
    get(transport, server)
    transport.close()
    assert server.closed[0].wait(5)


# -- uploads -------------------------------------------------------------------------------------------------------


def test_uploads_block_by_block(serve, transport):
    server = serve([b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", OK])
    reply = transport.upload("PUT", server.url("/up"), [("A", "b")], 6, lambda send: [send(b"abc"), send(b"def")])
    assert reply.status == 201
    _number, head, body = server.requests[0]
    assert head.startswith(b"PUT /up HTTP/1.1\r\n")
    assert b"\r\nContent-Length: 6\r\n" in head
    assert body == b"abcdef"
    get(transport, server)
    assert connections(server) == [0, 0]


def test_an_early_refusal_during_an_upload_is_the_reply(serve, transport):
    refusal = b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"
    server = serve([(refusal, SHUT)])
    block = b"x" * (1 << 20)

    def write(send):
        for _count in range(64):
            send(block)

    try:
        reply = transport.upload("PUT", server.url(), [], 64 << 20, write)
    except TransportError:
        # The kernel may drop what arrived when the peer resets.
        return
    assert (reply.status, reply.body) == (413, b"no")


def test_an_upload_that_breaks_without_a_reply_is_a_transport_error(serve, transport):
    server = serve([(b"", SHUT)])
    block = b"x" * (1 << 20)
    with pytest.raises(TransportError, match=r"during the upload|no reply to the upload"):
        transport.upload("PUT", server.url(), [], 64 << 20, lambda send: [send(block) for _count in range(64)])


def test_an_upload_without_a_whole_reply_is_a_transport_error(serve, transport):
    server = serve([b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n"])
    with pytest.raises(TransportError, match="no reply to the upload"):
        transport.upload("PUT", server.url(), [], 1, lambda send: send(b"x"))


def test_a_source_that_fails_breaks_the_upload_off(serve, transport):
    server = serve([OK], [OK])

    def write(send):
        send(b"abc")
        raise RegistryError("the source is gone")

    with pytest.raises(RegistryError, match="source is gone"):
        transport.upload("PUT", server.url(), [], 6, write)
    assert server.closed[0].wait(5)
    assert server.requests == [] or len(server.requests[0][2]) < 6
    get(transport, server)


# -- proxies -------------------------------------------------------------------------------------------------------


def proxied(server, scheme="http", user=""):
    return Transport(timeout=2.0, proxies={scheme: "http://{0}127.0.0.1:{1}".format(user, server.port)})


def test_plain_requests_name_the_whole_url_to_a_proxy(serve):
    server = serve([OK])
    transport = proxied(server, user="us%40er:pa%3Ass@")
    transport.request("GET", parse_target("http://reg.example:5000/v2/?a"), [("A", "b")])
    head = server.requests[0][1].decode()
    assert head.startswith("GET http://reg.example:5000/v2/?a HTTP/1.1\r\nHost: reg.example:5000\r\n")
    login = base64.b64encode(b"us@er:pa:ss").decode()
    assert "\r\nProxy-Authorization: Basic {0}\r\n".format(login) in head


def test_tls_goes_through_a_tunnel_and_the_proxy_alone_gets_its_login(serve):
    server = serve([b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"])
    transport = proxied(server, "https", "user:secret@")
    with pytest.raises(TransportError) as caught:
        transport.request("GET", parse_target("https://reg.example/v2/"), [("Authorization", "Bearer token")])
    head = server.requests[0][1].decode()
    assert head.startswith("CONNECT reg.example:443 HTTP/1.")
    assert "Proxy-Authorization: Basic " in head
    assert "Bearer" not in head
    assert "407" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_tunnel_carries_tls(serve):
    """The proxy here is the server itself: after its 200 it starts TLS."""
    certificates = Certificates.shared()
    listener = socket.create_server(("127.0.0.1", 0))
    heads = []

    def run():
        connection = listener.accept()[0]
        connection.settimeout(5)
        while not b"".join(heads).endswith(b"\r\n\r\n"):
            heads.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        secure = certificates.server_context().wrap_socket(connection, server_side=True)
        heads.append(secure.recv(4096))
        secure.sendall(OK)
        secure.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    proxies = {"https": "http://u:p@127.0.0.1:{0}".format(listener.getsockname()[1])}
    transport = Transport(timeout=5.0, proxies=proxies, ca_path=certificates.ca_path)
    assert transport.request("GET", parse_target("https://localhost:4443/v2/"), []).body == b"ok"
    thread.join(5)
    listener.close()
    assert heads[0].startswith(b"CONNECT localhost:4443 ")
    assert heads[-1].startswith(b"GET /v2/ HTTP/1.1\r\nHost: localhost:4443\r\n")
    assert b"Proxy-Authorization" not in heads[-1]


@pytest.mark.parametrize("through", [True, False])
def test_nothing_is_sent_together_through_a_proxy(serve, through):
    replies = b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n" * 2
    server = serve([replies])
    transport = proxied(server) if through else Transport(timeout=2.0)
    target = parse_target("http://127.0.0.1:{0}/".format(server.port))
    found = transport.pipeline(target.endpoint, ["/v2/a/manifests/1", "/v2/a/manifests/2"], [], None)
    assert found == (([], False) if through else ([(False, ""), (False, "")], True))
    assert len(server.requests) == (0 if through else 1)


@pytest.mark.parametrize(("no_proxy", "direct"), [("127.0.0.0/8", True), ("", False)])
def test_no_proxy_is_heeded(serve, monkeypatch, no_proxies, no_proxy, direct):
    proxy, server = serve([OK]), serve([OK])
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:{0}".format(proxy.port))
    monkeypatch.setenv("NO_PROXY", no_proxy)
    # Another spelling of this machine's address, which is no exemption by itself.
    target = parse_target("http://{0}:{1}/".format("127.0.0.1" if direct else "2130706433", server.port))
    Transport(timeout=2.0).request("GET", target, [])
    assert (len(server.requests), len(proxy.requests)) == ((1, 0) if direct else (0, 1))


@pytest.mark.parametrize(
    "url", ["socks5://proxy:1080", "https://proxy:1", "http://", "http://proxy:port", "http://[::1"]
)
def test_a_proxy_that_cannot_be_used_is_refused_by_name_of_the_setting(url):
    transport = Transport(timeout=2.0, proxies={"http": url})
    with pytest.raises(RegistryError, match="only http proxies") as caught:
        transport.request("GET", parse_target("http://reg.example/"), [])
    assert not caught.value.retryable


def test_a_proxy_has_port_80_unless_it_says_otherwise():
    assert dialer_module._parse_proxy("proxy.example").endpoint == Endpoint("http", "proxy.example", 80)


# -- TLS -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(str(tmp_path_factory.mktemp("tls")), names=("localhost",))


def tls_get(serve, certificates, host="localhost", trust=USUAL, **options):
    server = serve([OK], tls=certificates.server_context())
    transport = Transport(timeout=2.0, proxies={}, **options)
    target = parse_target("https://{0}:{1}/".format(host, server.port), trust=trust)
    return transport.request("GET", target, [])


def test_an_own_authority_is_trusted_by_its_file(serve, certificates):
    assert tls_get(serve, certificates, ca_path=certificates.ca_path).body == b"ok"


def test_one_registry_can_have_an_authority_of_its_own(serve, certificates):
    assert tls_get(serve, certificates, trust=Trust(True, (certificates.ca_path,))).body == b"ok"


def test_an_unknown_authority_is_refused_with_the_remedy(serve, certificates):
    with pytest.raises(RegistryError, match="not trusted") as caught:
        tls_get(serve, certificates)
    assert not caught.value.retryable
    assert "ca_path" in caught.value.hint


def test_a_certificate_for_another_name_is_refused(serve, certificates):
    with pytest.raises(RegistryError, match="not trusted"):
        tls_get(serve, certificates, host="127.0.0.1", ca_path=certificates.ca_path)


def test_insecure_takes_any_certificate(serve, certificates):
    assert tls_get(serve, certificates, host="127.0.0.1", trust=Trust(False)).body == b"ok"


def test_tls_to_a_server_without_it_is_a_transport_error(serve, transport):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse():
            connection = listener.accept()[0]
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(4096)
            connection.close()

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        url = "https://127.0.0.1:{0}/".format(listener.getsockname()[1])
        with pytest.raises(TransportError, match="TLS failed") as caught:
            transport.request("GET", parse_target(url), [])
        assert caught.value.hint.startswith("The server does not speak TLS there")
        thread.join(5)


def test_a_directory_of_authorities_is_taken(tmp_path):
    assert make_context(USUAL, str(tmp_path)).verify_mode is ssl.CERT_REQUIRED


def test_an_authority_file_that_holds_none_is_refused(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "absent.pem"):
        with pytest.raises(RegistryError, match="cannot be loaded") as caught:
            make_context(USUAL, str(path))
        assert caught.value.where == str(path)


def test_contexts_are_made_once(transport):
    one, other = Endpoint("https", "a", 443), Endpoint("https", "b", 443)
    assert transport._dialer._context(one) is transport._dialer._context(other)
    assert transport._dialer._context(one) is not transport._dialer._context(one._replace(trust=Trust(False)))


# -- what is said of failures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (socket.gaierror(-2, "Name or service not known"), "does not resolve"),
        (socket.timeout("timed out"), "timeout"),
        (ssl.SSLError(1, "bad"), "TLS failed (handshake)"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (OSError("Tunnel connection failed: 403 Forbidden"), "403 Forbidden"),
        (OSError(), "OSError"),
        (ValueError("label too long"), "label too long"),
    ],
)
def test_describes_failures(error, text):
    described = describe_failure(error, "cannot connect", "https://reg.example")
    assert isinstance(described, TransportError)
    assert str(described).startswith("https://reg.example: cannot connect: ")
    assert text in str(described)


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("WRONG_VERSION_NUMBER", "does not speak TLS there: correct the port, set insecure"),
        ("RECORD_LAYER_FAILURE", "does not speak TLS there: correct the port, set insecure"),
        ("UNSUPPORTED_PROTOCOL", "proxy"),
        ("ALERT_HANDSHAKE_FAILURE", "proxy"),
    ],
)
def test_every_failure_of_tls_has_a_remedy(reason, remedy):
    error = ssl.SSLError(1, "[SSL: {0}] words".format(reason))
    error.reason = reason
    assert remedy in describe_failure(error, "cannot connect").hint
