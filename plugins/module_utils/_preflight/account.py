# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access key: whether IAM or SWR accepts it, its project, and this machine's clock.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Iterator, Optional

from .._huaweicloud.api.client import VALID, Cloud
from .._huaweicloud.api.identity import Identity
from .._huaweicloud.errors import HuaweiCloudError
from .._huaweicloud.swr.organization import list_organizations
from .._time_limit import in_words
from .checks import FAILED, OK, UNCHECKED, WARNING, Check, failure

KEY, PROJECT = "access key", "project"
# A clock that is a minute wrong will be five minutes wrong.
SKEW_WARNED = 60.0
# Servers state whole seconds, and a reply takes its time.
_AGREES = 5.0
_SKEW_FAILED = VALID - 60.0
_SKEW_REMEDY = "Set this machine's clock, and keep it right with NTP: SWR and IAM refuse signatures after 15 minutes."


class Account:
    """
    :param cloud: the APIs of the region, for the key.
    :ivar project_id: None if it is not known.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._problem: Optional[HuaweiCloudError] = None
        self.project_id: Optional[str] = cloud.credentials.project_id

    @property
    def cloud(self) -> Cloud:
        """The APIs, with clients of their own: those of C(requests) are for one thread."""
        return self._cloud.in_project(self.project_id)

    @property
    def region(self) -> Optional[str]:
        return self._cloud.credentials.region

    @property
    def is_temporary(self) -> bool:
        return self._cloud.credentials.security_token is not None

    def key(self) -> Iterator[Check]:
        """Whether the key is accepted."""
        credentials = self._cloud.credentials
        service = "swr" if self.project_id else "iam"
        cloud = self.cloud
        try:
            if self.project_id:
                list_organizations(cloud)
            else:
                self.project_id = Identity(cloud).project_id()
        except HuaweiCloudError as error:
            self._problem = error
        yield from self._key_check(credentials.access_key, service.upper())
        for text in credentials.warnings:
            yield Check("account", "file of the access key", WARNING, text.partition(" Remedy: ")[0], _remedy(text))
        if credentials.security_token:
            yield Check(
                "account",
                KEY,
                UNCHECKED,
                "it is temporary, and until when it is valid cannot be read",
                "Use one that outlasts the whole run.",
            )
        yield from clock(cloud.skew, service.upper())

    def _key_check(self, key: str, service: str) -> Iterator[Check]:
        error = self._problem
        shown = "{0} ({1})".format(key, self._cloud.credentials.source)
        if error is None or error.status == 403:
            yield Check("account", KEY, OK, "{0} accepts {1}".format(service, shown))
        elif error.status is None and not error.unreachable:
            # The region, the project or an address is wrong, not the key.
            yield Check("account", KEY, UNCHECKED, "no API was asked with {0}".format(shown))
        elif error.status == 401:
            yield failure("account", KEY, error)
        else:
            yield failure("account", KEY, error, UNCHECKED)

    def project(self) -> Iterator[Check]:
        """Whether its project is known. To be asked after C(key)."""
        credentials = self._cloud.credentials
        name = credentials.project_name or credentials.region or ""
        if self._problem is not None and not credentials.project_id:
            yield failure("account", PROJECT, self._problem)
        elif credentials.project_id:
            yield Check("account", PROJECT, OK, "{0} was given".format(self.project_id))
        else:
            yield Check("account", PROJECT, OK, "IAM has {0} ({1})".format(name, self.project_id))


def clock(skew: Optional[float], service: str) -> Iterator[Check]:
    """This machine's clock, compared with that of a service.

    :param skew: seconds by which it is ahead; None: unknown.
    """
    if skew is None:
        yield Check("account", "clock", UNCHECKED, "no reply with a date has come from {0}".format(service))
        return
    if abs(skew) < _AGREES:
        yield Check("account", "clock", OK, "this machine's clock agrees with that of {0}".format(service))
        return
    text = "this machine's clock is {0} {1} that of {2}".format(
        in_words(abs(skew)), "ahead of" if skew > 0 else "behind", service
    )
    status = FAILED if abs(skew) >= _SKEW_FAILED else WARNING if abs(skew) >= SKEW_WARNED else OK
    yield Check("account", "clock", status, text, "" if status == OK else _SKEW_REMEDY)


def _remedy(text: str) -> str:
    return text.partition(" Remedy: ")[2]
