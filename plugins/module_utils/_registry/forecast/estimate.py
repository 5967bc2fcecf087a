# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a copy will take, as far as that can be predicted.

A copy is limited by its bytes, or by its requests if a registry answers only so many a second. The figures come from
the plan, from SWR's limits, and from the assumptions named here; a range shows their precision.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set

from .plan_table import ABSENT, PRESENT, PlanTable

ASSUMED_RATE = 200.0
"""Assumed requests a second of a registry without a limit: less than half of docker-registry's on two cores
(docs/docsite/rst/performance.rst). Over a WAN the workers make up for the round trip."""

OVERHEAD = 1.2
"""Factor on the slower of the two: retries, connections, the end when few workers are busy."""

MOST = 1.5
"""Factor for the maximum, in which bytes and requests do not overlap."""

SAME = 0.05
"""Below this many seconds nothing limits the copy."""


class Amount(NamedTuple):
    """The cost of copying images.

    :param requests: to the destinations; C(source_requests): to the sources.
    :param blobs: blobs to transfer, each once; C(size): their bytes.
    """

    images: int
    requests: int
    source_requests: int
    blobs: int
    size: int


def amount_of(catalogue: PlanTable, images: Iterable[int]) -> Amount:
    """The cost of these images when one host copies them.

    At the destination: a token per repository, a HEAD per image, a PUT per manifest; a HEAD per blob, plus a POST and a
    PUT if transferred; a mount (POST) for each further repository that needs it. At the source: a token per
    repository, a HEAD per image, a GET per manifest, and a GET for each blob transferred.
    """
    manifests = count = 0
    by_route: Dict[int, Set[int]] = {}
    for image in images:
        count += 1
        manifests += catalogue.manifests[image]
        by_route.setdefault(catalogue.route[image], set()).update(catalogue.blobs_of(image))
    destinations: Dict[Any, Set[int]] = {}
    for route, blobs in by_route.items():
        destinations.setdefault(catalogue.routes[route].destination, set()).update(blobs)
    sources = {catalogue.routes[route].source for route in by_route}
    uses = sum(len(blobs) for blobs in destinations.values())
    unique: Set[int] = set().union(*by_route.values()) if by_route else set()
    travelling = [blob for blob in unique if catalogue.states[blob] == ABSENT]
    placed = sum(1 for blob in unique if catalogue.states[blob] == PRESENT)
    # One use of each is the upload, or already exists; the others are mounts.
    mounts = uses - len(travelling) - placed
    return Amount(
        count,
        len(destinations) + count + manifests + len(unique) + 2 * len(travelling) + mounts,
        len(sources) + count + manifests + len(travelling),
        len(travelling),
        sum(catalogue.sizes[blob] for blob in travelling),
    )


class Estimate(NamedTuple):
    """Seconds that a copy takes: expected, minimum, maximum. C(limited_by): C(requests), C(bandwidth), C(quota) or
    C(nothing)."""

    seconds: int
    least: int
    most: int
    limited_by: str


def estimate(amount: Amount, bandwidth: float, rate: Optional[float]) -> Estimate:
    """How long one host takes.

    :param bandwidth: bytes a second that it transfers.
    :param rate: requests a second that the destination accepts; None if it sets no limit.
    """
    moving = amount.size / bandwidth
    asking = max(amount.requests / (rate or ASSUMED_RATE), amount.source_requests / ASSUMED_RATE)
    slower = max(moving, asking)
    limited_by = "nothing" if slower < SAME else "bandwidth" if moving >= asking else "requests"
    return Estimate(round(OVERHEAD * slower), int(slower), round(MOST * (moving + asking)), limited_by)


def within_quota(one: Estimate, seconds: int, window: int) -> Estimate:
    """The same under a pull quota.

    :param seconds: how long the pulls alone take, in whole windows of C(window) seconds.
    """
    if seconds <= one.seconds:
        return one
    # The quota may refill gradually, and then the last window is not waited out.
    return Estimate(seconds, max(one.least, seconds - window), seconds + one.most, "quota")


def together(estimates: Sequence[Estimate]) -> Optional[Estimate]:
    """For several hosts in parallel: that of the slowest."""
    slowest: List[Estimate] = sorted(estimates, key=lambda one: (one.seconds, one.most))
    return slowest[-1] if slowest else None


def request_cost(bandwidth: float, rate: Optional[float]) -> int:
    """The cost of a request in bytes: what is transferred in its time."""
    return int(bandwidth / (rate or ASSUMED_RATE))
