# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of a run: requests, findings, and outcomes.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, NamedTuple, Optional, Set

from ..errors import RegistryError
from ..model.manifest import is_digest
from ..model.reference import Repository
from ..model.tree import Tree
from ..rules.rule import Rule

COPIED = "copied"
SKIPPED = "skipped"
FILTERED = "filtered"
POSTPONED = "postponed"
FAILED = "failed"
EQUAL = "equal"  # Of a verification
OUTCOMES = (COPIED, SKIPPED, FILTERED, POSTPONED, FAILED)


class Form(NamedTuple):
    """How an image is changed for its destination: Docker's media types, gzip instead of Zstandard layers."""

    docker: bool = False
    gzip: bool = False


UNCHANGED = Form()


@dataclass(eq=False)
class Image:
    """One tag (or digest) of one rule; C(source_ref) is None for a rule with tags that could not be determined.

    C(outcome) is set exactly once, by L(finish,#). C(shown) names an invalid entry of a list in messages. C(replaces)
    says that its destination exists, with another image. C(original) is the tree before it was converted to C(form),
    and C(tried) has the digests of the forms that the destination refused. C(attached_to) is the subject of a signature
    or another artifact, and C(owner) the image of a rule that led to it.
    """

    rule: Rule
    source: Repository
    source_ref: Optional[str]
    destination: Repository
    destination_ref: Optional[str]
    tree: Optional[Tree] = None
    source_digest: Optional[str] = None
    destination_digest: Optional[str] = None
    outcome: Optional[str] = None
    reason: str = ""
    error: Optional[RegistryError] = None
    replaces: bool = False
    dropped_platforms: int = 0
    converted: bool = False
    recompressed: int = 0
    dropped: List[str] = field(default_factory=list)
    shown: str = ""
    attached_to: str = ""
    owner: Optional[Image] = None
    original: Optional[Tree] = None
    form: Form = UNCHANGED
    tried: Set[str] = field(default_factory=set)
    began_at: Optional[float] = None
    finished_at: Optional[float] = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def finish(self, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> bool:
        """Set the outcome. False if the image already had one; the first stands."""
        with self._lock:
            if self.outcome is not None:
                return False
            self.outcome = outcome
            self.reason = reason
            self.error = error
            self.finished_at = time.time()
            return True

    def begin(self) -> None:
        """Its first part is being copied."""
        if self.began_at is None:
            self.began_at = time.time()

    @property
    def source_text(self) -> str:
        """The source as a reference; the rule's own text if there is no tag."""
        if self.shown:
            return self.shown
        return _reference(self.source, self.source_ref) if self.source_ref else self.rule.source_text

    @property
    def destination_text(self) -> str:
        """The destination as a reference; the rule's own text if there is no tag."""
        if self.destination_ref:
            return _reference(self.destination, self.destination_ref)
        if self.shown:
            return str(self.destination)
        return self.rule.destination_text or str(self.destination)

    @property
    def seconds(self) -> float:
        """From the begin of its copy to its end; 0 if nothing of it was copied."""
        if self.began_at is None or self.finished_at is None:
            return 0.0
        return max(0.001, round(self.finished_at - self.began_at, 3))

    def as_dict(self) -> Dict[str, Any]:
        """The entry of the report."""
        entry: Dict[str, Any] = {
            "source": self.source_text,
            "destination": self.destination_text,
            "outcome": self.outcome,
            "rule": self.rule.where,
        }
        optional = {
            "reason": self.reason,
            "attached_to": self.attached_to,
            "source_digest": self.source_digest,
            "destination_digest": self.destination_digest,
            "bytes": self.tree.size if self.tree else 0,
            "seconds": self.seconds,
            "platforms": self.tree.platforms if self.tree else [],
            "dropped_platforms": self.dropped_platforms,
            "converted": self.converted,
            "recompressed": self.recompressed,
            "dropped": self.dropped,
        }
        entry.update({name: value for name, value in optional.items() if value})
        if self.error is not None:
            entry["error"] = str(self.error)
            entry["details"] = self.error.as_dict()
        return entry


def _reference(repository: Repository, reference: str) -> str:
    return "{0}{1}{2}".format(repository, "@" if is_digest(reference) else ":", reference)
