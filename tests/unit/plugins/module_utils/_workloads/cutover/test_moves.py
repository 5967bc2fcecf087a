# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cut-over sends: the very patches, and when they are planned again."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.custom_rules import CustomRules
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.discovery import Resource
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.moves import Settings, Switch, Undo
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.patcher import ATTEMPTS, Patcher
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.secrets import PullSecrets
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.workload import Work, workload_of
from ansible_collections.longshore.swr.plugins.module_utils._workloads.errors import (
    ConflictError,
    ForbiddenError,
    WorkloadsError,
)
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.image import ImageName
from ansible_collections.longshore.swr.plugins.module_utils._workloads.record import Record
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import workload
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_patches import json_patch
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_replies import StatusError

SWR = "swr.cn-north-4.myhuaweicloud.com"
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment")
WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
ACCOUNT = "/api/v1/namespaces/shop/serviceaccounts/default"
SECRETS = "/api/v1/namespaces/shop/secrets"
LONG_TERM = "0123456789abcdef" * 4
Call = Tuple[Any, ...]


class FakeClient:
    """A cluster with these objects by path, and claims of the managers of patches.

    :param before: called before each patch, and may raise or change objects.
    """

    name = host = "fake"

    def __init__(self, objects: Dict[str, Any]) -> None:
        self.objects = objects
        self.calls: List[Call] = []
        self.before: Any = lambda _path: None

    def get(self, path: str, _query: Any = ()) -> Any:
        self.calls.append(("GET", path))
        if path not in self.objects:
            raise WorkloadsError("not found", status=404)
        return json.loads(json.dumps(self.objects[path]))

    object = get

    def pages(self, path: str, _query: Any = ()) -> Any:
        return iter(self.objects.get(path, ()))

    def patch(self, path: str, operations: Sequence[Dict[str, Any]], dry_run: bool = False) -> Any:
        self.calls.append(("PATCH", path, list(operations), dry_run))
        self.before(path)
        try:
            found = json_patch(self.objects[path], operations)
        except StatusError as error:
            raise ConflictError(str(error), status=error.status) from None
        if not any("managedFields" in one["path"] for one in operations):
            claims = found["metadata"].setdefault("managedFields", [{"manager": "helm"}])
            claims.append({"manager": "longshore-swr", "operation": "Update"})
        found["metadata"]["resourceVersion"] = str(int(found["metadata"].get("resourceVersion", "1")) + 1)
        if not dry_run:
            self.objects[path] = found
        return found


def proof(image: ImageName) -> Optional[ImageName]:
    if image.registry == SWR:
        return None
    if image.path.endswith("unknown"):
        raise WorkloadsError("no report has it as verified", hint="Copy it.")
    return ImageName(SWR, "shop/" + image.path.rpartition("/")[2], image.tag)


class Moves:
    """Switches one Deployment, and puts it back."""

    def __init__(
        self, path: Path, objects: Dict[str, Any], secret: Optional[str] = None, dry_run: bool = False
    ) -> None:
        self.client = FakeClient(objects)
        self.record = Record(str(path / "record.jsonl"))
        self.record.open()
        self.patcher = Patcher(self.client, self.record, dry_run)
        find = CustomRules().find
        self.secrets = PullSecrets(self.client, secret, False)
        self.to = Switch(self.client, self.record, self.patcher, self.secrets, Settings(proof, find, "cluster"))
        self.undo = Undo(find)
        self.work = Work(workload_of(DEPLOYMENTS, objects[WEB], find))

    def switch(self) -> Any:
        return self.patcher.make(WEB, self.client.get(WEB), lambda item: self.to.prepare(self.work, item))

    def back(self) -> Any:
        self.work = Work(self.work.workload, entries=list(self.record.objects))
        return self.patcher.make(WEB, self.client.get(WEB), lambda item: self.undo.prepare(self.work, item))

    def patches(self) -> List[Call]:
        return [call[1:] for call in self.client.calls if call[0] == "PATCH"]


def web(images: Any = "nginx:1.25", **spec: Any) -> Dict[str, Any]:
    item = workload("Deployment", "web", images, "shop", spec=spec)
    item["metadata"]["resourceVersion"] = "7"
    return item


def test(path: str, value: Any) -> Dict[str, Any]:
    return {"op": "test", "path": path, "value": value}


