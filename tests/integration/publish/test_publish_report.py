# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module publish_report with files, and with webhooks that misbehave."""

from __future__ import annotations

import json
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
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", webhook.url.replace("T0PSECRET", "elsewhere"))
                self.send_header("Content-Length", "0")
                self.end_headers()

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


def test_a_run_without_a_report_is_a_failure_too(webhook: Webhook) -> None:
    result = publish(failure="images.json: line 3 is no rule", notify_url=webhook.url)
    assert (result["kind"], result["status"]) == ("run", "failed")
    assert webhook.requests[0][1]["message"] == "images.json: line 3 is no rule"


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
