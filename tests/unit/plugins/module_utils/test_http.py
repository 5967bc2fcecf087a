# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import http.server
import json
import os
import ssl
import threading

import pytest

requests = pytest.importorskip("requests")

from urllib3.exceptions import MaxRetryError, NewConnectionError  # noqa: E402

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError, ServerError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient, sign_basic  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor  # noqa: E402
from ansible_collections.longshore.swr.tests.support.replies import reply_to  # noqa: E402

URL = "https://api.example.com/base"


class ApiError(LongshoreError):
    pass


def read_error(data):
    return ServerError(data.get("code"), data.get("text"))


class Adapter(requests.adapters.BaseAdapter):
    """Plays a script of replies and exceptions, and keeps what was sent."""

    def __init__(self, script):
        super().__init__()
        self.script = list(script)
        self.sent = []

    def send(self, request, **settings):
        self.sent.append((request, settings))
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        status, headers, body = step
        return reply_to(request, status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())

    def close(self):
        pass


class Bench:
    def __init__(self, *script, **options):
        self.adapter = Adapter(script)
        self.waits = []
        session = requests.Session()
        session.mount("https://", self.adapter)
        session.mount("http://", self.adapter)
        options.setdefault("base_url", URL)
        self.client = ApiClient(
            error_class=ApiError,
            read_error=read_error,
            session=session,
            sleep=self.waits.append,
            clock=lambda: 1_000_000.0,
            **options,
        )

    @property
    def methods(self):
        return [request.method for request, dummy in self.adapter.sent]


def refused_connection():
    return requests.exceptions.ConnectionError(
        MaxRetryError(None, "/", NewConnectionError(None, "[Errno 111] Connection refused"))
    )


OK = (200, {"X-Thing": "yes"}, {"a": 1})


def test_a_get_is_sent_exactly_so(monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    bench = Bench(OK, timeout=7.5)
    reply = bench.client.call("GET", "/v3/projects", params=[("name", "a b"), ("limit", "1")])
    request, settings = bench.adapter.sent[0]
    assert (request.method, request.url) == ("GET", URL + "/v3/projects?name=a+b&limit=1")
    assert dict(request.headers) == {
        "User-Agent": "longshore.swr",
        "Accept": "application/json",
        "Accept-Encoding": request.headers["Accept-Encoding"],
        "Connection": "keep-alive",
    }
    assert request.body is None
    assert settings["timeout"] == 7.5
    assert settings["verify"] is True
    assert (reply.status, reply.headers["x-thing"], reply.data) == (200, "yes", {"a": 1})


def test_a_post_carries_json_or_nothing():
    bench = Bench(OK, (204, {}, b""))
    bench.client.call("POST", "/x", body={"namespace": "ü"})
    assert bench.client.call("POST", "/y", expect=(204,)).data is None
    first, second = (request for request, dummy in bench.adapter.sent)
    assert first.body == b'{"namespace":"\\u00fc"}'
    assert first.headers["Content-Type"] == second.headers["Content-Type"] == "application/json"
    assert second.headers["Content-Length"] == "0"


def test_the_given_authority_wins_over_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere.pem")
    (tmp_path / "mine.pem").write_text("")
    for verify in (False, str(tmp_path / "mine.pem")):
        bench = Bench(OK, verify=verify)
        bench.client.call("GET", "/")
        assert bench.adapter.sent[0][1]["verify"] == verify


def test_an_authority_that_cannot_be_read_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path / "none", "No such file"), (tmp_path / "pipe", "a named pipe")):
        with pytest.raises(ApiError, match=words) as caught:
            Bench(OK, verify=str(path))
        assert caught.value.where == str(path)
        assert "ca_path" in caught.value.hint


def test_proxies_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "internal.example.com")
    bench = Bench(OK)
    bench.client.call("GET", "/")
    assert bench.adapter.sent[0][1]["proxies"]["https"] == "http://proxy.example.com:3128"
    bench = Bench(OK, base_url="https://internal.example.com")
    bench.client.call("GET", "/")
    assert not bench.adapter.sent[0][1]["proxies"].get("https")


