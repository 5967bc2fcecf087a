# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a server would not answer, told by its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.files import NamedFiles
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.refusals import refuse_unanswered
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import ServerSpec, ZoneSpec

SPEC = ZoneSpec("swr.example.com", None, ())
ZONE, POLICY = ServerSpec(zones=(SPEC,)), ServerSpec(rpz=SPEC)
LOCAL, OTHERS = ServerSpec(zones=(SPEC,), allow_query=("localhost",)), ServerSpec(zones=(SPEC,), allow_query=("none",))


@pytest.mark.parametrize(
    ("options", "desired", "refused"),
    [
        ("", ZONE, False),
        ("", OTHERS, True),
        ("allow-query { 10.0.0.0/8; };", ZONE, True),
        ("allow-query { 10.0.0.0/8; };", LOCAL, False),
        ("allow-query { 10.0.0.0/8; };", POLICY, True),
        ("allow-query { lan; };", POLICY, False),
        ("allow-recursion { 10.0.0.0/8; };", ZONE, False),
        ("allow-recursion { 10.0.0.0/8; };", POLICY, True),
        ("recursion yes;", POLICY, False),
        ("allow-query { none; };", ServerSpec(), False),
        # What is not known here is for the server to say.
        ("allow-query { geoip country CN; };", ZONE, False),
    ],
)
def test_who_would_not_be_answered(tmp_path: Path, options: str, desired: ServerSpec, refused: bool) -> None:
    path = tmp_path / "named.conf"
    path.write_text("acl lan {{ 127.0.0.0/8; }};\noptions {{ {0} }};\n".format(options), encoding="utf-8")
    files = NamedFiles(str(path))
    if refused:
        with pytest.raises(DnsError, match=r"would not answer 127\.0\.0\.1"):
            refuse_unanswered(files, desired, "127.0.0.1")
    else:
        refuse_unanswered(files, desired, "127.0.0.1")
