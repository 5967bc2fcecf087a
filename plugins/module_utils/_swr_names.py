# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for names of organizations and repositories in SWR.

Source: API reference of SWR, CreateNamespace and CreateRepo; Huawei's Terraform provider applies the same rules.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from ._lazy import pattern

LONGEST_ORGANIZATION = 64  # characters
LONGEST_REPOSITORY = 128

# Letters and digits, separated by single separators or two underscores
_ORGANIZATION = pattern(r"[a-z](?:[a-z0-9]|[._-](?=[a-z0-9])|__(?=[a-z0-9]))*\Z")
_REPOSITORY = pattern(r"[a-z0-9](?:[a-z0-9]|[._/-](?=[a-z0-9])|__(?=[a-z0-9]))*\Z")

# For messages
ORGANIZATION_RULE = (
    "Use up to {0} characters: a lower-case letter first, then lower-case letters and digits, separated by single "
    "dots, hyphens or underscores, or by two underscores.".format(LONGEST_ORGANIZATION)
)
REPOSITORY_RULE = (
    "Use up to {0} characters: lower-case letters and digits, separated by single dots, hyphens, underscores or "
    "slashes, or by two underscores.".format(LONGEST_REPOSITORY)
)


def is_organization_name(name: str) -> bool:
    """Whether it is a valid organization name."""
    return len(name) <= LONGEST_ORGANIZATION and bool(_ORGANIZATION.match(name))


def is_repository_name(name: str) -> bool:
    """Whether it is a valid repository name (the part after the organization)."""
    return len(name) <= LONGEST_REPOSITORY and bool(_REPOSITORY.match(name))