def test_a_login_in_the_netrc_file_is_not_sent(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.com login someone password netrc-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    bench = Bench(OK)
    bench.client.call("GET", "/")
    assert "Authorization" not in bench.adapter.sent[0][0].headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_never_arrived_is_repeated(method):
    bench = Bench(refused_connection(), requests.exceptions.ConnectTimeout(), OK)
    assert bench.client.call(method, "/").status == 200
    assert bench.methods == [method] * 3
    assert 0.5 <= bench.waits[0] <= 1.0
    assert 1.0 <= bench.waits[1] <= 2.0


def test_every_attempt_is_signed_anew():
    seen = []

    def sign(request):
        seen.append(1)
        request.headers["Authorization"] = "try {0}".format(len(seen))
        return request

    bench = Bench(refused_connection(), OK, auth=sign)
    bench.client.call("POST", "/")
    assert [request.headers["Authorization"] for request, dummy in bench.adapter.sent] == ["try 1", "try 2"]


@pytest.mark.parametrize(
    ("method", "status", "headers", "repeated"),
    [
        ("GET", 429, {}, True),
        ("POST", 429, {}, True),
        ("GET", 503, {}, True),
        ("POST", 503, {"Retry-After": "2"}, True),
        ("POST", 503, {}, False),
        ("GET", 502, {}, True),
        ("POST", 502, {}, False),
        ("POST", 504, {"Retry-After": "2"}, False),
        ("DELETE", 502, {}, False),
        ("GET", 500, {}, False),
        ("GET", 404, {}, False),
        ("GET", 401, {}, False),
    ],
)
def test_what_a_status_allows_to_repeat(method, status, headers, repeated):
    bench = Bench((status, headers, {}), OK)
    if repeated:
        assert bench.client.call(method, "/").status == 200
    else:
        with pytest.raises(ApiError) as caught:
            bench.client.call(method, "/")
        assert caught.value.status == status
    assert len(bench.methods) == (2 if repeated else 1)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_code_that_means_too_many_requests_is_repeated_whatever_the_status(method):
    bench = Bench((403, {}, {"code": "slow"}), OK, throttled=["slow"])
    assert bench.client.call(method, "/").status == 200
    assert bench.methods == [method, method]
    with pytest.raises(ApiError):
        Bench((403, {}, {"code": "no"}), OK, throttled=["slow"]).client.call(method, "/")


@pytest.mark.parametrize(
    ("step", "unsettled"),
    [
        (requests.exceptions.ReadTimeout(), True),
        (requests.exceptions.ConnectionError("reset"), True),
        (requests.exceptions.SSLError(), False),
        ((502, {}, {}), True),
        ((503, {}, {"code": "slow"}), False),
        ((504, {"Retry-After": "2"}, {}), True),
        ((500, {}, {}), False),
        ((409, {}, {}), False),
    ],
)
def test_what_may_have_been_carried_out_all_the_same_is_marked(step, unsettled):
    with pytest.raises(ApiError) as caught:
        Bench(step, throttled=["slow"], retries=0).client.call("POST", "/")
    assert caught.value.unsettled is unsettled
    with pytest.raises(ApiError) as caught:
        Bench(refused_connection(), retries=0).client.call("POST", "/")
    assert not caught.value.unsettled


def test_a_broken_exchange_is_repeated_for_get_only():
    for error in (requests.exceptions.ReadTimeout(), requests.exceptions.ConnectionError("reset")):
        bench = Bench(error, OK)
        assert bench.client.call("GET", "/").status == 200
        bench = Bench(error, OK)
        with pytest.raises(ApiError):
            bench.client.call("POST", "/")
        assert bench.methods == ["POST"]


def test_the_server_says_how_long_to_wait():
    bench = Bench((429, {"Retry-After": "7"}, {}), (503, {"Retry-After": "Mon, 12 Jan 1970 13:46:50 GMT"}, {}), OK)
    bench.client.call("GET", "/")
    assert bench.waits == [7.0, 10.0]


def test_a_server_that_wants_too_much_patience_is_a_failure():
    bench = Bench((429, {"Retry-After": "3600"}, {"code": "C", "text": "slow down"}))
    with pytest.raises(ApiError, match="slow down"):
        bench.client.call("GET", "/")
    assert bench.waits == []


def test_attempts_end():
    bench = Bench(*[(429, {"Retry-After": "0"}, {})] * 4)
    with pytest.raises(ApiError) as caught:
        bench.client.call("GET", "/")
    assert caught.value.status == 429
    assert len(bench.methods) == 4


def test_an_error_has_all_its_parts():
    bench = Bench(
        (409, {}, {"code": "SVCSTG.SWR.4090060", "text": "exists"}), hint_for=lambda status, code: str((status, code))
    )
    with pytest.raises(ApiError) as caught:
        bench.client.call("POST", "/v2/manage/namespaces", params=[("token", "query-secret")])
    assert caught.value.as_dict() == {
        "what": "exists",
        "where": "POST https://api.example.com/base/v2/manage/namespaces",
        "code": "SVCSTG.SWR.4090060",
        "status": 409,
        "hint": "(409, 'SVCSTG.SWR.4090060')",
    }


def test_a_body_that_is_no_json_is_quoted_briefly():
    bench = Bench((403, {}, b"Blocked\n<b> by</b>" + b"x" * 5000))
    with pytest.raises(ApiError) as caught:
        bench.client.call("GET", "/")
    assert caught.value.what.startswith("Blocked <b> by</b>x")
    assert len(caught.value.what) == 200


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<html>\n<head><title>502 Bad\nGateway</title></head><body>nginx</body></html>", "502 Bad Gateway"),
        (b"<!DOCTYPE html><html><style>b { color: red }</style><b>It&#39;s</b> blocked", "It's blocked"),
        (b"<html><head><title> </title></head><p>Down", "Down"),
    ],
)
def test_a_page_of_html_is_read(page, said):
    bench = Bench((403, {"Content-Type": "text/html"}, page))
    with pytest.raises(ApiError) as caught:
        bench.client.call("GET", "/")
    assert caught.value.what == said


