# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that say which repository of SWR a module is about."""

    DOCUMENTATION = r"""
options:
  organization:
    description:
      - The organization that the repository is in.
    type: str
    required: true
  repository:
    description:
      - The name of the repository without the organization, as in V(app) or V(team/app).
    type: str
    required: true
"""
