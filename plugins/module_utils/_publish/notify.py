# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome as a notification: one POST with a JSON body.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Mapping, Optional
from urllib.parse import parse_qsl, urlsplit

from .._errors import LongshoreError, ServerError
from .._http import ApiClient
from .._page.causes import lines_of
from .._text import is_printable, safe
from .._urls import check_url
from .outcome import Outcome

ALWAYS, CHANGE, FAILURE = "always", "change", "failure"
TRIES = 3
CAUSES = 3
"""Causes of failures in the text."""
TIMEOUT = 10.0
"""Seconds for connecting and each read; the whole exchange may take five times as long."""
PATIENCE = 2 * TIMEOUT
"""Seconds after which nothing is sent again: a server that drips must not hold the run up three times."""
SHORTEST = 6
"""Characters of a secret. Shorter parts of a URL, such as C(hooks), are words that occur elsewhere."""
_ACCEPTED = tuple(range(200, 300))


class NotSent(LongshoreError):
    """The notification did not arrive, as far as is known."""


def is_due(outcome: Outcome, when: str) -> bool:
    """Whether an outcome is worth a notification."""
    return when == ALWAYS or outcome.failed or (when == CHANGE and outcome.changed)


def secrets_of(url: str) -> List[str]:
    """The parts of a webhook's URL that may be a secret: its path, the parts of that, and the values of its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return [url]
    values = [value for _name, value in parse_qsl(parts.query)]
    return [text for text in (parts.path, parts.query, *parts.path.split("/"), *values) if len(text) >= SHORTEST]


def body_of(outcome: Outcome, name: str, report: str, host: str) -> Dict[str, Any]:
    """What is sent. C(text) alone is a message that chat programs show: the outcome, and what to repair."""
    causes = outcome.causes().as_list()
    message = safe(outcome.message, 2000)
    lines = ["{0}: {1} ({2})".format(safe(name), message, outcome.status), *lines_of(causes, CAUSES, outcome.counted)]
    if len(causes) > CAUSES:
        lines.append("and {0} more causes".format(len(causes) - CAUSES))
    return {
        "text": "\n".join(lines),
        "job": name,
        "kind": outcome.kind,
        "status": outcome.status,
        "message": message,
        outcome.counted or "counts": dict(outcome.counts),
        "started_at": outcome.started_at,
        "duration": outcome.duration,
        "report": report,
        "host": host,
    }


def notify(
    url: str,
    body: Mapping[str, Any],
    verify: Any,
    redact: Callable[[str], str],
    sleep: Callable[[float], None] = time.sleep,
    session: Optional[Any] = None,
) -> None:
    """Send it, again after a broken connection or a server's error: two notifications are better than none.

    :raises NotSent: says why.
    """
    if not is_printable(url):
        # In another spelling than the one that is masked, it would be shown.
        raise NotSent("the URL has invisible characters", where="notify_url", hint="Write it without them.")
    base = url.partition("#")[0].partition("?")[0]
    check_url(base, "notify_url", NotSent, "Use a webhook whose path or query is its secret.")
    query = urlsplit(url).query
    client = ApiClient(
        base,
        NotSent,
        lambda _document: ServerError(),
        verify=verify,
        timeout=TIMEOUT,
        retries=0,
        redact=redact,
        session=session,
    )
    started = time.monotonic()
    for left in reversed(range(TRIES)):
        try:
            client.call("POST", "", parse_qsl(query, keep_blank_values=True), body, _ACCEPTED, text=True)
            return
        except NotSent as error:
            if error.status in _ACCEPTED:
                return  # It has arrived, whatever is wrong with the rest of the reply.
            final = error.status is not None and error.status < 500 and error.status != 429
            if final or not left or time.monotonic() - started > PATIENCE:
                raise
        sleep(float(TRIES - left))
