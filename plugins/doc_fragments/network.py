# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Options of the modules for VPC, VPC Endpoint, NAT Gateway and EIP
    DOCUMENTATION = r"""
options:
  wait_timeout:
    description:
      - Seconds to wait until it is ready, or until it is deleted. If that takes longer, the task fails, names the last
        status, and can be run again.
    type: float
    default: 300
  state:
    description:
      - Whether it exists.
    type: str
    choices: [present, absent]
    default: present
"""

    # For objects that have tags
    TAGS = r"""
options:
  tags:
    description:
      - All its tags. Others are removed. By default, tags are kept.
    type: dict
"""
