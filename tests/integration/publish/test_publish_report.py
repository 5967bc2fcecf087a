# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module publish_report with files, and with webhooks that misbehave."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._publish import notify
from ansible_collections.longshore.swr.tests.support.modules import run_module

REPORT = {
    "images": {"total": 1, "copied": 0, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 1},
    "results": [{"source": "a/x:1", "destination": "b/x:1", "outcome": "failed", "error": "it broke"}],
}
VERIFIED = {
    "images": {"total": 1, "equal": 1, "different": 0, "missing": 0, "filtered": 0, "failed": 0},
    "results": [{"source": "a/x:1", "destination": "b/x:1", "verdict": "equal"}],
}
PATHS = {"html_path": "page.html", "junit_path": "junit.xml", "metrics_path": "swr.prom"}


class Webhook:
    """A server that answers with the statuses given, the last one for ever; C(None) hangs."""

    def __init__(self) -> None:
        self.statuses: List[Any] = [200]
        self.requests: List[Any] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.requests.append((self.path, json.loads(body)))
                status = webhook.statuses.pop(0) if len(webhook.statuses) > 1 else webhook.statuses[0]
                if status is None:
                    webhook.released.wait(30)
                    return
                content = b""
                if isinstance(status, tuple):
                    status, content = status
                self.send_response(status)
                if content:
                    self.send_header("Content-Encoding", "gzip")
                if status == 302:
                    self.send_header("Location", webhook.url.replace("T0PSECRET", "elsewhere"))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:{0}/hooks/T0PSECRET?key=S3CRETKEY".format(self.server.server_port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setattr(notify, "TIMEOUT", 0.3)
    monkeypatch.setattr(notify.time, "sleep", lambda _seconds: None)
    made = Webhook()
    yield made
    made.close()


def publish(**options: Any) -> Dict[str, Any]:
    result = run_module("publish_report", options)
    text = json.dumps(result)
    assert "T0PSECRET" not in text
    assert "S3CRETKEY" not in text
    return result


def test_everything_is_published(webhook: Webhook, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(REPORT))
    options = {
        "path": str(tmp_path / "report.json"),
        "junit_path": str(tmp_path / "junit.xml"),
        "metrics_path": str(tmp_path / "swr.prom"),
        "notify_url": webhook.url,
        "name": "nightly",
    }
    assert run_module("publish_report", options, check_mode=True)["changed"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert webhook.requests == []

    result = publish(**options)
    assert (result["kind"], result["status"], result["notified"]) == ("migration", "failed", True)
    ((path, body),) = webhook.requests
    assert path == "/hooks/T0PSECRET?key=S3CRETKEY"
    assert (body["job"], body["status"], body["images"]["failed"]) == ("nightly", "failed", 1)
    assert 'failures="1"' in (tmp_path / "junit.xml").read_text()
    assert "longshore_swr_last_run_failed" in (tmp_path / "swr.prom").read_text()
    # node_exporter runs as another user.
    assert (tmp_path / "swr.prom").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("statuses", "tries", "notified"),
    [
        ([500, 503, 200], 3, True),
        ([429, 200], 2, True),
        ([404], 1, False),
        ([302], 1, False),
        ([(200, b"\x1f\x8b broken")], 1, True),
        ([500], 3, False),
        ([None], 3, False),
    ],
)
def test_a_webhook_that_misbehaves_is_a_warning(
    webhook: Webhook, statuses: List[Any], tries: int, notified: bool
) -> None:
    webhook.statuses = statuses
    result = publish(report=REPORT, notify_url=webhook.url)
    assert (result.get("failed", False), result["notified"]) == (False, notified)
    assert len(webhook.requests) == tries
    warnings = [str(warning) for warning in result.get("warnings", [])]
    assert any("the notification was not sent" in warning for warning in warnings) != notified


def test_a_webhook_that_takes_its_time_is_not_asked_again(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "PATIENCE", 0.1)
    webhook.statuses = [None]
    assert publish(report=REPORT, notify_url=webhook.url)["notified"] is False
    assert len(webhook.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://[hooks/T0PSECRET",
        "https://user:T0PSECRET@host\N{ACCOUNT OF}/hooks",
        "https://user:T0PSECRET@host/hooks",
        "http://127.0.0.1:1/T0P\nSECRET/T0PSECRET",
        "file:///hooks/T0PSECRET",
    ],
)
def test_a_url_that_is_none_is_a_warning_and_not_shown(url: str) -> None:
    result = publish(report=REPORT, notify_url=url)
    assert (result.get("failed", False), result["notified"]) == (False, False)
    assert "notify_url" in str(result["warnings"])


