# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the registry room.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence

from .._errors import LongshoreError


class RegistryError(LongshoreError):
    """A registry, an image or a blob failed.

    :param retryable: whether the same request may succeed later (throttle, 5xx, dropped connection).
    :param retry_after: seconds that the server asked to wait, from C(Retry-After) (RFC 9110, section 10.2.3).
    """

    def __init__(
        self, what: str, *, retryable: bool = False, retry_after: Optional[float] = None, **parts: Any
    ) -> None:
        super().__init__(what, **parts)
        self.retryable = retryable
        self.retry_after = retry_after


class RulesError(RegistryError):
    """The user's input cannot be carried out. Raised before any connection is opened.

    :param problems: all problems found, each a sentence with the place and the correct form.
    """

    def __init__(self, problems: Sequence[str], **parts: Any) -> None:
        self.problems: List[str] = list(problems)
        super().__init__("; ".join(self.problems), **parts)


def failure_of(work: Callable[[], object], where: str) -> Optional[RegistryError]:
    """Run a piece of work and return its failure, or None.

    A defect of the collection counts as the failure of the affected work, so that nothing is silently lost. The message
    names the place in the code but not the exception's own text, which may quote what a server or a user sent.

    :param where: the image, blob or repository, for a defect's message.
    """
    try:
        work()
    except RegistryError as error:
        # It is kept to the end of the run: its traceback would keep every frame's buffers with it.
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)
    except Exception as error:  # noqa: BLE001 - the one place where a defect becomes an outcome
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        at = "{0}:{1}".format(place.tb_frame.f_code.co_name, place.tb_lineno) if place is not None else "unknown"
        return RegistryError(
            "an internal error, {0} in {1}".format(type(error).__name__, at),
            where=where,
            code="INTERNAL",
            hint="This is a defect of longshore.swr: please report it with the log file.",
        )
    return None
