# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common form of all errors shown to users.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional

from ._text import hide_logins, one_line


class _Part:
    """A text in an error, cleaned whenever it is set: it may quote a server, a file or an option.

    :param longest: maximum characters.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest

    def __set_name__(self, owner: Any, name: str) -> None:
        self._name = "_" + name

    def __get__(self, error: Any, owner: Any = None) -> Any:
        return self if error is None else getattr(error, self._name)

    def __set__(self, error: Any, value: Any) -> None:
        setattr(error, self._name, None if value is None else one_line(hide_logins(str(value)), self._longest))


class LongshoreError(Exception):
    """A failure with its object, place and remedy.

    Each room derives its own classes from it (C(RegistryError), C(HuaweiCloudError) ...), so that a
    caller can catch one room's failures without catching another's.

    :param what: one sentence: what failed, without secrets.
    :param where: the file and key, URL, image or blob where it happened.
    :param code: the server's own error code, as it sent it.
    :param status: the HTTP status, if there was a reply.
    :param hint: what the user can do about it.
    """

    # An error may list all problems with an option.
    what = _Part(100_000)
    where = _Part(2_000)
    code = _Part(200)
    hint = _Part(4_000)
    # The server may have carried out the request: no reply came, or only a gateway's.
    unsettled = False
    # No reply came.
    unreachable = False

    def __init__(
        self,
        what: str,
        where: Optional[str] = None,
        code: Optional[str] = None,
        status: Optional[int] = None,
        hint: Optional[str] = None,
    ) -> None:
        self.what = what
        super().__init__(self.what)
        self.where = where
        self.code = code
        self.status = status
        self.hint = hint

    def __str__(self) -> str:
        text = self.what
        if self.where:
            text = "{0}: {1}".format(self.where, text)
        details = []
        if self.status is not None:
            details.append("HTTP {0}".format(self.status))
        if self.code:
            details.append(self.code)
        if details:
            text = "{0} ({1})".format(text, ", ".join(details))
        if self.hint:
            text = "{0} Remedy: {1}".format(text if text.endswith((".", "!", "?")) else text + ".", self.hint)
        return text

    def as_dict(self) -> Dict[str, Any]:
        """The known parts, for a module result or a report."""
        parts = {"what": self.what, "where": self.where, "code": self.code, "status": self.status, "hint": self.hint}
        return {name: value for name, value in parts.items() if value is not None}


class ServerError(NamedTuple):
    """An API's message in an error body, as far as it could be parsed."""

    code: Optional[str] = None
    message: Optional[str] = None
