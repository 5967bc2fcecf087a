# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Compose file as YAML nodes, which keep more than plain data: tags such as C(!reset).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import traceback
from typing import Any, Iterator, Optional

from ..._http_values import NotUnderstood
from ..._yaml import check_events
from ..errors import HarborError

try:
    import yaml
except ImportError:
    YAML_IMPORT_ERROR: Optional[str] = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

# Where people write passwords, which Compose and prepare may quote
_PRIVATE = re.compile(r"environment|labels|command|entrypoint|args|.*(?:password|secret).*|https?_proxy")


def parse(text: str, where: str) -> Any:
    """The document, None for an empty one.

    :raises HarborError: it cannot be parsed, or is not a mapping.
    """
    try:
        check_events(yaml.parse(text, Loader=yaml.SafeLoader))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except NotUnderstood as problem:
        raise HarborError("invalid YAML: {0}".format(problem), where=where) from problem
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = where if mark is None else "{0}, line {1}".format(where, mark.line + 1)
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        raise HarborError("invalid YAML: {0}".format(why), where=place) from error
    if is_null(root):
        return None
    if not isinstance(root, yaml.MappingNode):
        raise HarborError("this is not a mapping", where=where, hint="A Compose file has the key services.")
    return root


def get(node: Any, name: str) -> Any:
    """The value of a key, None if missing."""
    if not isinstance(node, yaml.MappingNode):
        return None
    found = [value for key, value in node.value if key.value == name]
    return found[-1] if found else None


def is_null(node: Any) -> bool:
    return node is None or node.tag == "tag:yaml.org,2002:null"


def _meaning(node: Any) -> Any:
    """A document's data without its formatting, for comparisons."""
    if node is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        return (node.tag, node.value)
    if isinstance(node, yaml.SequenceNode):
        return (node.tag, tuple(_meaning(item) for item in node.value))
    pairs = [(_meaning(key), _meaning(value)) for key, value in node.value]
    return (node.tag, tuple(sorted(pairs, key=repr)))


def same(one: Any, other: Any) -> bool:
    """Whether two documents mean the same."""
    return bool(_meaning(one) == _meaning(other))


def copy_of(node: Any) -> Any:
    """A deep copy in which each alias is a separate node."""
    if isinstance(node, yaml.ScalarNode):
        return yaml.ScalarNode(node.tag, node.value, style=node.style)
    if isinstance(node, yaml.SequenceNode):
        return yaml.SequenceNode(node.tag, [copy_of(item) for item in node.value], flow_style=node.flow_style)
    pairs = [(copy_of(key), copy_of(value)) for key, value in node.value]
    return yaml.MappingNode(node.tag, pairs, flow_style=node.flow_style)


def text_node(value: str, style: Optional[str] = None) -> Any:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style=style)


def private_values(node: Any, private: bool = False) -> Iterator[str]:
    """The values in a Compose file or in C(harbor.yml) that may be passwords."""
    if isinstance(node, yaml.ScalarNode):
        if private:
            yield node.value
            yield node.value.partition("=")[2]
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from private_values(item, private)
    elif node is not None:
        for key, value in node.value:
            yield from private_values(value, private or bool(_PRIVATE.fullmatch(str(key.value))))
