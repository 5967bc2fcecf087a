# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy in C(harbor.yml): names that Harbor reaches without it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import re
from typing import Any, List, NamedTuple, Sequence

from ..._http_values import NotUnderstood
from ..._networks import is_exempt
from ..._yaml import check_events
from ..errors import HarborError
from .compose_nodes import get

try:
    import yaml
except ImportError:
    # The module has reported this already.
    yaml = None  # type: ignore[assignment]

WHERE = "harbor.yml"
_COMPONENTS = ("core", "jobservice")
_HINT = (
    "Add the names to no_proxy in the section proxy manually, separated by commas, and run ./prepare. "
    "With no_proxy=ignore (harbor_no_proxy of the role) the file is not read."
)


class ProxyFile(NamedTuple):
    """The current and the desired C(harbor.yml).

    :param used: whether core or jobservice use a proxy.
    :param names: the names to add or remove.
    :param text: the file after that change.
    """

    used: bool
    names: List[str]
    text: str


def adjust(text: str, names: Sequence[str], present: bool) -> ProxyFile:
    """Add names to C(no_proxy), or remove them. Everything else is kept.

    :param text: C(harbor.yml).
    :raises HarborError: the file cannot be parsed, or its form does not allow the change. The file is not quoted,
        because it contains passwords.
    """
    root = _parse(text)
    proxy = get(root, "proxy")
    used = any(_value(get(proxy, key)) for key in ("http_proxy", "https_proxy"))
    components = get(proxy, "components")
    listed = [item.value for item in components.value] if isinstance(components, yaml.SequenceNode) else []
    # Without the list no component uses the proxy.
    used = used and any(name in listed for name in _COMPONENTS)
    node = get(proxy, "no_proxy")
    entries = [entry.strip() for entry in _value(node).split(",") if entry.strip()]
    if present:
        changed = [name for name in names if not is_exempt(name, 443, ",".join(entries))] if used else []
        wanted = entries + changed
    else:
        changed = [name for name in names if name in entries]
        wanted = [entry for entry in entries if entry not in changed]
    if not changed:
        return ProxyFile(used, [], text)
    return ProxyFile(used, changed, _replaced(text, proxy, node, ",".join(wanted)))


def _replaced(text: str, proxy: Any, node: Any, value: str) -> str:
    """The text with another C(no_proxy).

    :raises HarborError: it would change other values too.
    """
    if node is not None and not isinstance(node, yaml.ScalarNode):
        raise _unfit()
    is_plain = re.match(r"[A-Za-z0-9_.][A-Za-z0-9_.,:/-]*\Z", value) and not proxy.flow_style
    written = value if is_plain and not (node is not None and node.style) else json.dumps(value)
    if node is None:
        start = proxy.value[0][0].start_mark.index
        indent = text[text.rfind("\n", 0, start) + 1 : start]
        result = text[:start] + "no_proxy: " + written + (", " if proxy.flow_style else "\n" + indent) + text[start:]
    else:
        gap = "" if node.value or node.style else " "
        result = text[: node.start_mark.index] + gap + written + text[node.end_mark.index :]
    try:
        after = yaml.safe_load(result)
    except yaml.YAMLError:
        # With an anchor or several lines, node and value have different ends. The error would quote the file.
        after = None
    before = yaml.safe_load(text)
    # Not in place: an alias may share the section with another one, which must stay unchanged.
    if after != dict(before, proxy=dict(before["proxy"], no_proxy=value)):
        raise _unfit()
    return result


def _unfit() -> HarborError:
    return HarborError("the format of its section proxy does not allow the change", where=WHERE, hint=_HINT)


def _parse(text: str) -> Any:
    try:
        check_events(yaml.parse(text, Loader=yaml.SafeLoader))
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except NotUnderstood as problem:
        raise HarborError("invalid YAML: {0}".format(problem), where=WHERE, hint=_HINT) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = WHERE if mark is None else "{0}, line {1}".format(WHERE, mark.line + 1)
        raise HarborError("invalid YAML", where=place, hint=_HINT) from None


def _value(node: Any) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
        return ""
    return str(node.value)
