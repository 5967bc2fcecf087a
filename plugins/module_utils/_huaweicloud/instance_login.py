# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins to an instance of SWR's Enterprise Edition, which has a registry of its own.

API reference of SWR's Enterprise Edition: ListInstance, CreateInstanceTempCredential and CreateInstanceLtCredential.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping, Optional

from .._text import is_printable, quoted
from .api.client import Cloud, segment
from .api.identity import Identity
from .api.lists import by_offset
from .errors import HuaweiCloudError
from .login import INSTANCE, INSTANCE_LONG_TERM, Login, normal_time, registry_of

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|[._-](?=[a-z0-9])){0,63}\Z")
_HINTS = {"SVCSTG.SWR.4090101": "Choose another name: a password that was given out once cannot be read again."}
# Maximum number of instances in a reply
_PAGE = 100


def check_instance(kind: str, instance: Optional[str], name: Optional[str]) -> None:
    """
    :raises HuaweiCloudError: the options conflict, or the name is invalid.
    """
    if not instance:
        raise HuaweiCloudError(
            "the instance is unknown", where="instance", hint="Give the name or the ID of the instance."
        )
    if kind == INSTANCE_LONG_TERM and (name is None or not _NAME.match(name)):
        raise HuaweiCloudError(
            "a lasting credential needs a name" if name is None else "invalid name {0}".format(quoted(name)),
            where="credential_name",
            hint="Use up to 64 characters: lower-case letters and digits, separated by single dots, hyphens or "
            "underscores.",
        )
    if kind == INSTANCE and name is not None:
        raise HuaweiCloudError("a temporary credential has no name", where="credential_name", hint="Leave it out.")


class InstanceLogins:
    """
    :param learn: called with each secret as soon as it is known.
    """

    def __init__(self, cloud: Cloud, learn: Callable[..., None] = lambda *secrets: None) -> None:
        self._cloud = cloud
        self._call = cloud.client("swr", _HINTS).call
        self._learn = learn

    def make(self, kind: str, instance: str, name: Optional[str] = None, registry: Optional[str] = None) -> Login:
        """
        :param instance: name or ID.
        :param name: of a long-term credential.
        :param registry: the host to write the login for; by default the instance's own.
        :raises HuaweiCloudError: there is no such instance, or SWR refuses.
        """
        host = registry_of(self._cloud.credentials, registry) if registry else None
        base = "/v2/{0}/instances".format(segment(Identity(self._cloud).project_id(), "project_id"))
        found = self._find(base, instance)
        path = "{0}/{1}/".format(base, segment(found["id"], "instance"))
        if kind == INSTANCE:
            action, path, body = "swr:instance:createTempCredential", path + "temp-credential", None
        else:
            action, path, body = "swr:instance:createLTCredential", path + "long-term-credential", {"name": name}
        try:
            reply = self._call("POST", path, body=body, action=action, on="instance {0}".format(instance)).data
        except HuaweiCloudError as error:
            if error.unsettled and kind == INSTANCE_LONG_TERM:
                error.hint = (
                    "The credential may exist now, but its password is lost: delete it in the console of SWR, or "
                    "choose another name."
                )
            raise
        return self._login(kind, host or self._host_of(found), reply, path)

    def _find(self, base: str, instance: str) -> Mapping[str, Any]:
        def call(*request: Any, **more: Any) -> Any:
            return self._call(*request, action="swr:instance:list", **more)

        instances = by_offset(call, base, lambda entry: entry.get("id"), field="instances", limit=_PAGE)
        found = [entry for entry in instances if instance in (entry.get("id"), entry.get("name"))]
        if len(found) != 1 or not isinstance(found[0].get("id"), str):
            raise HuaweiCloudError(
                "there {0} of the name or ID {1}".format(
                    "are {0} instances".format(len(found)) if found else "is no instance", quoted(instance)
                ),
                where="instance",
                hint="Check region and project, or give the instance's ID.",
            )
        return found[0]

    def _host_of(self, instance: Mapping[str, Any]) -> str:
        address = instance.get("access_address")
        if not isinstance(address, str) or not address:
            raise HuaweiCloudError(
                "SWR does not say where the registry of the instance is",
                where="instance",
                hint="Give registry. An instance that is being created has no address yet.",
            )
        return registry_of(self._cloud.credentials, address)

    def _login(self, kind: str, host: str, reply: Any, path: str) -> Login:
        user, password = (reply.get("user_id"), reply.get("auth_token")) if isinstance(reply, dict) else (None, None)
        if isinstance(password, str):
            self._learn(password)
        texts = (user, password)
        if not all(isinstance(text, str) and text and is_printable(text) for text in texts) or ":" in str(user):
            raise HuaweiCloudError("the reply has no login", where="POST " + path)
        until = reply.get("expire_date")
        expires_at = normal_time(until) if isinstance(until, str) else None
        return Login(
            kind=kind,
            registry=host,
            username=str(user),
            password=str(password),
            expires=kind == INSTANCE or expires_at is not None,
            expires_at=expires_at,
        )
