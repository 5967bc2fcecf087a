# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a server that has just started, or does not answer."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.programs import PAUSE, TRIES, Named, Programs

RESET = (1, "", "rndc: recv failed: connection reset\n")
STATUS = (0, "last configured: Mon, 30 Nov 2026 06:00:00 GMT\n", "")


def server(*answers):
    """A server that gives these answers, its pauses, and what it was asked."""
    left, pauses, asked = list(answers), [], []

    def run(words):
        asked.append(list(words))
        return left.pop(0)

    return Named(run, Programs(("checkconf",), ("checkzone",), ("rndc",)), "named.conf", pauses.append), pauses, asked


def test_a_question_whose_answer_breaks_off_is_asked_again():
    named, pauses, asked = server(RESET, RESET, STATUS)
    assert named.last_configured() == 1796018400.0
    assert asked == [["rndc", "status"]] * 3
    assert pauses == [PAUSE, PAUSE]


def test_a_server_that_never_answers_is_an_error():
    named, pauses, _asked = server(*[RESET] * TRIES)
    with pytest.raises(DnsError, match="connection reset"):
        named.last_configured()
    assert len(pauses) == TRIES - 1


def test_other_failures_are_not_asked_again():
    named, pauses, _asked = server((1, "", "rndc: connect failed: connection refused\n"))
    with pytest.raises(DnsError, match="connection refused"):
        named.last_configured()
    assert pauses == []


def test_a_command_is_given_once():
    named, pauses, asked = server(RESET)
    with pytest.raises(DnsError, match="connection reset"):
        named.reload("example.com", "")
    assert (pauses, asked) == ([], [["rndc", "reload", "example.com"]])


def test_a_serial_is_not_lost_by_a_broken_answer():
    named, _pauses, _asked = server(RESET, (0, "name: example.com\nserial: 7\n", ""))
    assert named.serial("example.com", "") == 7
