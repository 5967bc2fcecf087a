# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links lead somewhere: those into the repository to what is there, those to other sites are at least well-formed.

References between the pages of the site are Sphinx's business (C(make site)).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator, List
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "docs" / "docsite" / "rst"
OWN = re.compile(r"https://github\.com/longshore/swr/(?:blob|tree)/main/")
FOLDERS = ("awx", "extensions", "inventories", "playbooks", "roles", "tests")
PAGES = sorted(
    [
        *SITE.glob("*.rst"),
        *ROOT.glob("*.md"),
        *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md")),
    ]
)
SOURCES = sorted((ROOT / "plugins").rglob("*.py"))


def targets(path: Path) -> Iterator[str]:
    """What a page links to; of a program, the addresses in it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        yield from re.findall(r"\]\(([^)\s]+)\)", text)
    elif path.suffix == ".rst":
        yield from re.findall(r"`[^`<]*<([^`>]+)>`__?", text)
        # What looks like an address becomes a link, but in code.
        prose = re.sub(r"``.+?``", "", re.sub(r"^[ \t].*$", "", text, flags=re.MULTILINE))
        yield from re.findall(r"(?<![<\w])https?://[^\s`\"<>)]*", prose)
    else:
        yield from re.findall(OWN.pattern + r"[\w./#-]+", text)


def anchors(path: Path) -> List[str]:
    """The names by which GitHub links to the headings of a page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".rst":
        titles = [title for title, _line in re.findall(r"^(\S.*)\n([=~^-])\2+$", text, re.MULTILINE)]
    else:
        titles = re.findall(
            r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
        )
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def wrong(path: Path) -> List[str]:
    found = []
    for link in targets(path):
        own = OWN.match(link)
        if not own and "://" in link:
            parts = urlsplit(link)
            if parts.scheme != "https" or "." not in parts.netloc.strip("."):
                found.append(link)
            continue
        name, _, anchor = (link[own.end() :] if own else link).partition("#")
        target = path if not name else ROOT / name if own else path.parent / name
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    assert wrong(path) == []


def test_links_of_programs_lead_somewhere() -> None:
    assert [link for path in SOURCES for link in wrong(path)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.md", "[x](nowhere.md)"),
        ("page.md", "# One\n\n[x](#two)"),
        ("page.md", "[x](http://example.com/)"),
        ("page.md", "[x](https://example/)"),
        ("page.rst", "`x <https://github.com/longshore/swr/blob/main/README.txt>`__"),
        ("page.rst", "`x <https://github.com/longshore/swr/blob/main/README.md#nowhere>`__"),
        ("page.rst", 'As in source="https://...".'),
        ("page.py", 'URL = "https://github.com/longshore/swr/blob/main/docs/nowhere.rst"'),
    ],
)
def test_a_wrong_link_is_found(name: str, text: str, tmp_path: Path) -> None:
    page = tmp_path / name
    page.write_text(text + "\n", encoding="utf-8")
    assert len(wrong(page)) == 1
