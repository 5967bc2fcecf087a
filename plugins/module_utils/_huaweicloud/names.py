# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that SWR accepts.

Source: the rules that Huawei's Terraform provider applies to the names of SWR's objects.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re

from .errors import HuaweiCloudError

LONGEST_ORGANIZATION = 64  # characters

# Letters and digits, with single separators, or two underscores, between them
_ORGANIZATION = re.compile(r"[a-z](?:[a-z0-9]|[._-](?=[a-z0-9])|__(?=[a-z0-9]))*\Z")


def check_organization(name: str) -> str:
    """The name, if an organization can have it.

    :raises HuaweiCloudError: it cannot.
    """
    if len(name) > LONGEST_ORGANIZATION or not _ORGANIZATION.match(name):
        raise HuaweiCloudError(
            "invalid organization name {0!r}".format(name[: 2 * LONGEST_ORGANIZATION]),
            where="name",
            hint="Use up to {0} characters: a lower-case letter first, then lower-case letters and digits, separated "
            "by single dots, hyphens or underscores, or by two underscores.".format(LONGEST_ORGANIZATION),
        )
    return name
