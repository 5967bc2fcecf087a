# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules and auth files: from disk to plain Python data.

Messages name the file, the line, the column and the remedy. They never quote the file, because even an auth file that
cannot be parsed contains passwords.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, Dict, Hashable, Iterable, List, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._json import HALF
from ..._json import parse_json as parse_bounded
from ..._lazy import pattern
from ..._secrets import read_text
from ..._yaml import check_events
from ..errors import RegistryError, RulesError

# Parser messages begin like this; the rest may quote the file and is dropped.
_JSON_REASONS = (
    ("Expecting property name", "a name in double quotes is missing (is there a comma too many, or a single quote?)"),
    ("Illegal trailing comma", "there is a comma too many"),
    ("Expecting ',' delimiter", "a comma or a closing bracket is missing (or a double quote inside a string)"),
    ("Expecting ':' delimiter", "a colon is missing after a name"),
    ("Expecting value", "a value is missing (strings need double quotes)"),
    ("Unterminated string", "a string has no closing double quote"),
    ("Invalid control character", "a string holds a line break, a tab or another control character: write \\n or \\t"),
    ("Invalid \\escape", "a backslash is not followed by an escape: write two backslashes for one"),
    ("Invalid \\u", "\\u must be followed by four hexadecimal digits"),
    ("Extra data", "something follows the end of the document"),
)
_YAML_REASONS = (
    ("found character '\\t'", "a tab is used for indentation: use spaces"),
    ("found a tab character", "a tab is used for indentation: use spaces"),
    ("found character", "a string starts with a character that has a meaning in YAML: put the string in quotes"),
    (
        "mapping values are not allowed",
        "there is a colon too many: put strings that contain a colon and a space in quotes",
    ),
    ("could not find expected ':'", "a colon and a space are missing after a name"),
    ("found undefined alias", "a string starts with * (an alias that is not defined): put the string in quotes"),
    (
        "could not determine a constructor",
        "a string starts with ! or = (a tag that is not supported): put it in quotes",
    ),
    ("but found another document", "there is more than one document: keep one for each file"),
    ("found unexpected end of stream", "a quote is not closed"),
    ("found unknown escape", "a backslash in double quotes is not an escape: use single quotes or two backslashes"),
    ("found another integer", "YAML does not read a number as it is written (010 is 8, 1:30 is 90): put it in quotes"),
    ("found unhashable key", "a name is a list or a mapping: it must be a string"),
    ("did not find expected key", "the indentation or a quote is wrong"),
    ("did not find expected ',' or", "a comma or a closing bracket is missing"),
    ("expected ',' or", "a comma or a closing bracket is missing"),
    ("expected <block end>", "the indentation or a quote is wrong"),
)


_COMMENT = pattern(r"(?:^|\s)#.*")
_DECIMAL = pattern(r"[+-]?(?:0|[1-9][0-9]*)\Z")
_MAP_TAG = "tag:yaml.org,2002:map"
_INTEGER_TAG = "tag:yaml.org,2002:int"
_MERGE_TAG = "tag:yaml.org,2002:merge"


class Repeated(list):
    """The values of a name that occurs more than once in a document, with lists flattened.

    JSON and YAML parsers keep the last one and silently drop the others. Rules accept them all (image-migrator's
    rule d, "several destinations = several rules", cannot be written otherwise); an auth file with them is rejected.
    """


def merge_pairs(pairs: Iterable[Tuple[Hashable, Any]]) -> Dict[Any, Any]:
    """A dict that keeps all values of a repeated name, as C(Repeated)."""
    result: Dict[Any, Any] = {}
    for name, value in pairs:
        if name not in result:
            result[name] = value
            continue
        first = result[name]
        if not isinstance(first, Repeated):
            result[name] = first = Repeated(first if isinstance(first, list) else [first])
        first.extend(value if isinstance(value, list) else [value])
    return result