test.__test__ = False  # type: ignore[attr-defined]
SPEC = "/spec/template/spec"
CLAIM = [
    test("/metadata/managedFields/1/manager", "longshore-swr"),
    {"op": "remove", "path": "/metadata/managedFields/1"},
]


def test_all_images_and_the_pull_secret_are_one_patch_and_the_claim_goes(tmp_path: Path) -> None:
    volumes = [{"name": "data", "image": {"reference": "data:1"}}]
    item = web(["nginx:1.25", "nginx:1.25"], volumes=volumes, imagePullSecrets=[{"name": "old"}])
    item["spec"]["template"]["spec"]["initContainers"] = [{"name": "init", "image": "busybox"}]
    secret = _secret("swr", {SWR: {"username": "cn-north-4@AK", "password": LONG_TERM}})
    moves = Moves(tmp_path, {WEB: item, SECRETS + "/swr": secret}, secret="swr")
    moves.switch()
    change = [
        test("/metadata/uid", item["metadata"]["uid"]),
        test(SPEC + "/containers/0/name", "app"),
        test(SPEC + "/containers/0/image", "nginx:1.25"),
        {"op": "replace", "path": SPEC + "/containers/0/image", "value": SWR + "/shop/nginx:1.25"},
        test(SPEC + "/containers/1/name", "app-1"),
        test(SPEC + "/containers/1/image", "nginx:1.25"),
        {"op": "replace", "path": SPEC + "/containers/1/image", "value": SWR + "/shop/nginx:1.25"},
        test(SPEC + "/initContainers/0/name", "init"),
        test(SPEC + "/initContainers/0/image", "busybox"),
        {"op": "replace", "path": SPEC + "/initContainers/0/image", "value": SWR + "/shop/busybox"},
        test(SPEC + "/volumes/0/name", "data"),
        test(SPEC + "/volumes/0/image/reference", "data:1"),
        {"op": "replace", "path": SPEC + "/volumes/0/image/reference", "value": SWR + "/shop/data:1"},
        test(SPEC + "/imagePullSecrets", [{"name": "old"}]),
        {"op": "add", "path": SPEC + "/imagePullSecrets/-", "value": {"name": "swr"}},
    ]
    assert moves.patches() == [(WEB, change, False), (WEB, CLAIM, False)]
    moves.client.calls.clear()
    moves.back()
    undo = moves.patches()[0][1]
    assert undo[-2:] == [
        test(SPEC + "/imagePullSecrets/1/name", "swr"),
        {"op": "remove", "path": SPEC + "/imagePullSecrets/1"},
    ]
    assert moves.patches()[1] == (WEB, CLAIM, False)
    before, after = item["spec"], moves.client.objects[WEB]["spec"]
    assert after == before
    assert LONG_TERM not in (tmp_path / "record.jsonl").read_text(encoding="utf-8")


def test_a_template_without_a_list_has_it_in_the_service_account(tmp_path: Path) -> None:
    account = {"metadata": {"name": "default", "uid": "a", "resourceVersion": "3"}}
    secret = _secret("default-secret", {SWR: {"auth": _auth("cn-north-4@AK", "x")}}, cce=True)
    moves = Moves(tmp_path, {WEB: web(), ACCOUNT: account, SECRETS: [secret]})
    moves.switch()
    added = [
        test("/metadata/resourceVersion", "3"),
        {"op": "add", "path": "/imagePullSecrets", "value": [{"name": "default-secret"}]},
    ]
    assert moves.patches()[0][:2] == (ACCOUNT, added)
    assert "imagePullSecrets" not in json.dumps(moves.client.objects[WEB])
    assert [entry.account for entry in moves.record.objects] == ["", "default"]
    # Without it, no pod would start.
    moves.client.objects = {WEB: web(), SECRETS: [secret]}
    moves.to._ready.clear()
    assert moves.switch() is None
    assert (moves.work.outcome, moves.work.reason) == (
        "left",
        "there is no service account default in the namespace shop",
    )
    # It has one now, which is tested as it is.
    account["imagePullSecrets"] = [{"name": "another"}]
    moves.client.objects.update({WEB: web(), ACCOUNT: account})
    moves.client.calls.clear()
    moves.to._ready.clear()
    moves.switch()
    assert moves.patches()[0][1] == [
        test("/imagePullSecrets", [{"name": "another"}]),
        {"op": "add", "path": "/imagePullSecrets/-", "value": {"name": "default-secret"}},
    ]


