# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import hint_for, read_error


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ([{"errorCode": "SVCSTG.SWR.4090060", "errorMessage": "exists"}], "SVCSTG.SWR.4090060", "exists"),
        ({"errors": [{"errorCode": "A", "errorMessage": "b"}, {"errorCode": "C"}]}, "A", "b"),
        ({"errorCode": "A", "errorMessage": "b"}, "A", "b"),
        ({"error_code": "APIGW.0301", "error_msg": "no"}, "APIGW.0301", "no"),
        ({"error": {"code": 401, "message": "no", "title": "Unauthorized"}}, "401", "no"),
        ({"errors": [], "code": "A"}, None, None),
        (
            {
                "errors": [{"errorCode": "A", "errorMessage": "b", "encoded_authorization_message": "CiQx"}],
                "error_code": "C",
                "error_msg": "d",
                "details": [],
            },
            "A",
            "b",
        ),
        ({"code": True, "message": {"x": 1}}, None, None),
        ([], None, None),
        ("text", None, None),
        (None, None, None),
    ],
)
def test_the_shapes_of_error_bodies(body, code, message):
    assert read_error(body) == (code, message)


def test_hints():
    assert "clock" in hint_for(401, "APIGW.0301")
    assert "try again later" in hint_for(403, "SVCSTG.SWR.4031032")
    assert "IAM" in hint_for(403, "SVCSTG.SWR.4030000")
    assert hint_for(404, None) is None
