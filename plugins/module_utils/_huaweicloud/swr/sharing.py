# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sharing of a repository with another account, which may then pull its images.

API reference of SWR, CreateRepoDomains, ShowAccessDomain, UpdateRepoDomains, DeleteRepoDomains and ListRepoDomains.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import datetime
from typing import Any, Callable, Dict, List, Mapping, Optional

from ..._resource import State, bring_about
from ..._text import is_printable, quoted
from ..api.client import Cloud, segment
from ..api.lists import whole
from ..api.objects import result_of
from ..errors import HuaweiCloudError
from .common import FLAG, TEXT, SwrResource, checked, read_list, read_object, swr_client
from .names import place_of

FOREVER = "forever"
# "It does not exist", with status 400
MISSING = ("4001090",)
MOST = 100


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.timezone.utc).date()


class Sharing(SwrResource):
    """One account that a repository is shared with.

    :param options: C(organization), C(repository), C(account), C(deadline), C(description) and C(state).
    :raises HuaweiCloudError: an option is invalid.
    :ivar found: all data last read.
    """

    missing = MISSING

    def __init__(self, cloud: Cloud, options: Mapping[str, Any], today: Callable[[], datetime.date] = _today) -> None:
        self._place = place_of(options)
        self._options = options
        self._account = _check_account(options["account"])
        self._deadline = None if options.get("deadline") is None else check_deadline(options["deadline"])
        self._today = today
        self.found: Optional[State] = None
        # With its time, which is kept if the day is.
        self._exact = ""
        super().__init__(swr_client(cloud), "{0}, shared with {1}".format(self._place.what, self._account))

    @property
    def _path(self) -> str:
        return "{0}/access-domains".format(self._place.sharing_path)

    @property
    def _own_path(self) -> str:
        return "{0}/{1}".format(self._path, segment(self._account, "account"))

    def observe(self) -> Optional[State]:
        on = self._place.what
        found = read_object(
            lambda: self.call("GET", self._own_path, action="swr:repo:getRepoDomain", on=on), self.what, MISSING
        )
        self.found = None if found is None else described(found, self.what)
        self._exact = str(found["deadline"]) if found else ""
        return self.found and {name: self.found[name] for name in ("account", "deadline", "description")}

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._options["state"] == "absent":
            return None
        state = dict(current or {"account": self._account, "deadline": FOREVER, "description": ""})
        if self._deadline is not None:
            state["deadline"] = self._deadline
        if self._options.get("description") is not None:
            state["description"] = self._options["description"]
        if state != current and state["deadline"] <= self._today().isoformat():
            raise HuaweiCloudError(
                "the deadline {0} is over".format(state["deadline"]),
                where="deadline",
                hint="Give a later day, or {0}. Nothing was changed.".format(FOREVER),
            )
        return state

    @property
    def warnings(self) -> List[str]:
        """What the user should know about a sharing that works as told."""
        if self._options["state"] == "absent" or self.found is None or self.found["account_exists"] is not False:
            return []
        return ["SWR knows no account named {0}: no one can use the sharing.".format(quoted(self._account))]

    def _body(self, state: State) -> Dict[str, Any]:
        deadline = state["deadline"]
        if deadline == self._exact[:10]:
            deadline = self._exact
        elif deadline != FOREVER:
            deadline += "T00:00:00Z"
        # An update clears omitted fields.
        return {"permit": "read", "deadline": deadline, "description": state["description"]}

    def create(self, desired: State) -> None:
        body = dict(self._body(desired), access_domain=self._account)
        self.call("POST", self._path, body=body, action="swr:repo:createRepoDomain", on=self._place.what)

    def update(self, current: State, desired: State) -> None:
        action = "swr:repo:updateRepoDomain"
        self.call("PATCH", self._own_path, body=self._body(desired), action=action, on=self._place.what)

    def delete(self, current: State) -> None:
        self.call("DELETE", self._own_path, action="swr:repo:deleteRepoDomain", on=self._place.what)


def _check_account(name: str) -> str:
    if name.strip() in ("", ".", "..") or len(name) > 200 or not is_printable(name) or "/" in name:
        raise HuaweiCloudError(
            "invalid account name {0}".format(quoted(name)),
            where="account",
            hint="Write the account's name as its owner sees it under My Credentials.",
        )
    return name


def check_deadline(text: str) -> str:
    """V(forever), or a day such as C(2027-06-30).

    :raises HuaweiCloudError: it is neither.
    """
    if text == FOREVER:
        return text
    try:
        if datetime.date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise HuaweiCloudError(
        "invalid deadline {0}".format(quoted(text)),
        where="deadline",
        hint="Write {0}, or a day as 2027-06-30.".format(FOREVER),
    )


def described(found: Mapping[str, Any], what: str) -> State:
    """A sharing in this collection's terms.

    :raises HuaweiCloudError: the reply is incomplete.
    """
    checked(found, {"access_domain": str, "deadline": str, "description": TEXT, "status": FLAG, "exist": FLAG}, what)
    status = found.get("status")
    return {
        "account": found["access_domain"],
        "deadline": found["deadline"][:10],
        "description": found.get("description") or "",
        "expired": None if status is None else not status,
        "account_exists": found.get("exist"),
        "creator": found.get("creator_name"),
        "created": found.get("created"),
        "updated": found.get("updated"),
    }


def manage_sharing(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Share a repository with an account, or change or end that, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or SWR refuses.
    """
    sharing = Sharing(cloud, options)
    change = bring_about(sharing, check_mode)
    state = None if change.after is None else {**(sharing.found or {}), **change.after}
    result = result_of("sharing", state, change, cloud)
    result["warnings"] += sharing.warnings
    return result


def list_sharings(cloud: Cloud, options: Mapping[str, Any]) -> List[State]:
    """The accounts that a repository is shared with; none if it does not exist.

    :raises HuaweiCloudError: a name is invalid, or SWR refuses.
    """
    place = place_of(options)
    client = swr_client(cloud)

    def call(*request: Any) -> Any:
        return client.call(*request, action="swr:repo:listRepoDomains", on=place.what)

    found = read_list(lambda: whole(call, place.sharing_path + "/access-domains", most=MOST))
    states = [described(entry, place.what) for entry in found]
    # Only the call for one account shows whether it exists.
    return [{name: item for name, item in state.items() if name != "account_exists"} for state in states]
