# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls a Harbor, and what they may do."""

from __future__ import annotations

from typing import Any, FrozenSet, Mapping, NamedTuple, Optional, Tuple, Union

from .auth import User, allowed, basic_credentials
from .harbor_robots import Robot
from .http_message import Request

_SEEING = ("list", "read", "pull")


class Identity(NamedTuple):
    """Who calls: an administrator, another user, a robot, or nobody.

    :ivar projects: what a robot may do in projects: namespace, resource and action.
    """

    name: str = ""
    admin: bool = False
    user: Optional[User] = None
    robot: Optional[Robot] = None
    projects: FrozenSet[Tuple[str, str, str]] = frozenset()

    def may(self, resource: str, action: str) -> bool:
        """Whether the caller has a permission on the system."""
        if self.robot is None:
            return self.admin
        granted = self.robot.granted("system") if self.robot.level == "system" else ()
        return any(found in (resource, "*") and what in (action, "*") for _place, found, what in granted)

    def sees(self, project: str) -> bool:
        if self.robot is not None:
            return any(
                place in (project, "*") and action in (*_SEEING, "*") for place, _resource, action in self.projects
            )
        return self.admin or (self.user is not None and "pull" in allowed(self.user.permissions, project + "/any"))


def identify(request: Request, users: Mapping[str, Union[str, User]], robots: Any) -> Identity:
    """Who logs in with a request. A wrong password makes a caller nobody; what needs one refuses then."""
    credentials = basic_credentials(request)
    if credentials is None:
        return Identity()
    robot = robots.login(*credentials)
    if robot is not None:
        return Identity(robots.prefix + robot.name, robot=robot, projects=robots.in_projects(robot))
    name, password = credentials
    known = users.get(name)
    if isinstance(known, User):
        return Identity(name, user=known) if known.password == password else Identity()
    return Identity(name, admin=True) if known is not None and known == password else Identity()
