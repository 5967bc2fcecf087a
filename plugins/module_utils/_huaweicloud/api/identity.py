# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity and Access Management (IAM): ids of projects, and names and ids of users.

API reference of IAM: KeystoneListProjects, KeystoneListAuthDomains, KeystoneListUsers, KeystoneShowUser.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import quote

from ..._text import quoted
from ..errors import HuaweiCloudError
from .client import Cloud, ServiceClient, segment
from .lists import whole

GIVE_BOTH = "Give both user_id and user_name, or give the key the IAM permission {0}."


class User(NamedTuple):
    """A user of the account."""

    id: str
    name: str


class Identity:
    """The part of IAM that other services need.

    :param cloud: gives access to it.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._users: Optional[ServiceClient] = None

    def project_id(self) -> str:
        """The id of the project for requests: as given, else looked up by the project's name.

        :raises HuaweiCloudError: there is no such project.
        """
        credentials = self._cloud.credentials
        if credentials.project_id:
            return credentials.project_id
        name = credentials.project_name or credentials.region
        if not name:
            raise HuaweiCloudError(
                "neither project_id nor region is known", where="project_id", hint="Set region, or project_id."
            )
        path = "/v3/projects"
        try:
            found = whole(self._cloud.client("iam").call, "{0}?name={1}".format(path, quote(name)), "projects")
        except HuaweiCloudError as error:
            if error.status == 403:
                error.hint = "Give project_id, or give the key the IAM permission iam:projects:listProjects."
            raise
        projects = [item for item in found if item.get("name") == name]
        if len(projects) != 1:
            raise HuaweiCloudError(
                "the account has {0} projects named {1}".format(len(projects) or "no", quoted(name)),
                where="project_name",
                hint="Check region and project_name, or give project_id.",
            )
        return _text_of(projects[0], "id", path)

    def user_named(self, name: str) -> User:
        """
        :raises HuaweiCloudError: there is no such user, or the key may not look it up.
        """
        path = "/v3/users?name=" + quote(name, safe="")
        users = self._ask("iam:users:listUsers", lambda call: whole(call, path, "users"))
        users = [item for item in users if item.get("name") == name]
        if len(users) != 1:
            raise _no_user("the account has no user named {0}".format(quoted(name)))
        return User(_text_of(users[0], "id", path), name)

    def user_with_id(self, user_id: str) -> User:
        """
        :raises HuaweiCloudError: there is no such user, or the key may not look it up.
        """
        path = "/v3/users/" + segment(user_id, "user_id")
        try:
            found = self._ask("iam:users:getUser", lambda call: call("GET", path)).data
        except HuaweiCloudError as error:
            if error.status != 404:
                raise
            raise _no_user("the account has no user with the ID {0}".format(quoted(user_id))) from None
        user = found.get("user") if isinstance(found, dict) else None
        if not isinstance(user, dict) or user.get("id") != user_id:
            raise _not_understood(path)
        return User(user_id, _text_of(user, "name", path))

    def _ask(self, action: str, ask: Callable[[Any], Any]) -> Any:
        try:
            if self._users is None:
                self._users = self._cloud.client("iam", domain_id=self._domain_id())
            return ask(self._users.call)
        except HuaweiCloudError as error:
            if error.status == 403:
                error.hint = GIVE_BOTH.format(action)
            raise

    def _domain_id(self) -> str:
        path = "/v3/auth/domains"
        domains = whole(self._cloud.client("iam").call, path, "domains")
        if len(domains) != 1:
            raise _not_understood(path)
        return _text_of(domains[0], "id", path)


def _text_of(item: Any, field: str, path: str) -> str:
    value = item.get(field)
    if not isinstance(value, str) or not value:
        raise _not_understood(path)
    return value


def _no_user(what: str) -> HuaweiCloudError:
    return HuaweiCloudError(what, where="users", hint="Check it under Users in the console of IAM.")


def _not_understood(path: str) -> HuaweiCloudError:
    return HuaweiCloudError("the reply of IAM does not match its API reference", where="GET " + path)