@pytest.mark.parametrize(
    ("user", "password", "cce", "reason"),
    [
        ("cn-north-4@AK", LONG_TERM, False, ""),
        ("somebody", "some password", False, ""),
        ("cn-north-4@AK", "a temporary one", False, "temporary login"),
        ("bearertoken@AK", LONG_TERM, False, "temporary login"),
        # CCE renews it.
        ("cn-north-4@AK", "a temporary one", True, ""),
    ],
)
def test_a_temporary_login_is_refused(tmp_path: Path, user: str, password: str, cce: bool, reason: str) -> None:
    for login in ({"username": user, "password": password}, {"auth": _auth(user, password)}):
        secret = _secret("swr", {"https://{0}/v1/".format(SWR): login}, cce=cce)
        moves = Moves(tmp_path, {WEB: web(imagePullSecrets=[{"name": "swr"}]), SECRETS + "/swr": secret}, secret="swr")
        moves.switch()
        assert reason in moves.work.reason
        assert bool(moves.patches()) is not bool(reason)
        assert password not in moves.work.reason + moves.work.remedy


def test_secrets_that_cannot_be_used(tmp_path: Path) -> None:
    listed = web(imagePullSecrets=[{"name": "old"}])
    for secret, reason in (
        (None, "there is no secret"),
        (_secret("swr", {"elsewhere.example.com": {}}), "has no login for " + SWR),
        ({**_secret("swr", {}), "data": {".dockerconfigjson": "no base64"}}, "has no logins of registries"),
    ):
        objects = {WEB: listed, **({SECRETS + "/swr": secret} if secret else {})}
        moves = Moves(tmp_path, objects, secret="swr")
        assert moves.switch() is None
        assert moves.work.outcome == "left"
        assert reason in moves.work.reason


def test_secrets_that_cannot_be_read(tmp_path: Path) -> None:
    """Who may not read it is believed, with a warning; a server that is gone is no reason to leave the workload."""
    for error in (WorkloadsError("no connection"), ForbiddenError("no", status=403)):
        moves = Moves(tmp_path, {WEB: web(imagePullSecrets=[{"name": "old"}])}, secret="swr")
        get = moves.client.get

        def failing(path: str, _query: Any = (), get: Any = get, error: Exception = error) -> Any:
            if path.startswith(SECRETS):
                raise error
            return get(path)

        moves.client.get = failing  # type: ignore[method-assign]
        if isinstance(error, ForbiddenError):
            moves.switch()
            assert len(moves.patches()) == 2
            assert len(moves.secrets.warnings) == 1
        else:
            with pytest.raises(WorkloadsError, match="no connection"):
                moves.switch()
            assert moves.work.outcome == ""


def _secret(name: str, auths: Dict[str, Any], cce: bool = False) -> Dict[str, Any]:
    labels = {"secret-generated-by": "cce"} if cce else {}
    data = base64.b64encode(json.dumps({"auths": auths}).encode()).decode()
    return {
        "metadata": {"name": name, "uid": name, "labels": labels},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": data},
    }


def _auth(user: str, password: str) -> str:
    return base64.b64encode("{0}:{1}".format(user, password).encode()).decode()


# Conflicts


def test_after_a_conflict_it_is_planned_again(tmp_path: Path) -> None:
    """Somebody inserts a container, and changes the other's image."""
    moves = Moves(tmp_path, {WEB: web(["nginx:1.25", "redis:7"])})

    def meanwhile(path: str) -> None:
        moves.client.before = lambda _path: None
        item = moves.client.objects[path]
        containers = item["spec"]["template"]["spec"]["containers"]
        containers.insert(0, {"name": "new", "image": SWR + "/shop/new:1"})
        containers[2]["image"] = "redis:8"
        item["metadata"]["resourceVersion"] = "8"

    moves.client.before = meanwhile
    moves.switch()
    containers = moves.client.objects[WEB]["spec"]["template"]["spec"]["containers"]
    assert [one["image"] for one in containers] == [
        SWR + "/shop/new:1",
        SWR + "/shop/nginx:1.25",
        SWR + "/shop/redis:8",
    ]
    (entry,) = moves.record.objects
    assert [(one["path"][4], one["old"]) for one in entry.changes] == [(1, "nginx:1.25"), (2, "redis:8")]
    assert [one.uid for one in Record(moves.record.path).objects] == [entry.uid]


