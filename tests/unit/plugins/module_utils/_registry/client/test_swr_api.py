# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SWR's own interface says of an organization."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.swr_api import Dockyard
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    SOURCE,
    FakeTransport,
    client_pool,
    no_wait_retrier,
    reply,
    repository,
    store,
)


def ask(answer):
    transport = FakeTransport([answer])
    clients = client_pool(transport, store(source_dot_example=("user", "password")), no_wait_retrier(0))
    found = Dockyard(clients.destination(SOURCE), repository("team/app")).has_organization("team")
    assert transport.lines == ["GET https://source.example/dockyard/v2/namespaces/team"]
    assert transport.sent[0].headers["Authorization"] == "Basic dXNlcjpwYXNzd29yZA=="
    return found


@pytest.mark.parametrize(
    ("answer", "there"),
    [
        (reply(200, {"id": 1, "name": "team"}), True),
        (reply(404), False),
        (reply(200, {}), False),
        (reply(200, {"name": "another"}), False),
    ],
)
def test_an_organization_is_there_where_the_reply_names_it(answer, there):
    assert ask(answer) is there


@pytest.mark.parametrize("answer", [reply(200, b"<html>"), reply(200, []), reply(200), reply(403), reply(500)])
def test_what_is_no_answer_is_an_error(answer):
    with pytest.raises(RegistryError, match="cannot look up the organization"):
        ask(answer)
