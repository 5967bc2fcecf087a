# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splits the work of a plan into parts for several hosts to run at the same time.

All parts should take equally long, and a blob that several images need should be transferred in one part only. The two
goals conflict; the weight of a part is its cost:

    weight = bytes of its blobs + C(blob_cost) for each of them + C(image_costs) of its images

with each blob counted once per part. Images that share blobs stay together (a component). Only a component heavier
than a fair share (the total divided by the number of parts) is split by repository, and a repository that alone is
heavier is split by tag, in order, as neighbours share most. The pieces are packed heaviest first, each where it adds
least while the part stays below a limit. Of several limits, the one with the smallest sum of the heaviest part and
each part's share of the repeated transfers is used.

The result depends only on the plan.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, NamedTuple, Sequence, Set, Tuple

LIMITS = (0.0, 1.0, 1.02, 1.05, 1.1, 1.2, 1.35, 1.5, 2.0)
"""Limits to try, in fair shares (or in heaviest pieces, if those are heavier). 0 keeps nothing together."""

GRAIN = 4
"""A repository to be split becomes pieces of a fair share divided by this."""


class Work(NamedTuple):
    """The work to split. Images, repositories and blobs are numbers.

    :param repositories: of each image.
    :param image_costs: of each image, in the unit of C(sizes).
    :param starts: the first index in C(blobs) for each image, followed by the length of C(blobs).
    :param blobs: the blobs of all images in sequence, each once per image.
    :param sizes: of each blob.
    :param travels: whether each blob is to be transferred; the others weigh nothing and connect nothing.
    :param blob_cost: cost of each transferred blob in addition to its size.
    """

    repositories: Sequence[int]
    image_costs: Sequence[int]
    starts: Sequence[int]
    blobs: Sequence[int]
    sizes: Sequence[int]
    travels: Sequence[int]
    blob_cost: int = 0

    def blobs_of(self, image: int) -> Iterator[int]:
        """The blobs of an image to be transferred."""
        for place in range(self.starts[image], self.starts[image + 1]):
            if self.travels[self.blobs[place]]:
                yield self.blobs[place]

    def weight(self, blob: int) -> int:
        """The cost of a blob."""
        return self.sizes[blob] + self.blob_cost


@dataclass
class Piece:
    """Images that are not split any further.

    :ivar weight: the total; C(own) is the part of it shared with no other piece.
    :ivar shared: the blobs shared with other pieces.
    """

    images: Sequence[int]
    weight: int = 0
    own: int = 0
    shared: List[int] = field(default_factory=list)


class Part(NamedTuple):
    """The images of one part, in order, and its weight."""

    images: List[int]
    weight: int


def cut(work: Work, count: int) -> List[Part]:
    """The parts, at most C(count). There are fewer if there are fewer pieces; none is empty.

    They are in the order of their first images.
    """
    pieces = _weighed(work, _pieces(work, count))
    best: Tuple[float, List[List[int]]] = (float("inf"), [])
    least = _least(work, pieces, count)
    for limit in LIMITS:
        loads, chosen = _pack(work, pieces, count, limit * least)
        repeated = sum(loads) - _total(work, pieces)
        score = max(loads, default=0) + repeated / count
        if score < best[0]:
            best = (score, chosen)
    parts = []
    for chosen in best[1]:
        images = sorted(image for piece in chosen for image in pieces[piece].images)
        if images:
            parts.append(Part(images, _weight(work, images)))
    return sorted(parts, key=lambda part: part.images[0])


def _total(work: Work, pieces: Sequence[Piece]) -> int:
    """The weight of everything as a single part."""
    shared = {blob for piece in pieces for blob in piece.shared}
    return sum(piece.own for piece in pieces) + sum(work.weight(blob) for blob in shared)


def _least(work: Work, pieces: Sequence[Piece], count: int) -> float:
    """The minimum weight of the heaviest part."""
    return max([_total(work, pieces) / count] + [piece.weight for piece in pieces])


def _weight(work: Work, images: Sequence[int]) -> int:
    blobs = {blob for image in images for blob in work.blobs_of(image)}
    return sum(work.image_costs[image] for image in images) + sum(work.weight(blob) for blob in blobs)


# -- pieces ----------------------------------------------------------------------------------------------------


