# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Harbor and Huawei Cloud's APIs write into their replies."""

from __future__ import annotations

import base64
import json
from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.client import HarborClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.progress import (  # noqa: E402
    ReplicationProgress,
    render,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.run import ReplicationRun  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.info import gather  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.registry.resource import manage_registry  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.robot import Robots  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import (  # noqa: E402
    HuaweiCloudError,
    hint_for,
    read_error,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import LoginApi  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.tag_listing import SwrTagApi  # noqa: E402
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402
from ansible_collections.longshore.swr.tests.support.replies import reply_to  # noqa: E402
from ansible_collections.longshore.swr.tests.unit.hostile_text.hostile import (  # noqa: E402
    EVIL,
    HEADER,
    SECRET,
    SHORT,
    check,
    check_error,
    result_of,
)


def without_form(text: str) -> str:
    """The text without lone surrogates, which come out of JSON: in UTF-8 they have no form."""
    return text.encode("utf-8", "replace").decode("utf-8")


SIGNED = "evil https://user:{0}@h/x?X-Amz-Signature={0} Authorization: Bearer {0}".format(SECRET)
BODIES: Dict[str, Any] = {
    "Harbor 2": {"errors": [{"code": SHORT, "message": EVIL}, {"code": SHORT, "message": SIGNED}]},
    "Harbor 1": {"code": 409, "message": EVIL},
    "SWR": {"errors": [{"errorCode": SHORT, "errorMessage": EVIL}]},
    "a list": [{"errorCode": SHORT, "errorMessage": EVIL}],
    "a gateway": {"error_code": SHORT, "error_msg": EVIL},
    "IAM": {"error": {"code": SHORT, "message": EVIL}},
    "a signed URL": {"error": {"code": "X", "message": SIGNED}, "code": "X", "message": SIGNED},
    "a text": without_form(EVIL),
    "a page": "<html><title>{0}</title>".format(without_form(EVIL)),
    "words": "<html><body>{0}&#27;[31m&#x202e;".format(without_form(SHORT)),
}
HEADERS = {"Content-Type": HEADER, "Location": "https://u:{0}@{1}/?t={0}".format(SECRET, HEADER), "Link": HEADER}
HEADERS["X-Swr-Expireat"] = HEADER


class Always(requests.adapters.BaseAdapter):
    """One reply to everything."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__()
        self.status = status
        self.body = body.encode("utf-8") if isinstance(body, str) else json.dumps(body).encode()

    def send(self, request: Any, **_settings: Any) -> Any:
        response = reply_to(request, self.status, HEADERS, self.body)
        response.reason = SHORT
        return response

    def close(self) -> None:
        pass


def session(status: int, body: Any) -> Any:
    made = requests.Session()
    made.mount("https://", Always(status, body))
    return made


def huaweicloud(status: int, body: Any) -> ApiClient:
    return ApiClient(
        "https://swr.example",
        HuaweiCloudError,
        read_error,
        hint_for=hint_for,
        session=session(status, body),
        sleep=lambda _seconds: None,
    )


def harbor(status: int, body: Any) -> HarborClient:
    return HarborClient(
        "https://h.example", "admin", SECRET, session=session(status, body), sleep=lambda _seconds: None
    )


@pytest.mark.parametrize("status", [302, 400, 401, 409, 429, 500, 503])
@pytest.mark.parametrize("name", sorted(BODIES))
def test_errors(name: str, status: int) -> None:
    for client in (huaweicloud(status, BODIES[name]), harbor(status, BODIES[name])._api):
        with pytest.raises(LongshoreError) as caught:
            client.call("GET", "/x")
        said = check_error(caught.value)
        assert "evil" in said or "redirects" in said or "refused" in said


def test_something_of_each_error_is_shown() -> None:
    shown = []
    for name, body in BODIES.items():
        with pytest.raises(HuaweiCloudError) as caught:
            huaweicloud(400, body).call("GET", "/x")
        if "evil" in check_error(caught.value):
            shown.append(name)
    assert len(shown) >= len(BODIES) - 1
    with pytest.raises(HuaweiCloudError) as caught:
        huaweicloud(200, "no JSON").call("GET", "/x")
    assert "evil" in check_error(caught.value)


@pytest.mark.parametrize("body", [{"version": EVIL}, {"auth_mode": EVIL, "harbor_version": EVIL}, {}, [EVIL]])
def test_a_version(body: Any) -> None:
    def run(_module: Any) -> Dict[str, Any]:
        return {"version": harbor(200, body).version.text}

    result_of(run)


def fake(**lists: List[Dict[str, Any]]) -> FakeHarbor:
    """A Harbor with hostile lists."""
    made = FakeHarbor()
    page = "page=1&page_size=100"
    for path in ("/registries", "/replication/policies", "/robots", "/projects"):
        made.on("GET {0}?{1}".format(path, page), lists.get(path.rpartition("/")[2], []))
    made.on("GET /replication/executions?sort=-start_time&" + page, lists.get("executions", []))
    made.on("GET /replication/adapters", [EVIL])
    return made


REGISTRY = {
    "id": 7,
    "name": SHORT,
    "type": SHORT,
    "url": "https://u:{0}@{1}".format(SECRET, SHORT),
    "description": EVIL,
}
REGISTRY["credential"] = {"access_key": EVIL, "access_secret": "*"}
EXECUTION = {"id": 3, "policy_id": 5, "status": "Failed", "status_text": EVIL + SIGNED, "trigger": SHORT}
EXECUTION.update(start_time=SHORT, end_time=SHORT, total=1, failed=1)
POLICY = {"id": 5, "name": SHORT, "description": EVIL, "src_registry": REGISTRY, "dest_registry": REGISTRY}
POLICY.update(filters=[{"type": SHORT, "value": EVIL}], trigger={"type": SHORT}, enabled=True)
ROBOT = {"id": 1, "name": SHORT, "description": EVIL, "level": "system", "permissions": [{"kind": SHORT}]}


def test_what_it_lists() -> None:
    made = fake(registries=[REGISTRY], policies=[POLICY], robots=[ROBOT], executions=[EXECUTION])
    options = {"policy": None, "limit": 5, "project": None, "repository": None}
    for subset in ("adapters", "registries", "policies", "executions", "robots"):
        said = result_of(lambda _module, subset=subset: gather(made.client, dict(options, gather=[subset])))
        assert "evil" in said, subset
    with pytest.raises(HarborError) as caught:
        gather(made.client, dict(options, gather=["executions"], policy="other"))
    assert "evil" in check_error(caught.value)


def test_what_it_says_to_a_change() -> None:
    for answer in (Reply(BODIES["Harbor 2"], 400), Reply(BODIES["a page"], 500), Reply(None, 201, Location=HEADER)):
        made = fake(registries=[REGISTRY])
        made.on("POST /registries", answer)
        options = {
            "name": "swr",
            "type": "docker-registry",
            "url": "https://swr.example",
            "description": None,
            "insecure": False,
            "ca_certificate": None,
            "access_key": "u",
            "access_secret": SECRET,
            "update_secret": "auto",
            "test_connection": True,
            "state": "present",
        }
        result_of(lambda _module, made=made, options=options: manage_registry(made.client, options, False)[0])


def test_a_run_with_its_progress_logs_and_verdict(tmp_path: Any) -> None:
    made = fake(policies=[dict(POLICY, name="p")], executions=[EXECUTION])
    made.on("GET /replication/executions/3", EXECUTION)
    task = {"id": 9, "status": "Failed", "src_resource": EVIL, "dst_resource": SHORT, "operation": SHORT}
    made.on("GET /replication/executions/3/tasks?page=1&page_size=100", [task])
    log = "2026-01-01T00:00:00Z [INFO] {0}\r\n2026-01-01T00:00:01Z [ERROR] {1} {2}\n".format(SHORT[:-3], SIGNED, EVIL)
    made.on("GET /replication/executions/3/tasks/9/log", Reply(without_form(log)))
    path = tmp_path / "progress"
    options = {
        "policy": "p",
        "execution_id": 3,
        "state": "finished",
        "if_running": "join",
        "wait": True,
        "wait_timeout": 5,
        "poll_interval": 1,
        "settle_time": 0,
        "log_lines": 20,
        "fail_on_empty": False,
        "progress_file": str(path),
    }

    def run(_module: Any) -> Dict[str, Any]:
        return ReplicationRun(made.client, options, False, str, made.clock.sleep, made.clock).run()

    said = result_of(run)
    assert "evil\\x1b" in said
    for line in path.read_text("utf-8").splitlines():
        render(json.loads(check(line)))


def test_a_progress_event(tmp_path: Any) -> None:
    progress = ReplicationProgress(str(tmp_path / "progress"), SHORT)
    progress.unreachable(1, HarborError(EVIL))
    progress.close()
    check((tmp_path / "progress").read_text("utf-8"), lines=True)


def test_a_secret_that_is_no_secret() -> None:
    made = fake(robots=[])
    made.on("GET /robots?q=name%3Dr&page=1&page_size=100", [])
    made.on("POST /robots", Reply(dict(ROBOT, secret=EVIL), 201))
    options = {"name": "r", "state": "present", "duration": None, "description": None, "disabled": None}
    options.update(permissions=None, secret="keep")  # type: ignore[arg-type]
    with pytest.raises(HarborError) as caught:
        Robots(made.client, options).run()
    check_error(caught.value)


def auths(host: str, login: str) -> Dict[str, Any]:
    text = base64.b64encode(login.encode("utf-8", "replace")).decode("ascii")
    return {"auths": {host: {"auth": text}}}


@pytest.mark.parametrize(
    "body",
    [
        auths(SHORT, "user:" + "password"),
        auths("swr.example", SHORT + ":password"),
        auths("swr.example", "user:" + EVIL),
        auths("swr.example", EVIL),
        {"auths": {SHORT: {"auth": SHORT}, EVIL: {"auth": EVIL}}},
        {"auths": EVIL},
    ],
)
def test_a_login_that_nobody_can_use_is_refused(body: Any) -> None:
    credentials = Credentials("AK", "SK", region="cn-north-4")
    api = LoginApi(huaweicloud(200, body).call)
    with pytest.raises(HuaweiCloudError) as caught:
        api.temporary(credentials)
    check_error(caught.value)


def test_when_a_login_ends() -> None:
    api = LoginApi(huaweicloud(200, auths("swr.example", "user:password")).call)
    login = api.temporary(Credentials("AK", "SK", region="cn-north-4"))
    assert check(str(login.expires_at)).startswith("evil")


def test_a_list_of_tags() -> None:
    for body in ({"tags": EVIL}, {"tags": [{"tag": EVIL, "digest": SHORT}]}, [EVIL], BODIES["SWR"]):
        try:
            SwrTagApi(huaweicloud(200, body).call).tags("team/app")
        except HuaweiCloudError as error:
            check_error(error)
