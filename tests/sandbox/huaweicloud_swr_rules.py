# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a repository in SWR's management API: sharing, retention, synchronization and triggers."""

from __future__ import annotations

import itertools
import re
from typing import Any, Dict, Iterable, List, Match
from urllib.parse import unquote

from .http_message import Request, Response
from .huaweicloud_requests import BOTH, PLAIN, Account, reply_json
from .huaweicloud_swr import SwrObjects, invalid, now, refused, take

R = r"/v2/manage/namespaces/([^/]+)/repos/([^/]+)"
# Another word for repositories, in this family alone.
S = r"/v2/manage/namespaces/([^/]+)/repositories/([^/]+)/access-domains"
_DEADLINE = re.compile(r"forever|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z\Z")
_TRIGGER = (
    *("action", "app_type", "application", "cluster_id", "cluster_name", "cluster_ns", "condition", "container"),
    *("enable", "name", "trigger_mode", "trigger_type"),
)
_CHOICES = {
    "action": ("update",),
    "app_type": ("deployments", "statefulsets"),
    "enable": ("true", "false"),
    "trigger_mode": ("cce", "cci"),
    "trigger_type": ("all", "tag", "regular"),
}


class RepositoryRules:
    """
    :param accounts: names of accounts that repositories can be shared with. Any name can be stored.
    :param regions: those that images can be synchronized to.
    """

    def __init__(
        self,
        objects: SwrObjects,
        accounts: Iterable[str] = ("partner",),
        regions: Iterable[str] = ("cn-east-3", "cn-south-1"),
    ) -> None:
        self._objects = objects
        self._accounts = set(accounts)
        self._regions = set(regions)
        self._numbers = itertools.count(1)
        self.routes = [
            ("GET", S, self._list_shares),
            ("POST", S, self._create_share),
            ("GET", S + "/([^/]+)", self._one_share),
            ("PATCH", S + "/([^/]+)", self._change_share),
            ("DELETE", S + "/([^/]+)", self._delete_share),
            ("GET", R + "/retentions", self._list_retentions),
            ("POST", R + "/retentions", self._create_retention),
            ("GET", R + "/retentions/([0-9]+)", self._show_retention),
            ("PATCH", R + "/retentions/([0-9]+)", self._change_retention),
            ("DELETE", R + "/retentions/([0-9]+)", self._delete_retention),
            ("GET", R + "/sync_repo", self._list_syncs),
            ("POST", R + "/sync_repo", self._create_sync),
            ("DELETE", R + "/sync_repo", self._delete_sync),
            ("GET", R + "/triggers", self._list_triggers),
            ("POST", R + "/triggers", self._create_trigger),
            ("GET", R + "/triggers/([^/]+)", self._one_trigger),
            ("PATCH", R + "/triggers/([^/]+)", self._change_trigger),
            ("DELETE", R + "/triggers/([^/]+)", self._delete_trigger),
        ]

    # Sharing

    def _list_shares(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, list(self._objects.repository_of(match).shares.values()) or None)

    def _share(self, match: Match[str]) -> Dict[str, Any]:
        shares = self._objects.repository_of(match).shares
        name = unquote(match.group(3))
        if name not in shares:
            # Documented as 400, where others have 404.
            raise refused(400, "4001090", "The shared account does not exist", PLAIN)
        return shares[name]

    def _create_share(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        values = take(body, {"access_domain": str, "permit": str, "deadline": str}, {"description": str})
        shares = self._objects.repository_of(match).shares
        name = values["access_domain"]
        if name in shares:
            raise refused(409, "4090091", "The repository is shared with this account already")
        if not name or name == account.domain_id:
            raise invalid("access_domain")
        shares[name] = {
            "namespace": unquote(match.group(1)),
            "repository": unquote(match.group(2)).replace("$", "/"),
            "access_domain": name,
            "creator_id": account.user_id,
            "creator_name": account.user_name,
            "created": now(),
        }
        try:
            self._set_share(shares[name], values)
        except Exception:
            del shares[name]
            raise
        return reply_json(201, {})

    @staticmethod
    def _set_share(share: Dict[str, Any], values: Dict[str, Any]) -> None:
        if values["permit"] != "read" or not _DEADLINE.match(values["deadline"]):
            raise invalid("permit")
        deadline = values["deadline"]
        share.update(
            permit="read",
            deadline=deadline,
            description=values.get("description", ""),
            updated=now(),
            status=deadline == "forever" or deadline > now(),
        )

    def _one_share(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        share = self._share(match)
        return reply_json(200, dict(share, exist=share["access_domain"] in self._accounts))

    def _change_share(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        values = take(body, {"permit": str, "deadline": str}, {"description": str})
        self._set_share(self._share(match), values)
        return reply_json(201, {})

    def _delete_share(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        share = self._share(match)
        del self._objects.repository_of(match).shares[share["access_domain"]]
        return Response(204)

    # Retention

    def _list_retentions(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        found = self._objects.repository_of(match).retentions
        return reply_json(200, [dict(policy, id=number, scope="") for number, policy in found.items()])

    def _show_retention(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        number = int(match.group(3))
        return reply_json(200, dict(self._retentions(match)[number], id=number, scope=""))

    @staticmethod
    def _policy(body: Any) -> Dict[str, Any]:
        values = take(body, {"algorithm": str, "rules": list})
        if values["algorithm"] != "or" or len(values["rules"]) != 1:
            raise invalid("rules")
        rule = take(values["rules"][0], {"template": str, "params": dict, "tag_selectors": list})
        number = {"date_rule": "days", "tag_rule": "num"}.get(rule["template"])
        if number is None or set(rule["params"]) != {number} or not str(rule["params"][number]).isdigit():
            raise invalid("params")
        if not isinstance(rule["params"][number], str):
            raise invalid("params")
        for selector in rule["tag_selectors"]:
            if take(selector, {"kind": str, "pattern": str})["kind"] not in ("label", "regexp"):
                raise invalid("tag_selectors")
        return values

    def _create_retention(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        retentions = self._objects.repository_of(match).retentions
        policy = self._policy(body)
        if retentions:
            raise refused(400, "4000307", "The repository has a retention policy already")
        number = next(self._numbers)
        retentions[number] = policy
        return reply_json(201, {"id": number})

    def _change_retention(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        retentions = self._retentions(match)
        policy, number = self._policy(body), int(match.group(3))
        if policy["rules"][0]["template"] != retentions[number]["rules"][0]["template"]:
            # Documented: the template cannot be changed.
            raise invalid("template")
        retentions[number] = policy
        return reply_json(201, {})

    def _retentions(self, match: Match[str]) -> Dict[int, Dict[str, Any]]:
        retentions = self._objects.repository_of(match).retentions
        if int(match.group(3)) not in retentions:
            raise refused(400, "4000306", "The retention policy does not exist")
        return retentions

    def _delete_retention(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        del self._retentions(match)[int(match.group(3))]
        return reply_json(200, {})

    # Synchronization

    def _list_syncs(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, self._objects.repository_of(match).syncs)

    @staticmethod
    def _place(values: Dict[str, Any]) -> Any:
        return (values["remoteRegionId"], values["remoteNamespace"])

    def _create_sync(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        place = {"remoteRegionId": str, "remoteNamespace": str}
        values = take(body, place, {"syncAuto": bool, "override": bool})
        syncs = self._objects.repository_of(match).syncs
        if values["remoteRegionId"] not in self._regions:
            raise refused(400, "4001155", "The region does not exist")
        if self._place(values) in map(self._place, syncs):
            raise refused(409, "4091157", "The synchronization exists already")
        own = {"id": next(self._numbers), "createdAt": now(), "updatedAt": now(), "domainName": "sandbox"}
        names = {"namespace": unquote(match.group(1)), "repoName": unquote(match.group(2)).replace("$", "/")}
        syncs.append({"syncAuto": False, "override": False, **values, **own, **names})
        return reply_json(200, {})

    def _delete_sync(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        values = take(body, {"remoteRegionId": str, "remoteNamespace": str})
        syncs = self._objects.repository_of(match).syncs
        left = [sync for sync in syncs if self._place(sync) != self._place(values)]
        if len(left) == len(syncs):
            raise refused(400, "4001158", "The synchronization does not exist", BOTH)
        syncs[:] = left
        return reply_json(200, {})

    # Triggers

    def _list_triggers(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        found: List[Any] = list(self._objects.repository_of(match).triggers.values())
        return reply_json(200, found or None)

    def _create_trigger(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        values = take(body, {name: str for name in _TRIGGER if name != "container"}, {"container": str})
        triggers = self._objects.repository_of(match).triggers
        for name, choices in _CHOICES.items():
            if values[name] not in choices:
                raise invalid(name)
        if bool(values["cluster_id"]) != (values["trigger_mode"] == "cce"):
            raise invalid("cluster_id")
        if (values["condition"] == ".*") != (values["trigger_type"] == "all"):
            raise invalid("condition")
        if values["name"] in triggers:
            raise refused(409, "4090020", "The trigger exists already")
        more = {"created_at": now(), "creator_name": account.user_name, "trigger_history": None}
        triggers[values["name"]] = {"container": "", **values, **more}
        return reply_json(201, {})

    def _trigger(self, match: Match[str]) -> Dict[str, Any]:
        triggers = self._objects.repository_of(match).triggers
        if unquote(match.group(3)) not in triggers:
            raise refused(404, "4040020", "The trigger does not exist")
        return triggers[unquote(match.group(3))]

    def _one_trigger(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, self._trigger(match))

    def _change_trigger(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        values = take(body, {"enable": str})
        if values["enable"] not in _CHOICES["enable"]:
            raise invalid("enable")
        self._trigger(match).update(values)
        return reply_json(201, {})

    def _delete_trigger(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        name = self._trigger(match)["name"]
        del self._objects.repository_of(match).triggers[name]
        return Response(204)
