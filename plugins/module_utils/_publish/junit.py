# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome as JUnit XML, in the form that Jenkins and GitLab read (Jenkins, xunit plugin, C(junit-10.xsd)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Iterator
from xml.sax.saxutils import escape, quoteattr

from .._text import flat
from .outcome import FAILED, SKIPPED, Case, Outcome


def render_junit(outcome: Outcome, name: str) -> Iterator[str]:
    """The document, piece by piece.

    :param name: of the test suite.
    """
    states = [case.state for case in outcome.cases()]
    # Pipelines go red for the whole run too: a problem may belong to no image.
    lost = outcome.failed and FAILED not in states
    counts = 'tests="{0}" failures="{1}" errors="{2}" skipped="{3}" time="{4:.3f}"'.format(
        len(states) + lost, states.count(FAILED), int(lost), states.count(SKIPPED), outcome.duration or 0.0
    )
    stamp = " timestamp={0}".format(_attribute(outcome.started_at.rstrip("Z"))) if outcome.started_at else ""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={0} {1}>\n'.format(_attribute(name), counts)
    yield "<testsuite name={0} {1}{2}>\n".format(_attribute(name), counts, stamp)
    for case in outcome.cases():
        yield _case(case)
    if lost:
        yield "<testcase classname={0} name={1}><error message={2}/></testcase>\n".format(
            _attribute(outcome.kind), _attribute("the whole run"), _attribute(outcome.message)
        )
    yield "</testsuite>\n</testsuites>\n"


def _case(case: Case) -> str:
    head = '<testcase classname={0} name={1} time="{2:.3f}"'.format(
        _attribute(case.group), _attribute(case.name), case.seconds
    )
    if case.state == FAILED:
        text = escape(flat("{0} Remedy: {1}".format(case.message, case.remedy) if case.remedy else case.message))
        return "{0}><failure message={1}>{2}</failure></testcase>\n".format(head, _attribute(case.message), text)
    if case.state == SKIPPED:
        return "{0}><skipped message={1}/></testcase>\n".format(head, _attribute(case.message))
    if case.message:
        return "{0}><system-out>{1}</system-out></testcase>\n".format(head, escape(flat(case.message)))
    return head + "/>\n"


def _attribute(text: str) -> str:
    return quoteattr(flat(text))
