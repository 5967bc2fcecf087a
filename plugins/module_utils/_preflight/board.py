# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks many questions side by side, each for a limited time, so that one that hangs or fails hides no other.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from typing import Callable, Iterable, List, Optional, Sequence

from .._errors import LongshoreError
from .._time_limit import TimeIsUp, call_within, in_words
from .checks import FAILED, PARTS, UNCHECKED, Check, failure

AT_ONCE = 16
"""Questions."""

_LATE = "there was no answer within {0}"
_LATE_REMEDY = "Check the network, and whether a proxy or a firewall holds the connection back, or raise time_limit."
_UNASKED = "it was not asked: the others took the whole time limit of {0}"
_DEPENDS = "it was not asked, since it needs {0}"

Ask = Callable[[], Iterable[Check]]


class Question:
    """
    :param ask: returns the checks. A L(LongshoreError,#) is a failed one.
    :param needs: the questions that have to be answered without a failed check first.
    :param after: those that have to be answered first, in whatever way.
    :ivar lacks: the name of the one that failed, if this one was not asked because of it.
    """

    def __init__(self, part: str, name: str, ask: Ask, needs: Sequence[Question], after: Sequence[Question]) -> None:
        self.part = part
        self.name = name
        self.ask = ask
        self.needs = needs
        self.after = after
        self.begun = False
        self.lacks = ""
        self.answered = threading.Event()
        self.checks: Optional[List[Check]] = None
        self.defect: Optional[Exception] = None

    @property
    def failed(self) -> bool:
        """Whether questions that need it are pointless."""
        return bool(self.lacks) or self.checks is None or any(check.status == FAILED for check in self.checks)


class Board:
    """
    :param seconds: for all questions together. Half of that is for each, so that one that hangs lets others begin.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._slots = threading.Semaphore(AT_ONCE)
        self._questions: List[Question] = []

    def ask(
        self, part: str, name: str, ask: Ask, needs: Sequence[Question] = (), after: Sequence[Question] = ()
    ) -> Question:
        """Ask a question now, or as soon as those that it waits for are answered."""
        question = Question(part, name, ask, needs, after)
        self._questions.append(question)
        threading.Thread(target=self._work, args=(question,), daemon=True).start()
        return question

    def answers(self) -> List[Check]:
        """All checks, by part and in the order of the questions.

        :raises Exception: a defect, as it was raised.
        """
        checks: List[Check] = []
        for question in self._questions:
            question.answered.wait(max(0.0, self._end - time.monotonic()))
        for question in self._questions:
            if question.defect is not None:
                raise question.defect
            found = question.checks
            checks.extend(self._unanswered(question) if found is None else found)
        return sorted(checks, key=lambda check: PARTS.index(check.part))

    def _unanswered(self, question: Question) -> List[Check]:
        limit = in_words(self._seconds)
        if question.begun:
            return [Check(question.part, question.name, FAILED, _LATE.format(limit), _LATE_REMEDY)]
        return [Check(question.part, question.name, UNCHECKED, _UNASKED.format(limit), _LATE_REMEDY)]

    def _work(self, question: Question) -> None:
        try:
            question.checks = self._answer(question)
        except Exception as defect:  # noqa: BLE001
            # Raised again in the thread that waits for the answers.
            question.defect = defect
        question.answered.set()

    def _answer(self, question: Question) -> List[Check]:
        for needed in question.needs:
            needed.answered.wait()
            if needed.failed:
                question.lacks = needed.lacks or needed.name
                return [Check(question.part, question.name, UNCHECKED, _DEPENDS.format(question.lacks))]
        for earlier in question.after:
            earlier.answered.wait()
        with self._slots:
            question.begun = True
            limit = self._seconds / 2
            try:
                return call_within(limit, lambda: list(question.ask()))
            except LongshoreError as error:
                return [failure(question.part, question.name, error)]
            except TimeIsUp:
                return [Check(question.part, question.name, FAILED, _LATE.format(in_words(limit)), _LATE_REMEDY)]
