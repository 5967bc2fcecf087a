# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection and the sandbox's Harbor read patterns and schedules by themselves, and must not disagree."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as some

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.cron import canonical_cron
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.patterns import matches, problem_of
from ansible_collections.longshore.swr.tests.sandbox import harbor_cron, harbor_patterns
from ansible_collections.longshore.swr.tests.sandbox.harbor_versions import Version

PIECES = ["a", "b", "1", "-", ".", "*", "**", "?", "/", "{", "}", ",", "[ab]", "[^a]", "[0-9]", "[a-]", "\\*"]
patterns = some.lists(some.sampled_from(PIECES), min_size=1, max_size=7).map("".join)
names = some.lists(some.text("ab1-.", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)
FIELDS = ["0", "*", "?", "5", "59", "60", "24", "31", "1-5", "5-1", "*/2", "1/3", "1-10/2", "jan", "sun-tue", "mon,fri"]
schedules = some.lists(some.sampled_from(FIELDS), min_size=5, max_size=5).map(lambda fields: " ".join(["0", *fields]))


@given(patterns, names)
def test_what_a_pattern_matches(pattern: str, name: str) -> None:
    assume(problem_of(pattern) is None)
    assert matches(pattern, name) == harbor_patterns.matches(pattern, name)


@given(schedules)
def test_every_version_takes_a_schedule_that_the_collection_takes(schedule: str) -> None:
    try:
        accepted = canonical_cron(schedule)
    except HarborError:
        return
    for version in ("1.10.5", "2.4.1", "2.6.0", "2.9.5", "2.15.2"):
        assert harbor_cron.problem(accepted, Version(version)) == ""
