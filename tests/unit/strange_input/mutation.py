# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that are right but for one place."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError

ODD = (None, True, -1, 10**90, 1e300, "9" * 5000, [None], {"a": 1})


def places(document: Any, path: Tuple[Any, ...] = ()) -> Iterator[Tuple[Any, ...]]:
    """The path of every value, the document's own first."""
    yield path
    listed = enumerate(document) if isinstance(document, list) else ()
    for name, value in document.items() if isinstance(document, dict) else listed:
        yield from places(value, (*path, name))


def replaced(document: Any, path: Tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at a place."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy


def strange(document: Any) -> Iterator[Tuple[str, Any]]:
    """Every document that differs in one value, with what is different."""
    for path in places(document):
        for value in ODD:
            yield "{0} = {1!r:.40}".format(".".join(map(str, path)) or "all", value), replaced(document, path, value)


def crashes(document: Any, use: Callable[[Any], Any]) -> List[str]:
    """What ends in something else than a result or an error for the user."""
    found = []
    for name, other in strange(document):
        try:
            use(other)
        except LongshoreError as error:
            if not str(error).strip():
                found.append("{0}: an error without a word".format(name))
        except Exception as error:  # noqa: BLE001
            if "nobody expects" in str(error):
                # It was understood, and something else was asked for.
                continue
            found.append("{0}: {1}: {2:.80}".format(name, type(error).__name__, str(error)))
    return found