def test_plain_text_is_returned_as_it_is():
    bench = Bench((200, {"Content-Type": "text/plain"}, "a {\n ü \xff".encode("latin-1")))
    assert bench.client.call("GET", "/log", text=True).data == "a {\n \ufffd \ufffd"
    assert bench.adapter.sent[0][0].headers["Accept"] == "text/plain, */*"


def test_cookies_are_neither_kept_nor_sent():
    # A session's cookie makes Harbor ask for a CSRF token, and refuse the request.
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers.get("Cookie"))
            self.send_response(204)
            self.send_header("Set-Cookie", "sid=0123456789; Path=/; HttpOnly")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        client = ApiClient("http://127.0.0.1:{0}".format(server.server_port), ApiError, read_error)
        for dummy in range(2):
            client.call("GET", "/", expect=(204,))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert seen == [None, None]


def test_basic_auth_is_a_header_in_utf8():
    bench = Bench(OK, auth=sign_basic("admin", "pässword"))
    bench.client.call("GET", "/")
    assert bench.adapter.sent[0][0].headers["Authorization"] == "Basic YWRtaW46cMOkc3N3b3Jk"


def test_success_that_is_no_json_is_an_error():
    bench = Bench((200, {"Content-Type": "text/html"}, b"<html>welcome, secret</html>"))
    with pytest.raises(ApiError, match=r"reply \(text/html\) cannot be parsed: it is not JSON") as caught:
        bench.client.call("GET", "/")
    assert "welcome" not in str(caught.value)


def test_a_redirect_is_not_followed():
    bench = Bench((302, {"Location": "https://evil.example.net/?x"}, b""))
    with pytest.raises(ApiError, match=r"redirects to evil\.example\.net, which is not followed"):
        bench.client.call("GET", "/")
    assert len(bench.methods) == 1


def test_a_secret_in_what_the_server_says_is_masked():
    bench = Bench((400, {}, {"text": "bad token hunter22"}), redact=Redactor(["hunter22"]))
    with pytest.raises(ApiError) as caught:
        bench.client.call("GET", "/")
    assert caught.value.what == "bad token ********"


@pytest.mark.parametrize("words", ["[SSL: WRONG_VERSION_NUMBER] wrong version number", "record layer failure"])
def test_a_server_without_tls_is_no_matter_of_authorities(words):
    bench = Bench(requests.exceptions.SSLError(ssl.SSLError(1, words)), retries=0)
    with pytest.raises(ApiError, match=r"TLS failed.*does not speak TLS there.*http://") as caught:
        bench.client.call("GET", "/")
    assert "ca_path" not in caught.value.hint


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            requests.exceptions.SSLError(
                MaxRetryError(None, "/", requests.packages.urllib3.exceptions.SSLError(ssl.SSLError(1, "bad cert")))
            ),
            "TLS failed: bad cert.",
        ),
        (requests.exceptions.ProxyError("http://user:proxy-pass@proxy"), "the proxy failed: ProxyError."),
        (requests.exceptions.ReadTimeout("x"), "no reply within 30 seconds."),
        (requests.exceptions.ConnectionError(OSError(104, "Connection reset by peer")), "Connection reset by peer."),
        (refused_connection(), "no connection: "),
    ],
)
def test_no_reply_says_why_without_quoting_requests(error, text):
    bench = Bench(error, retries=0)
    with pytest.raises(ApiError) as caught:
        bench.client.call("POST", "/")
    assert text in str(caught.value)
    assert "proxy-pass" not in str(caught.value)
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_tls_failures_are_not_repeated():
    bench = Bench(requests.exceptions.SSLError("x"), OK)
    with pytest.raises(ApiError):
        bench.client.call("GET", "/")
    assert len(bench.methods) == 1


@pytest.mark.parametrize("url", ["api.example.com", "ftp://api.example.com", "https://", "https:///path"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ApiError, match="endpoint: invalid URL"):
        Bench(base_url=url)
