# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that would drive a terminal, and a look at what became of it."""

from __future__ import annotations

import unicodedata
from typing import Any, Callable, Dict, Iterator, List, Set

from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors

SECRET = "pass-of-the-url-77"

INVISIBLE = "".join(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x3164, 0xFE0F, 0xFFA0, 0xE0100)))
"""Python calls them printable."""

CONTROLS = "".join(
    chr(code)
    for code in (*range(0x3000), 0xD800, 0xDBFF, 0xDC00, 0xDFFF, *range(0xFE00, 0x10000), *range(0xE0000, 0xE0080))
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
)
EVIL = "evil\x1b[31m" + CONTROLS + INVISIBLE
"""Every character of the kind, a few halves of pairs, behind a word that shows whether the text came through."""

SHORT = "evil\x1b[2J\x07\x9b\u202e\u200b\u2028\ud800\r\n\x00"
"""Some, where there is no room for all."""

HEADER = "evil" + "".join(char for char in SHORT[4:] + "\x85\xad\x7f" if ord(char) < 256 and char not in "\r\n\0")
"""As much as a header can carry."""


def harmful(text: str, kept: str = "") -> str:
    """What of a text a terminal would obey, or nobody would see."""
    bad = (char for char in text if not char.isprintable() or char in INVISIBLE)
    return "".join(char for char in bad if char not in kept)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a result, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts_in(pair)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts_in(item)


def check(text: str, lines: bool = False) -> str:
    """C(text), which must be harmless."""
    assert ascii(harmful(text, "\n\t" if lines else "")) == "''", ascii(text[:2000])
    assert SECRET not in text
    return text


def check_result(value: Any) -> str:
    """All texts of a result, each of which must be harmless."""
    return "\n".join(check(text, lines=True) for text in texts_in(value))


def check_error(error: Any) -> str:
    """What an error says; its text and its parts must be harmless, and not endless."""
    said = check(str(error))
    for part in error.as_dict().values():
        check(str(part))
        assert len(str(part)) < 100_000
    return said


class Module:
    """As much of AnsibleModule as C(reports_errors) uses."""

    def __init__(self, **params: Any) -> None:
        self.params = params
        self.check_mode = True
        self._diff = True
        self.no_log_values: Set[str] = set()
        self.warnings: List[str] = []
        self.result: Dict[str, Any] = {}

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def exit_json(self, **result: Any) -> None:
        self.result = result

    def fail_json(self, **result: Any) -> None:
        self.result = dict(result, failed=True)


def result_of(run: Callable[[Module], Dict[str, Any]], **params: Any) -> str:
    """All that a module shows, which must be harmless: its result and its warnings."""
    module = Module(**params)
    # A module's own run() is one that reports its errors already.
    reports_errors(getattr(run, "__wrapped__", run))(module)
    assert module.result
    return check_result([module.result, [check(warning) for warning in module.warnings]])