def test_conflicts_have_an_end(tmp_path: Path) -> None:
    moves = Moves(tmp_path, {WEB: web()})

    def conflict(_path: str) -> None:
        raise ConflictError("the object has been modified", status=409)

    moves.client.before = conflict
    with pytest.raises(ConflictError):
        moves.switch()
    assert len(moves.patches()) == ATTEMPTS
    assert moves.record.objects == Record(moves.record.path).objects == []


def test_a_change_that_the_server_does_not_take_is_not_tried_again(tmp_path: Path) -> None:
    moves = Moves(tmp_path, {WEB: web()})

    def refuse(_path: str) -> None:
        raise ConflictError("admission webhook denied the request", status=422)

    moves.client.before = refuse
    with pytest.raises(ConflictError, match="admission webhook"):
        moves.switch()
    assert len(moves.patches()) == 1
    assert Record(moves.record.path).objects == []


def test_a_lost_reply_is_no_second_change(tmp_path: Path) -> None:
    """The client sends the patch again, and its tests fail because it was made."""
    moves = Moves(tmp_path, {WEB: web()})
    for move in (moves.switch, moves.back):

        def lost(_path: str) -> None:
            moves.client.before = lambda _path: None
            call = moves.client.calls[-1]
            moves.client.patch(call[1], call[2])

        moves.client.calls.clear()
        moves.client.before = lost
        move()
        # Twice the same, then the claim.
        first, second, claim = moves.patches()
        assert first == second
        assert claim == (WEB, CLAIM, False)
        assert len(moves.record.objects) == (1 if move == moves.switch else 0)


def test_without_an_answer_the_record_keeps_what_may_have_happened(tmp_path: Path) -> None:
    moves = Moves(tmp_path, {WEB: web()})

    def gone(_path: str) -> None:
        raise WorkloadsError("no connection")

    moves.client.before = gone
    with pytest.raises(WorkloadsError):
        moves.switch()
    assert [one.name for one in Record(moves.record.path).objects] == ["web"]


def test_the_claim_is_removed_at_its_place(tmp_path: Path) -> None:
    moves = Moves(tmp_path, {WEB: web()})

    def another(path: str) -> None:
        if "managedFields" in moves.client.calls[-1][2][0]["path"]:
            moves.client.before = lambda _path: None
            moves.client.objects[path]["metadata"]["managedFields"].insert(0, {"manager": "kubelet"})

    moves.client.before = another
    moves.switch()
    claims = [one["manager"] for one in moves.client.objects[WEB]["metadata"]["managedFields"]]
    assert claims == ["kubelet", "helm"]


def test_a_dry_run_asks_and_keeps_nothing(tmp_path: Path) -> None:
    before = web()
    moves = Moves(tmp_path, {WEB: before}, dry_run=True)
    moves.switch()
    assert [call[2] for call in moves.patches()] == [True]
    assert moves.client.objects[WEB] == before
    assert (tmp_path / "record.jsonl").read_text(encoding="utf-8") == ""


# Back


def test_only_what_is_still_ours_goes_back(tmp_path: Path) -> None:
    moves = Moves(tmp_path, {WEB: web(["nginx:1.25", "redis:7", "log:1"])})
    moves.switch()
    containers = moves.client.objects[WEB]["spec"]["template"]["spec"]["containers"]
    containers[1]["image"] = "redis:8"
    containers.pop(2)
    containers.reverse()
    moves.back()
    assert [one["image"] for one in containers] == ["redis:8", SWR + "/shop/nginx:1.25"]
    containers = moves.client.objects[WEB]["spec"]["template"]["spec"]["containers"]
    assert [one["image"] for one in containers] == ["redis:8", "nginx:1.25"]
    assert "containers[0].image is redis:8 now" in moves.work.reason
    assert "containers[2].image is gone" in moves.work.reason
    assert moves.record.objects == []


def test_another_object_of_the_same_name_is_not_touched(tmp_path: Path) -> None:
    moves = Moves(tmp_path, {WEB: web()})
    moves.switch()
    moves.client.objects[WEB]["metadata"]["uid"] = "another"
    with pytest.raises(WorkloadsError, match="deleted meanwhile"):
        moves.back()
    assert moves.client.objects[WEB]["spec"]["template"]["spec"]["containers"][0]["image"].startswith(SWR)