def describe(value: Any) -> str:
    """The type of a value in JSON and YAML terms, for messages. Never the value: it may be a password."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true or false without quotes"
    if isinstance(value, (int, float)):
        return "a number without quotes"
    for kind, words in ((str, "a string"), (bytes, "binary data"), (dict, "a mapping"), ((list, tuple, set), "a list")):
        if isinstance(value, kind):  # type: ignore[arg-type]
            return words
    return "a date without quotes"


def load_document(path: str) -> Any:
    """Read a rules or auth file.

    C(.json) is JSON, C(.yaml) and C(.yml) are YAML (as in image-syncer, which rejects other names), C(.txt) and
    C(.list) are lists, one item per line. With any other name, a file that starts with a bracket is JSON, otherwise
    YAML. A byte order mark is tolerated. A name that occurs more than once in a mapping becomes a C(Repeated).

    :returns: a dict or a list.
    :raises RulesError: the file is empty, malformed, or neither a mapping nor a list.
    :raises LongshoreError: it cannot be read, or is YAML and PyYAML is missing.
    """
    text = read_text(path)
    extension = os.path.splitext(path)[1].lower()
    if extension in (".txt", ".list"):
        return lines_of(text)
    is_json = extension == ".json" or (extension not in (".yaml", ".yml") and text.lstrip()[:1] in ("{", "["))
    document = parse_json(text, path) if is_json else parse_yaml(text, path)
    if not isinstance(document, (dict, list)):
        what = "it holds {0}".format(describe(document)) if document is not None else "it is empty"
        raise _refused(path, "{0}: a mapping is expected, names on the left and values on the right".format(what))
    return document


def lines_of(text: str) -> List[str]:
    """The lines of a string, without comments (C(#))."""
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def parse_text(text: str, where: str) -> Any:
    """Parse a text that may be JSON or YAML.

    :raises RulesError: it is neither; never quotes the text.
    """
    if text.lstrip()[:1] in ("{", "["):
        with contextlib.suppress(RulesError):
            return parse_json(text, where)
    return parse_yaml(text, where)


def parse_json(text: str, where: str) -> Any:
    """Parse JSON, repeated names as C(Repeated).

    :raises RulesError: gives line and column (both from 1), never quotes the text.
    """
    if not text.strip():
        raise _refused(where, "it is empty: a mapping is expected, names on the left and values on the right")
    reason, place = "", ""
    try:
        document = parse_bounded(text, merge_pairs)
        if HALF.search(text):
            json.dumps(document, ensure_ascii=False).encode("utf-8")
        return document
    except json.JSONDecodeError as error:
        reason = _reason(error.msg, _JSON_REASONS, "it is not valid JSON")
        rest = text[error.pos : error.pos + 2]
        if rest in ("//", "/*") or rest[:1] == "#":
            reason = "there is a comment: JSON has none, remove it or use a YAML file"
        place = _place(error.lineno, error.colno)
    except UnicodeEncodeError:
        reason = "a string in it has half of a character (\\ud800 to \\udfff alone)"
    except NotUnderstood as problem:
        reason = str(problem)
    # Raised here, not in the handlers: the original exception holds the whole text.
    raise _refused(where, reason, place)


def parse_yaml(text: str, where: str) -> Any:
    """Parse one YAML document with the safe loader, repeated names as C(Repeated).

    :raises RulesError: gives line and column (both from 1), never quotes the text.
    :raises RegistryError: PyYAML is missing.
    """
    yaml = _yaml()
    if yaml is None:
        raise RegistryError(
            "reading YAML needs the Python library PyYAML",
            where=where,
            hint="install PyYAML for the Python that runs the module, or write the file as JSON",
        )
    reason, place = "", ""
    try:
        return _load_yaml(yaml, text)
    except yaml.MarkedYAMLError as error:
        reason = _reason(str(error.problem or error.context or ""), _YAML_REASONS, "it is not valid YAML")
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            place = _place(mark.line + 1, mark.column + 1)
            if "\t" in _indentation(text, mark.line) and "tab" not in reason:
                reason = "a tab is used for indentation: use spaces"
    except yaml.YAMLError:
        reason = "it holds a control character that YAML does not allow"
    except NotUnderstood as problem:
        reason = str(problem)
    except (ValueError, OverflowError, AttributeError, TypeError, LookupError):
        # Raised by the safe loader's own conversions of dates, numbers and tags.
        reason = "a value looks like a date or a number but is invalid: put it in quotes"
    raise _refused(where, reason, place)


def _yaml() -> Any:
    """The library; None without it. Loaded only here: it costs a tenth of a small copy, which often needs none."""
    try:
        import yaml
    except ImportError:
        return None
    return yaml


def _load_yaml(yaml: Any, text: str) -> Any:
    # On a controller a string may be of one of Ansible's own classes, which libyaml does not accept.
    text = str(text)
    loader_class = _loader_class(yaml)
    check_events(yaml.parse(text, Loader=loader_class))
    loader = loader_class(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _loader_class(yaml: Any) -> Any:
    """A safe loader that keeps repeated names, based on libyaml if available, which is ten times faster."""

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Safe loader that keeps all values of a repeated name."""

    Loader.add_constructor(_MAP_TAG, _mapping)
    Loader.add_constructor(_INTEGER_TAG, _integer)
    return Loader


def _integer(loader: Any, node: Any) -> int:
    """A decimal integer. Tags look like integers: as a tag, 0123 is not 83."""
    if not _DECIMAL.match(str(node.value)):
        raise _yaml().constructor.ConstructorError(None, None, "found another integer", node.start_mark)
    return int(node.value)


def _mapping(loader: Any, node: Any) -> Dict[Any, Any]:
    """A mapping node as a dict. An explicit name overrides one merged by C(<<), it does not repeat it."""
    yaml = _yaml()
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "could not determine a constructor", node.start_mark)
    merged: Dict[Any, Any] = {}
    pairs: List[Tuple[Any, Any]] = []
    for key_node, value_node in node.value:
        if key_node.tag == _MERGE_TAG:
            sources = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            # The first of several merged mappings wins.
            for source in reversed(sources):
                merged.update(_mapping(loader, source))
            continue
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "found unhashable key", key_node.start_mark)
        pairs.append((key, loader.construct_object(value_node, deep=True)))
    merged.update(merge_pairs(pairs))
    return merged


def _indentation(text: str, line: int) -> str:
    lines = text.splitlines()
    if line >= len(lines):
        return ""
    return lines[line][: len(lines[line]) - len(lines[line].lstrip())]


def _reason(message: str, table: Tuple[Tuple[str, str], ...], default: str) -> str:
    for start, reason in table:
        if message.startswith(start):
            return reason
    return default


def _place(line: int, column: int) -> str:
    return "line {0}, column {1}".format(line, column)


def _refused(where: str, reason: str, place: Optional[str] = None) -> RulesError:
    return RulesError([": ".join(part for part in (where, place, reason) if part)])
