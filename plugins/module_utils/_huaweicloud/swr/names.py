# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of options with names in SWR, before any call, and the paths of its API.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple
from urllib.parse import quote

from ..._swr_names import ORGANIZATION_RULE, REPOSITORY_RULE, is_organization_name, is_repository_name
from ..._text import quoted
from ..errors import HuaweiCloudError


def check_organization(name: str, option: str = "name") -> str:
    """Check an organization's name.

    :raises HuaweiCloudError: it is invalid.
    """
    if not is_organization_name(name):
        raise HuaweiCloudError(
            "invalid organization name {0}".format(quoted(name)), where=option, hint=ORGANIZATION_RULE
        )
    return name


def check_repository(name: str, option: str = "repository") -> str:
    """Check a repository's name.

    :raises HuaweiCloudError: it is invalid.
    """
    if not is_repository_name(name):
        raise HuaweiCloudError("invalid repository name {0}".format(quoted(name)), where=option, hint=REPOSITORY_RULE)
    return name


class Place(NamedTuple):
    """An organization, or a repository in it."""

    organization: str
    repository: str = ""

    @property
    def what(self) -> str:
        """For messages."""
        if not self.repository:
            return "organization {0}".format(self.organization)
        return "repository {0}/{1}".format(self.organization, self.repository)

    @property
    def path(self) -> str:
        """The path in SWR's API, which has dollar signs for the slashes in a repository's name."""
        return self._path("repos")

    @property
    def sharing_path(self) -> str:
        """The same for the sharing API, which uses another word for repositories."""
        return self._path("repositories")

    def _path(self, word: str) -> str:
        path = "/v2/manage/namespaces/" + quote(self.organization, safe="")
        if not self.repository:
            return path
        return "{0}/{1}/{2}".format(path, word, quote(self.repository.replace("/", "$"), safe=""))


def place_of(options: Mapping[str, Any]) -> Place:
    """The repository in the options C(organization) and C(repository), or the organization without one.

    :raises HuaweiCloudError: a name is invalid.
    """
    organization = check_organization(options["organization"], "organization")
    repository = options.get("repository")
    return Place(organization, "" if repository is None else check_repository(repository))