def test_check_mode_says_that_it_would_notify() -> None:
    options = {"report": REPORT, "notify_url": "http://127.0.0.1:1/hooks"}
    assert run_module("publish_report", options, check_mode=True)["changed"] is True
    assert run_module("publish_report", dict(options, report=VERIFIED), check_mode=True)["changed"] is False


def test_no_file_is_written_over_another(tmp_path: Path) -> None:
    report, link = tmp_path / "report.json", tmp_path / "link.html"
    report.write_text(json.dumps(VERIFIED))
    link.symlink_to("report.json")
    for options in ({"html_path": str(link)}, {"junit_path": str(tmp_path / "a"), "html_path": str(tmp_path / "a")}):
        assert "which would be lost" in publish(path=str(report), **options)["msg"]
    assert json.loads(report.read_text()) == VERIFIED


def test_a_run_without_a_report_is_a_failure_too(webhook: Webhook) -> None:
    result = publish(failure="images.json: line 3 is no rule", notify_url=webhook.url)
    assert (result["kind"], result["status"]) == ("run", "failed")
    assert webhook.requests[0][1]["message"] == "images.json: line 3 is no rule"
    assert publish(failure="")["message"] == "it failed for an unknown reason"


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """The kernel refuses to let a file grow, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    options = {name: str(tmp_path / path) for name, path in PATHS.items()}
    publish(report=VERIFIED, **options)
    before = {path: Path(path).read_bytes() for path in options.values()}
    for name, path in options.items():
        with no_room():
            result = publish(report=VERIFIED, **{name: path})
        assert result["failed"]
        assert path in result["msg"]
        assert "File too large" in result["msg"]
    assert {path: Path(path).read_bytes() for path in options.values()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(PATHS.values())


def test_runs_that_write_the_same_metrics_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    """Whichever ends last, and one that failed does not lose the success of another."""
    path = tmp_path / "swr.prom"
    script = (
        "import sys, json\n"
        "from ansible_collections.longshore.swr.tests.support.modules import run_module\n"
        "for _number in range(3):\n"
        "    result = run_module('publish_report', json.loads(sys.argv[1]))\n"
        "    assert not result.get('failed'), result\n"
    )
    runs = []
    for report in (REPORT, VERIFIED, REPORT):
        options = json.dumps({"report": report, "metrics_path": str(path), "name": "job"})
        runs.append(
            subprocess.Popen(
                [sys.executable, "-c", script, options], env=dict(os.environ, PYTHONPATH=":".join(sys.path))
            )
        )
    succeeded = False
    while any(run.poll() is None for run in runs):
        if path.exists():
            text = path.read_text()
            assert text.endswith("\n")
            assert text.count("longshore_swr_last_run_failed{") == 1
            # Once a run has succeeded, its time stays.
            succeeded = succeeded or "last_success" in text
            assert ("last_success" in text) == succeeded
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert "last_success" in path.read_text()


def test_pages(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    # Reports in check mode look as otherwise, and nothing else is written.
    more = {"metrics_path": str(tmp_path / "x.prom")}
    assert run_module("publish_report", dict(more, report=VERIFIED, html_path=str(path)), check_mode=True)["changed"]
    assert [found.name for found in tmp_path.iterdir()] == ["page.html"]
    assert "All images are as at their source" in path.read_text()
    publish(failure="images.json: line 3 is no rule", html_path=str(path))
    assert "line 3 is no rule" in path.read_text()
    refused = publish(report=REPORT, html_path=str(path))
    assert "html_report_path" in refused["msg"]
    assert "line 3 is no rule" in path.read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"report": REPORT, "metrics_path": "/tmp/metrics.txt"}, "must end with .prom"),
        ({"report": REPORT, "junit_path": "/no/such/folder/junit.xml"}, "/no/such/folder"),
        ({"path": "/no/such/report.json"}, "/no/such/report.json"),
        ({"report": {"a": 1}}, "not a report"),
    ],
)
def test_what_cannot_be_published_is_an_error(options: Dict[str, Any], message: str) -> None:
    result = publish(**options)
    assert result["failed"]
    assert message in result["msg"]
