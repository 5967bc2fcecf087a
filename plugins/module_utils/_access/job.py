# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A complete run, from the module's options to its result.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterator, List, Mapping

from .._text import quoted
from .context import Context, Options, canonical
from .errors import AccessError
from .node_files import address_of
from .results import Result, failing, summary
from .runner import run_checks, select
from .system import System
from .tls import Trust

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(r"{0}(?:\.{0})*\.?\Z".format(_LABEL))
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\Z")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")
_LIMITS = {"port": (1, 65535), "timeout": (0.1, 300), "time_limit": (1, 3600)}


def _problems(params: Mapping[str, Any], host: str) -> Iterator[str]:
    """The problems with the options."""
    for name, hosts in (("host", [host]), ("obs_hosts", params["obs_hosts"] or [])):
        for item in hosts:
            if (not _HOST.match(item) and address_of(item) is None) or len(item) > 253:
                yield "{0}: invalid host name {1} (write it without https://, port or path)".format(name, quoted(item))
    for item in params["expected_addresses"] or []:
        if address_of(item) is None:
            yield "expected_addresses: invalid address {0!r}".format(item)
    repository = params["repository"] or ""
    if repository and not _REPOSITORY.match(repository):
        yield "repository: invalid name {0!r} (write organization/name, without host or tag)".format(repository)
    if not _TAG.match(params["tag"]):
        yield "tag: invalid tag {0!r}".format(params["tag"])
    for name, (least, most) in _LIMITS.items():
        if not least <= params[name] <= most:
            yield "{0}: {1} is not between {2} and {3}".format(name, params[name], least, most)


def read_options(params: Mapping[str, Any], host: str) -> Options:
    """The module's options, checked.

    :param host: the registry's host name or address.
    :raises AccessError: with every problem at once.
    """
    problems = list(_problems(params, host))
    if problems:
        raise AccessError("; ".join(problems), hint="Correct the options; nothing was checked.")
    select(params["checks"] or ())
    return Options(
        host=host.rstrip(".").lower(),
        port=params["port"],
        expected_addresses=tuple(canonical(params["expected_addresses"] or ())),
        repository=params["repository"] or "",
        tag=params["tag"],
        username=params["username"] or "",
        password=params["password"] or "",
        obs_hosts=tuple(item.rstrip(".").lower() for item in params["obs_hosts"] or ()),
        validate_certs=params["validate_certs"],
        timeout=params["timeout"],
        time_limit=params["time_limit"],
        checks=tuple(params["checks"] or ()),
    )


def run_access_check(
    params: Mapping[str, Any], host: str, environ: Mapping[str, str], hide: Callable[[str], None]
) -> Dict[str, Any]:
    """The module's result.

    :param host: the registry's host name or address.
    :param environ: the environment that the module runs in.
    :param hide: called with every secret that a server issues.
    :raises AccessError: an option is invalid; nothing was checked.
    """
    options = read_options(params, host)
    context = Context(options, System(environ), Trust(params["ca_path"]), hide)
    return report(context, run_checks(context), params["fail_on"])


def report(context: Context, results: List[Result], fail_on: str) -> Dict[str, Any]:
    """The results as the module returns them."""
    options = context.options
    counts = summary(results)
    bad = failing(results, fail_on)
    shown = ", ".join("{0} {1}".format(count, status) for status, count in counts.items())
    message = "{0}: {1}".format(options.host, shown)
    worst = failing(results, "error") or failing(results, "warn")
    if worst:
        message = "{0}. First: {1}: {2}".format(message, worst[0].id, worst[0].message)
        if worst[0].hint:
            message = "{0}. Remedy: {1}".format(message.rstrip("."), worst[0].hint)
    return {
        "changed": False,
        "failed": bool(bad),
        "msg": message,
        "ok": not counts["fail"],
        "host": options.host,
        "port": options.port,
        "expected_addresses": list(options.expected_addresses),
        "addresses": list(context.addresses),
        "obs_hosts": context.observed_obs_hosts,
        "validate_certs": options.validate_certs,
        "summary": counts,
        "checks": [result.as_dict() for result in results],
    }
