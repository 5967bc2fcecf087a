# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of organizations as the objects that it describes, validated as a whole.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Sequence

from ..._errors import LongshoreError
from ..._resource import Resource
from ..api.client import Cloud
from ..errors import HuaweiCloudError
from ..swr.names import Place
from ..swr.organization import Organization, OrganizationApi
from ..swr.permissions import Permissions
from ..swr.region_sync import RegionSync
from ..swr.repository import Repository
from ..swr.retention import RetentionPolicy
from ..swr.sharing import Sharing
from ..swr.trigger import Trigger

Entry = Mapping[str, Any]

# Values of options that ask for nothing
_UNSET = (None, False, [])


class Kind(NamedTuple):
    """A kind of object that a repository has.

    :ivar option: its key in the entry of a repository.
    :ivar keys: what identifies one.
    :ivar words: the object in words, with C({place}) and C(keys).
    """

    option: str
    build: Callable[[Any, Entry], Resource]
    keys: Sequence[str]
    words: str


KINDS = (
    Kind("retention_policy", RetentionPolicy, (), "retention policy of {place}"),
    Kind("sharings", Sharing, ("account",), "sharing of {place} with {account}"),
    Kind(
        "region_syncs",
        RegionSync,
        ("target_region", "target_organization"),
        "synchronization of {place} to {target_organization} in {target_region}",
    ),
    Kind("triggers", Trigger, ("name",), "trigger {name} of {place}"),
)


@dataclass(frozen=True, eq=False)
class Step:
    """One object of a list.

    :ivar what: it, in words.
    :ivar within: the object that it is part of, if that is in the list and stays.
    """

    what: str
    resource: Resource
    within: Optional[Step] = None


class _Reader:
    """
    :ivar steps: the objects, in the order in which they are changed.
    :ivar problems: what is wrong with the list.
    """

    def __init__(self, api: OrganizationApi, cloud: Optional[Cloud]) -> None:
        self._api = api
        self._cloud: Any = cloud
        self.steps: List[Step] = []
        self.problems: List[str] = []

    def each(self, place: str, entries: Any, keys: Sequence[str], add: Callable[[Entry], None]) -> None:
        """Add every entry, or note what is wrong with it.

        :param entries: a list, or a single entry without keys.
        :param keys: what identifies one.
        """
        seen: List[List[Any]] = []
        for entry in [entries] if isinstance(entries, Mapping) else entries or ():
            key = [entry[name] for name in keys]
            here = place + ("[{0}]".format("/".join(key)) if keys else "")
            try:
                if key in seen:
                    raise HuaweiCloudError("it is listed twice", hint="Merge the two.")
                add(entry)
            except LongshoreError as error:
                self.problems.append("{0}: {1}".format(here, error))
            seen.append(key)

    def organization(self, entry: Entry) -> None:
        name, present = entry["name"], entry["state"] == "present"
        inside = [option for option in entry if option not in ("name", "state") and entry[option] not in _UNSET]
        if self._cloud is None and inside:
            raise HuaweiCloudError(
                "a registry login manages organizations only",
                where=inside[0],
                hint="Use an access key, or leave out {0}.".format(" and ".join(inside)),
            )
        repositories = entry.get("repositories") or []
        leaving = [one["name"] for one in repositories if one["state"] == "absent"]
        step = Step("organization " + name, Organization(self._api, name, present, leaving))
        if not present and (inside not in ([], ["repositories"]) or len(leaving) < len(repositories)):
            raise _not_empty(inside[0], "organization")
        if present:
            self.steps.append(step)
            self._permissions(entry, Place(name), step)
        within = step if present else None
        place = "{0}.repositories".format(name)
        self.each(place, repositories, ("name",), lambda one: self._repository(name, one, within))
        if not present:
            self.steps.append(step)

    def _repository(self, organization: str, entry: Entry, within: Optional[Step]) -> None:
        repository = Repository(self._cloud, dict(entry, organization=organization))
        place = Place(organization, entry["name"])
        step = Step(place.what, repository, within)
        self.steps.append(step)
        if entry["state"] == "absent":
            inside = [option for option in entry if option not in ("name", "state") and entry[option] not in _UNSET]
            if inside:
                raise _not_empty(inside[0], "repository")
            return
        names = {"organization": organization, "repository": entry["name"]}
        for kind in KINDS:
            self._objects(kind, entry.get(kind.option), names, step)
        self._permissions(entry, place, step)

    def _objects(self, kind: Kind, entries: Any, names: Entry, within: Step) -> None:
        place = "{organization}/{repository}".format(**names)

        def add(entry: Entry) -> None:
            what = kind.words.format(place=place, **{name: entry[name] for name in kind.keys})
            self.steps.append(Step(what, kind.build(self._cloud, {**entry, **names}), within))

        self.each("{0}.{1}".format(place, kind.option), entries, kind.keys, add)

    def _permissions(self, entry: Entry, place: Place, within: Step) -> None:
        users, exclusive = entry.get("permissions"), entry.get("exclusive_permissions")
        if users is None:
            if exclusive:
                raise HuaweiCloudError(
                    "there is no list of permissions",
                    where="exclusive_permissions",
                    hint="Set permissions. An empty list revokes all others' permissions.",
                )
            return
        options = {
            "organization": place.organization,
            "repository": place.repository or None,
            "users": users,
            "exclusive": exclusive,
            "state": "present",
        }
        self.steps.append(Step("permissions for the " + place.what, Permissions(self._cloud, options), within))


def _not_empty(option: str, what: str) -> HuaweiCloudError:
    hint = "Leave it out."
    if option == "repositories":
        hint = "Leave them out, or set state: absent for each, to delete them first."
    return HuaweiCloudError("an absent {0} has none".format(what), where=option, hint=hint)


def steps_of(api: OrganizationApi, cloud: Optional[Cloud], entries: Sequence[Entry]) -> List[Step]:
    """The objects of a list, in the order in which they are changed.

    :param cloud: None with a registry login, which manages organizations only.
    :param entries: each with C(name), C(state) and, unless they are absent, C(permissions), C(exclusive_permissions)
        and C(repositories). Those have the same, the options of C(Repository), and the options of C(KINDS).
    :raises HuaweiCloudError: with all that is wrong with the list.
    """
    reader = _Reader(api, cloud)
    reader.each("organizations", entries, ("name",), reader.organization)
    if reader.problems:
        raise HuaweiCloudError(" ".join(reader.problems), hint="Nothing was changed.")
    return reader.steps
