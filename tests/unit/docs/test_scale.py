# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic on the page about large migrations is right, and its figures are those of the code."""

from __future__ import annotations

import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, List, Sequence

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.forecast import estimate, preflight
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.timetable import parse_limit
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport import limits

PAGE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "guide_scale.rst"
DAY = 86400


def rows(heading: str) -> List[List[str]]:
    """The cells of the table whose first column has that heading, without the heading's row."""
    text = PAGE.read_text(encoding="utf-8")
    table = text[text.index("   * - " + heading) :].split("\n\n")[0]
    cells = [[" ".join(cell.split()) for cell in row.split("\n     - ")] for row in table.split("   * - ")[1:]]
    return cells[1:]


def copied(manifests: int, blobs: Sequence[str], states: Dict[str, Any], images: int = 1) -> int:
    """Requests to the destination for images of one repository that exists, by the estimate."""
    catalogue: Any = SimpleNamespace(
        manifests=[manifests] * images,
        route=[0] * images,
        routes=[SimpleNamespace(source="source", destination="destination")],
        blobs_of=lambda image: blobs,
        states=states,
        sizes=dict.fromkeys(states, 1),
    )
    # The token of the repository is that of all its images.
    return estimate.amount_of(catalogue, range(images)).requests - 1


@pytest.mark.parametrize(
    ("start", "manifests", "new"),
    [("new, one platform, one new layer", 1, 2), ("new, two platforms", 3, 4), ("new, one platform, five", 1, 6)],
)
def test_the_requests_of_an_image_are_those_of_the_estimate(start: str, manifests: int, new: int) -> None:
    shown = next(row[1] for row in rows("Image") if row[0].startswith(start))
    blobs = ["blob {0}".format(number) for number in range(new)]
    assert copied(manifests, blobs, dict.fromkeys(blobs, estimate.ABSENT)) == int(re.split(r"\D", shown)[0])


def test_the_days_of_ten_million_tags() -> None:
    for text, each, at_swr, elsewhere in rows("Ten million images that are"):
        for shown, rate in ((at_swr, limits.SWR_RATE), (elsewhere, estimate.ASSUMED_RATE)):
            days = 10_000_000 * float(each) / rate / DAY
            assert shown == ("{0:.1f}".format(days) if days >= 0.1 else "less than 0.1"), text


def test_the_days_of_100_terabytes() -> None:
    for bandwidth, days in rows("Bandwidth"):
        rate = float(bandwidth.split()[0].replace(",", "")) * 1e6 / 8
        assert "{0:.1f}".format(100e12 / rate / DAY) == days


def test_the_timetable() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    entry = re.search(r"migrate_bandwidth_limit: \"([^\"]+)\"", text)
    assert entry is not None
    limited = 20 * 1024**2
    assert "{0:.0f} MB/s".format(limited / 1e6) in text
    a_day = 3600 * (10 * limited + 14 * 125e6)
    assert "make {0:.0f} TB a day, and 100 TB in {1:.0f} days".format(a_day / 1e12, 100e12 / a_day) in text
    a_night = 7 * 3600 * 125e6
    assert "makes {0} TB a night, and {1:.0f} nights".format(round(a_night / 1e12, 2), 100e12 / a_night) in text
    rate = parse_limit(entry.group(1), "bandwidth_limit")
    assert [rate(time.mktime((2026, 11, 30, hour, 0, 0, 0, 0, -1))) for hour in (7, 8, 17, 18)] == [
        None,
        limited,
        limited,
        None,
    ]


def test_the_limits_are_those_of_the_code() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "20 a second for each account, of which {0:.0f} are used".format(limits.SWR_RATE) in text
    assert "{0} at a time for each account".format(limits.SWR_UPLOADS) in text
    assert "{0} repositories with {1} tags".format(preflight.SWR_REPOSITORIES, preflight.SWR_TAGS) in text
    assert "{0:,} tags".format(preflight.SWR_REPOSITORIES * preflight.SWR_TAGS) in text
    assert (
        "{0:.0f} GB (older documents: {1:.0f} GB)".format(
            preflight.SWR_LAYER_BYTES / preflight.GB, preflight.SWR_LAYER_BYTES_OLD / preflight.GB
        )
        in text
    )


@pytest.mark.parametrize("figure", ["31 MB", "about 1 KB", "146 MB", "137 MB", "70 MB"])
def test_the_measured_figures_are_those_of_the_page_about_performance(figure: str) -> None:
    performance = " ".join((PAGE.parent / "performance.rst").read_text(encoding="utf-8").split())
    assert figure in " ".join(PAGE.read_text(encoding="utf-8").split())
    assert figure in performance
