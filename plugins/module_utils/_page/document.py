# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A self-contained page: its head, its policy, and text in it.

Style and script are part of the page, and the page's own policy forbids loading or running anything else: a name that
looks like a script is doubly harmless.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from typing import Any, Callable, Iterable, Iterator

from .._text import flat, hide_logins
from .style import STYLE


def hash_source(inline: str) -> str:
    """An inline style or script as a policy names it (Content Security Policy Level 3, section 2.3.1)."""
    return "'sha256-{0}'".format(base64.b64encode(hashlib.sha256(inline.encode("utf-8")).digest()).decode("ascii"))


def plain(value: Any, redact: Callable[[str], str] = str) -> str:
    """Any text as one line without secrets and invisible characters. It may still hold markup."""
    return flat(hide_logins(redact(str(value))))


def text(value: Any, redact: Callable[[str], str] = str) -> str:
    """The same for the text of an element or a quoted attribute."""
    return html.escape(plain(value, redact))


def data(value: Any) -> str:
    """JSON for a C(script) element of type C(application/json): no browser runs it, and it cannot end the element."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def document(
    title: str, headline: str, mood: str, notes: Iterable[str], body: Iterable[str], script: str
) -> Iterator[str]:
    """A page, piece by piece.

    :param title: what the page is about; the same for every page of its kind.
    :param headline: the outcome in one sentence.
    :param mood: C(good), C(warn) or C(bad).
    :param notes: paragraphs below it. :param body: the sections. All of these are HTML already.
    """
    policy = "default-src 'none'; style-src {0}; script-src {1}; base-uri 'none'; form-action 'none'".format(
        hash_source(STYLE), hash_source(script)
    )
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta http-equiv="Content-Security-Policy" content="{0}">\n'
        "<title>{1}: {2}</title>\n<style>{3}</style>\n</head>\n<body>\n"
        '<header>\n<h1>{1}</h1>\n<p class="headline {4}">{2}</p>\n'
    ).format(html.escape(policy), title, headline, STYLE, mood)
    for note in notes:
        yield '<p class="dim">{0}</p>\n'.format(note)
    yield "</header>\n<main>\n"
    yield from body
    yield "</main>\n<script>{0}</script>\n</body>\n</html>\n".format(script)
