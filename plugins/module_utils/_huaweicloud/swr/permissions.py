# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users' permissions in an organization or a repository of SWR.

API reference of SWR, CreateNamespaceAuth, UpdateNamespaceAuth, DeleteNamespaceAuth, ShowNamespaceAuth, and the same for
repositories (UserRepositoryAuth).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..._resource import State, bring_about
from ..._text import quoted
from ..api.client import Cloud
from ..api.identity import Identity, User
from ..api.objects import result_of
from ..errors import HuaweiCloudError
from .common import LEVELS, TEXT, SwrResource, checked, not_understood, permission_name, read_object, swr_client
from .names import Place, place_of

Entry = Dict[str, Any]


class Wish(NamedTuple):
    """A user in the options, given by ID, name or both, and the desired permission; None: to be revoked."""

    user_id: Optional[str]
    user_name: Optional[str]
    permission: Optional[str]

    @property
    def what(self) -> str:
        return quoted(self.user_name or self.user_id or "")

    def means(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is this user's. The ID takes precedence."""
        if self.user_id is not None:
            return bool(entry["user_id"] == self.user_id)
        return bool(entry["user_name"] == self.user_name)


class Found(NamedTuple):
    """All users with their own permission.

    :ivar own: the user of this key.
    :ivar others: the others, by name.
    :ivar creator: the user who created the organization; not returned for a repository.
    """

    own: Optional[Entry]
    others: List[Entry]
    creator: Optional[str]


def read_permissions(cloud: Cloud, place: Place) -> Optional[Found]:
    """The permissions in an organization or a repository, None if it does not exist.

    :raises HuaweiCloudError: SWR refuses, or its reply cannot be parsed.
    """
    action = "swr:{0}Access".format("repo:getRepo" if place.repository else "namespace:getNamespace")
    call = swr_client(cloud).call
    found = read_object(lambda: call("GET", place.path + "/access", action=action, on=place.what), place.what)
    if found is None:
        return None
    others = found.get("others_auths")
    if not isinstance(others, (list, type(None))):
        raise not_understood(place.what)
    own = found.get("self_auth")
    entries = [_entry(place, entry) for entry in others or ()]
    creator = found.get("creator_name")
    return Found(None if own is None else _entry(place, own), sorted(entries, key=_by_name), creator)


def _missing(place: Place) -> HuaweiCloudError:
    return HuaweiCloudError(
        "the {0} does not exist".format(place.what), where="permissions", hint="Create it first, or check the name."
    )


def _entry(place: Place, found: Any) -> Entry:
    checked(found, {"user_id": str, "user_name": TEXT, "auth": int}, place.what)
    permission = permission_name(found["auth"])
    if permission is None:
        raise not_understood(place.what)
    return {
        "user_id": found["user_id"],
        "user_name": found.get("user_name") or "",
        "permission": permission,
    }


def _by_name(entry: Mapping[str, Any]) -> Any:
    return (entry["user_name"], entry["user_id"])


class Permissions(SwrResource):
    """The permissions of all users except this key's.

    :param options: C(organization), C(repository), C(users), C(exclusive) and C(state). A user may have a C(state) too.
    :param may_be_missing: whether a missing organization or repository counts as one without permissions.
    :raises HuaweiCloudError: the options are invalid.
    :ivar missing: whether the organization or the repository does not exist.
    """

    def __init__(self, cloud: Cloud, options: Mapping[str, Any], may_be_missing: bool = False) -> None:
        self._place = place_of(options)
        absent = options["state"] == "absent"
        self._wishes = _wishes(options["users"], absent)
        self._exclusive = bool(options.get("exclusive"))
        if absent and self._exclusive:
            raise HuaweiCloudError(
                "exclusive removes all users but the given ones, and state=absent removes these",
                where="exclusive",
                hint="Leave one of them out. An empty list of users with exclusive removes all.",
            )
        self._cloud = cloud
        self._identity = Identity(cloud)
        self._may_be_missing = may_be_missing or absent
        self._found = Found(None, [], None)
        self.missing = False
        super().__init__(swr_client(cloud), self._place.what)

    def observe(self) -> Optional[State]:
        found = read_permissions(self._cloud, self._place)
        self.missing = found is None
        if found is None and not self._may_be_missing:
            raise _missing(self._place)
        self._found = found or Found(None, [], None)
        return {"users": self._found.others}

    def desired(self, current: Optional[State]) -> Optional[State]:
        wanted = [wish for wish in self._wishes if not self._is_settled(wish)]
        revoked = [wish for wish in wanted if wish.permission is None]
        entries: Dict[str, Entry] = {}
        for wish in wanted:
            if wish.permission is None:
                continue
            entry = self._entry_for(wish)
            if entry["user_id"] in entries or any(other.means(entry) for other in revoked):
                raise HuaweiCloudError(
                    "the user {0} is named twice, by name and by ID".format(quoted(entry["user_name"])),
                    where="users",
                    hint="Give each user once. Nothing was changed.",
                )
            entries[entry["user_id"]] = entry
        kept = [
            entry
            for entry in self._found.others
            if entry["user_id"] not in entries
            and not any(wish.means(entry) for wish in revoked)
            and (not self._exclusive or self._is_creator(entry))
        ]
        return {"users": sorted([*entries.values(), *kept], key=_by_name)}

    def _is_creator(self, entry: Mapping[str, Any]) -> bool:
        return bool(self._found.creator) and entry["user_name"] == self._found.creator

    def _is_settled(self, wish: Wish) -> bool:
        """Whether there is nothing to do: permissions of the key's own user and of the creator are fixed.

        :raises HuaweiCloudError: the desired permission differs.
        """
        own = self._found.own
        entries = [entry for entry in self._found.others if self._is_creator(entry)] + ([own] if own else [])
        for entry in entries:
            if wish.means(entry):
                if wish.permission != entry["permission"]:
                    who = "the key's own user" if entry is own else "the user who created the organization"
                    raise HuaweiCloudError(
                        "the permission of {0} is {1} and cannot be changed: it is {2}".format(
                            wish.what, entry["permission"], who
                        ),
                        where="users",
                        hint="Leave the user out, or give the permission that it has. Nothing was changed.",
                    )
                return True
        return False

    def _entry_for(self, wish: Wish) -> Entry:
        known = [entry for entry in self._found.others if wish.means(entry)]
        if len(known) > 1:
            raise HuaweiCloudError("several users are named {0}".format(wish.what), where="users", hint="Set user_id.")
        if known:
            user = User(known[0]["user_id"], known[0]["user_name"])
        elif wish.user_id is None:
            user = self._identity.user_named(wish.user_name or "")
        elif wish.user_name is None:
            user = self._identity.user_with_id(wish.user_id)
        else:
            user = User(wish.user_id, wish.user_name)
        return {"user_id": user.id, "user_name": user.name, "permission": wish.permission}

    def create(self, desired: State) -> None:
        """Permissions belong to an existing object, so there is nothing to create."""

    def update(self, current: State, desired: State) -> None:
        before = {entry["user_id"]: entry for entry in current["users"]}
        after = {entry["user_id"]: entry for entry in desired["users"]}
        added = [entry for user, entry in after.items() if user not in before]
        changed = [entry for user, entry in after.items() if user in before and entry != before[user]]
        removed = [user for user in before if user not in after]
        # A kept permission stays in force: it is never removed and granted again.
        self._send("POST", "create", [_body(entry) for entry in added])
        self._send("PATCH", "update", [_body(entry) for entry in changed])
        self._send("DELETE", "delete", removed)

    def _send(self, method: str, verb: str, body: Sequence[Any]) -> None:
        if body:
            kind = "repo:{0}RepoAccess" if self._place.repository else "namespace:{0}NamespaceAccess"
            action = "swr:" + kind.format(verb)
            self.call(method, self._place.path + "/access", body=list(body), action=action, on=self.what)

    def delete(self, current: State) -> None:
        """The permissions themselves always exist, even if empty."""


def _body(entry: Mapping[str, Any]) -> Entry:
    return {"user_id": entry["user_id"], "user_name": entry["user_name"], "auth": LEVELS[entry["permission"]]}


def _wish(user: Mapping[str, Any], absent: bool) -> Wish:
    absent = absent or user.get("state") == "absent"
    return Wish(user.get("user_id"), user.get("user_name"), None if absent else user.get("permission"))


def _wishes(users: Sequence[Mapping[str, Any]], absent: bool) -> List[Wish]:
    wishes = [_wish(user, absent) for user in users]
    for number, wish in enumerate(wishes):
        if not (wish.user_id or wish.user_name):
            raise HuaweiCloudError(
                "a user has neither an ID nor a name",
                where="users[{0}]".format(number),
                hint="Set user_id, user_name or both.",
            )
        if wish.permission is None and not absent and users[number].get("state") != "absent":
            raise HuaweiCloudError(
                "no permission is set for the user {0}".format(wish.what),
                where="users[{0}]".format(number),
                hint="Set permission to manage, write or read.",
            )
        for other in wishes[:number]:
            same_id = wish.user_id is not None and wish.user_id == other.user_id
            if same_id or (wish.user_name is not None and wish.user_name == other.user_name):
                raise HuaweiCloudError(
                    "duplicate user {0}".format(wish.what),
                    where="users[{0}]".format(number),
                    hint="List each user once.",
                )
    return wishes


def manage_permissions(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Grant, change and revoke permissions, or report what would change.

    :raises HuaweiCloudError: the options are invalid, a user does not exist, or SWR or IAM refuses.
    """
    # In check mode, an earlier task's object does not exist.
    permissions = Permissions(cloud, options, may_be_missing=check_mode)
    change = bring_about(permissions, check_mode)
    result = result_of("users", None, change, cloud)
    if permissions.missing and change.changed:
        result["warnings"].append("The {0} does not exist yet.".format(permissions.what))
    return dict(result, users=(change.after or {})["users"])


def list_permissions(cloud: Cloud, options: Mapping[str, Any]) -> Dict[str, Any]:
    """All permissions: C(own), C(users) and C(creator).

    :raises HuaweiCloudError: a name is invalid, or SWR refuses.
    """
    place = place_of(options)
    found = read_permissions(cloud, place)
    if found is None:
        raise _missing(place)
    return {"own": found.own, "users": found.others, "creator": found.creator}
