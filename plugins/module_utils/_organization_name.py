# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that organizations of SWR can have.

Source: the rules that Huawei's Terraform provider applies to them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re

_LONGEST = 64  # characters
# Letters and digits, with single separators, or two underscores, between them
_NAME = re.compile(r"[a-z](?:[a-z0-9]|[._-](?=[a-z0-9])|__(?=[a-z0-9]))*\Z")

# For people
ORGANIZATION_RULE = (
    "Use up to {0} characters: a lower-case letter first, then lower-case letters and digits, separated by single "
    "dots, hyphens or underscores, or by two underscores.".format(_LONGEST)
)


def is_organization_name(name: str) -> bool:
    """Whether an organization can have this name."""
    return len(name) <= _LONGEST and bool(_NAME.match(name))
