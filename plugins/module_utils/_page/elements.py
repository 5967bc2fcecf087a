# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages consist of. Texts are HTML already, made by L(document.text,#).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, NamedTuple, Sequence, Tuple

FEW = 3
"""Up to so many places of a cause are shown at once."""
_CHART_WIDTH, _CHART_HEIGHT = 560, 80


class Share(NamedTuple):
    """A part of a whole: C(mood) is its colour, C(good), C(bad), C(calm), C(warn) or C(dim)."""

    name: str
    label: str
    count: int
    mood: str


class Cause(NamedTuple):
    """Something to repair.

    :ivar code: a short word for it, may be empty. :ivar remedy: what to do, may be empty.
    :ivar places: where it happened; C(count) may be larger.
    """

    what: str
    code: str
    remedy: str
    count: int
    places: Sequence[str]
    mood: str = "bad"


def section(title: str, content: Iterable[str], name: str = "", **attributes: str) -> Iterator[str]:
    """A titled part of the page."""
    pairs = dict({"id": name} if name else {}, **attributes)
    shown = "".join(' {0}="{1}"'.format(*pair) for pair in pairs.items())
    yield "<section{0}>\n<h2>{1}</h2>\n".format(shown, title)
    yield from content
    yield "</section>\n"


def outcome_bar(shares: Sequence[Share]) -> Iterator[str]:
    """All outcomes as a bar, and as chips, which the page's script makes filters."""
    total = sum(share.count for share in shares)
    if total:
        spoken = ", ".join("{0:,} {1}".format(share.count, share.label) for share in shares if share.count)
        yield '<svg class="bar" role="img" aria-label="{0}" viewBox="0 0 100 1"'.format(spoken)
        yield ' preserveAspectRatio="none">'
        start = 0.0
        for share in shares:
            width = 100.0 * share.count / total
            if share.count:
                yield '<rect class="fill-{0}" x="{1:.3f}" width="{2:.3f}" height="1"/>'.format(share.mood, start, width)
            start += width
        yield "</svg>\n"
    yield '<ul class="chips">\n'
    for share in shares:
        yield '<li><span data-outcome="{0}"><b class="{1}">{2:,}</b> {3}</span></li>\n'.format(
            share.name, share.mood, share.count, share.label
        )
    yield "</ul>\n"


def figures(values: Iterable[Tuple[str, str]]) -> str:
    """Numbers with what they count: C((number, unit))."""
    items = "".join("<li><b>{0}</b> {1}</li>".format(value, label) for value, label in values)
    return '<ul class="figures">{0}</ul>\n'.format(items)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], name: str = "") -> Iterator[str]:
    """A table; a heading that begins with a hash marks a numeric column.

    :param name: C(stack) for one whose cells are below each other on a phone, because they need no heading.
    """
    kinds = [' class="number"' if head.startswith("#") else "" for head in heads]
    yield '<div class="wide" tabindex="0"><table class="{0}">\n<thead><tr>{1}</tr></thead>\n<tbody>\n'.format(
        name,
        "".join('<th scope="col"{0}>{1}</th>'.format(kind, head.lstrip("#")) for kind, head in zip(kinds, heads)),
    )
    for row in rows:
        yield "<tr>{0}</tr>\n".format("".join("<td{0}>{1}</td>".format(kind, cell) for kind, cell in zip(kinds, row)))
    yield "</tbody>\n</table></div>\n"


def ranking(rows: Sequence[Tuple[str, float, str]]) -> Iterator[str]:
    """Names with a value each, the largest first, and a bar for it: C((name, value, value as text))."""
    largest = max((value for _name, value, _shown in rows), default=0) or 1
    yield "<table>\n<tbody>\n"
    for name, value, shown in rows:
        yield (
            '<tr><th scope="row">{0}</th><td class="share"><svg viewBox="0 0 100 1" preserveAspectRatio="none"'
            ' aria-hidden="true"><rect class="fill-calm" width="{1:.1f}" height="1"/></svg></td>'
            '<td class="number">{2}</td></tr>\n'
        ).format(name, 100.0 * value / largest, shown)
    yield "</tbody>\n</table>\n"


def causes(found: Iterable[Cause]) -> Iterator[str]:
    """What to repair, each cause once with its remedy, and where it happened."""
    for cause in found:
        yield '<div class="cause {0}">\n<h3><b class="{0}">{1:,}</b> <span class="what">{2}</span>'.format(
            cause.mood, cause.count, cause.what
        )
        yield ' <span class="tag">{0}</span></h3>\n'.format(cause.code) if cause.code else "</h3>\n"
        if cause.remedy:
            yield "<p><b>What to do:</b> {0}</p>\n".format(cause.remedy)
        if cause.places:
            yield "<details{0}>\n<summary>Where</summary>\n".format(" open" if len(cause.places) <= FEW else "")
            yield '<ul class="places" tabindex="0">\n'
            for place in cause.places:
                yield "<li>{0}</li>\n".format(place)
            left = cause.count - len(cause.places)
            if left > 0:
                yield "<li>and {0:,} more</li>\n".format(left)
            yield "</ul>\n</details>\n"
        yield "</div>\n"


def chart(steps: Sequence[float], paused: Sequence[int], start: str, end: str, peak: str, label: str) -> Iterator[str]:
    """Values over time as an area; the steps in which nothing was done for a reason are marked below."""
    width, height = _CHART_WIDTH, _CHART_HEIGHT
    largest = max(steps, default=0) or 1
    scale = width / max(1, len(steps) - 1)
    floor = height - 10
    heights = [floor - (height - 12) * value / largest for value in steps]
    points = ["{0:.1f},{1:.1f}".format(number * scale, top) for number, top in enumerate(heights)]
    yield '<svg class="chart" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'.format(width, height, label)
    yield '<polygon class="area" points="0,{0} {1} {2},{0}"/>'.format(floor, " ".join(points), width)
    yield '<polyline class="line" points="{0}"/>'.format(" ".join(points))
    yield '<line class="axis" x1="0" y1="{0}" x2="{1}" y2="{0}"/>'.format(floor, width)
    for step in paused:
        yield '<rect class="paused" x="{0:.1f}" y="{1}" width="{2:.1f}" height="3"/>'.format(
            step * scale, floor, max(2.0, scale)
        )
    yield "</svg>\n"
    yield '<p class="axis dim"><span>{0}</span><span>{1}</span><span>{2}</span></p>\n'.format(start, peak, end)