def _pieces(work: Work, count: int) -> List[List[int]]:
    """The images of each piece."""
    components = _components(work)
    weights: Dict[int, int] = {}
    seen = bytearray(len(work.sizes))
    for image, component in enumerate(components):
        weight = work.image_costs[image]
        for blob in work.blobs_of(image):
            if not seen[blob]:
                seen[blob] = 1
                weight += work.weight(blob)
        weights[component] = weights.get(component, 0) + weight
    fair = -(-sum(weights.values()) // count)
    whole: Dict[int, List[int]] = {}
    by_repository: Dict[Tuple[int, int], List[int]] = {}
    for image, component in enumerate(components):
        if weights[component] <= fair:
            whole.setdefault(component, []).append(image)
        else:
            by_repository.setdefault((component, work.repositories[image]), []).append(image)
    grain = max(1, fair // GRAIN)
    pieces = list(_joined(work, whole, weights, grain))
    for images in by_repository.values():
        pieces.extend([images] if _weight(work, images) <= fair else _chunks(work, images, grain))
    return pieces


def _components(work: Work) -> array[int]:
    """The component of each image, as a number: two images are in the same one if a chain of shared blobs connects
    them. Images with no blobs to transfer form one component per repository."""
    parents = array("q", range(len(work.sizes)))

    def find(blob: int) -> int:
        while parents[blob] != blob:
            parents[blob] = parents[parents[blob]]
            blob = parents[blob]
        return blob

    for image in range(len(work.repositories)):
        first = -1
        for blob in work.blobs_of(image):
            root = find(blob)
            if first < 0:
                first = root
            elif root != first:
                # The smaller number becomes the root, regardless of image order.
                first, root = min(first, root), max(first, root)
                parents[root] = first
    components = array("q")
    for image, repository in enumerate(work.repositories):
        blob = next(work.blobs_of(image), -1)
        components.append(find(blob) if blob >= 0 else -1 - repository)
    return components


def _joined(work: Work, whole: Dict[int, List[int]], weights: Dict[int, int], grain: int) -> Iterator[List[int]]:
    """The pieces, with light ones of a repository merged: thousands of tags that share nothing become few pieces."""
    open_pieces: Dict[int, Tuple[int, List[int]]] = {}
    for component, images in whole.items():
        repository = work.repositories[images[0]]
        alone = all(work.repositories[image] == repository for image in images)
        if component < 0 or not alone or weights[component] > grain:
            yield images
            continue
        weight, joined = open_pieces.get(repository, (0, []))
        if joined and weight + weights[component] > grain:
            yield joined
            weight, joined = 0, []
        joined.extend(images)
        open_pieces[repository] = (weight + weights[component], joined)
    for _weight_of_it, joined in open_pieces.values():
        yield joined


def _chunks(work: Work, images: Sequence[int], grain: int) -> Iterator[List[int]]:
    """The images in order, in pieces that each weigh at most C(grain) or hold one image."""
    chunk: List[int] = []
    blobs: Set[int] = set()
    weight = 0
    for image in images:
        fresh = [blob for blob in work.blobs_of(image) if blob not in blobs]
        added = work.image_costs[image] + sum(work.weight(blob) for blob in fresh)
        if chunk and weight + added > grain:
            yield chunk
            chunk, blobs, weight = [], set(), 0
            fresh = list(work.blobs_of(image))
            added = work.image_costs[image] + sum(work.weight(blob) for blob in fresh)
        chunk.append(image)
        blobs.update(fresh)
        weight += added
    if chunk:
        yield chunk


def _weighed(work: Work, pieces: Sequence[Sequence[int]]) -> List[Piece]:
    """The pieces with their weights, heaviest first."""
    holders = array("q", [-1]) * len(work.sizes)
    shared = bytearray(len(work.sizes))
    for number, images in enumerate(pieces):
        for image in images:
            for blob in work.blobs_of(image):
                if holders[blob] < 0:
                    holders[blob] = number
                elif holders[blob] != number:
                    shared[blob] = 1
    result = []
    for images in pieces:
        piece = Piece(array("q", images), own=sum(work.image_costs[image] for image in images))
        blobs = {blob for image in images for blob in work.blobs_of(image)}
        piece.shared = sorted(blob for blob in blobs if shared[blob])
        piece.own += sum(work.weight(blob) for blob in blobs if not shared[blob])
        piece.weight = piece.own + sum(work.weight(blob) for blob in piece.shared)
        result.append(piece)
    return sorted(result, key=lambda piece: (-piece.weight, piece.images[0]))


# -- packing ---------------------------------------------------------------------------------------------------


def _pack(work: Work, pieces: Sequence[Piece], count: int, limit: float) -> Tuple[List[int], List[List[int]]]:
    """The weight and the pieces of each part: a piece goes where it adds least below the limit, or else to the part
    that is lightest with it."""
    loads = [0] * count
    held: List[Set[int]] = [set() for _part in range(count)]
    chosen: List[List[int]] = [[] for _part in range(count)]
    for number, piece in enumerate(pieces):
        best: Tuple[int, ...] = ()
        for part in range(count):
            added = piece.own + sum(work.weight(blob) for blob in piece.shared if blob not in held[part])
            load = loads[part] + added
            key = (0, added, load, part) if load <= limit else (1, load, added, part)
            if not best or key < best:
                best = key
            if not chosen[part]:
                # The following parts are also empty.
                break
        part = best[-1]
        loads[part] = best[2] if best[0] == 0 else best[1]
        held[part].update(piece.shared)
        chosen[part].append(number)
    return loads, chosen
