# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a module promises, in the same words everywhere."""

    # Each module states its own support; details come from here.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description: Returns details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run does nothing.
  platform:
    description: The operating systems that the module runs on.
    support: full
    platforms: posix
"""

    # For a module that only looks.
    READS_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - Does the same in check mode.
  diff_mode:
    support: N/A
    details:
      - Changes nothing.
  idempotent:
    support: full
    details:
      - Changes nothing.
"""

    # For a module that calls the cloud or a registry, not the host it runs on.
    ACTIONGROUP_SWR = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/longshore.swr.swr) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - longshore.swr.swr
"""

    # For a module that calls Huawei Cloud's APIs.
    ACTIONGROUP_HUAWEICLOUD = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/longshore.swr.huaweicloud) in C(module_defaults) to set the access key, the region and the
        endpoints, and C(group/longshore.swr.swr) to set defaults for all modules.
    support: full
    membership:
      - longshore.swr.swr
      - longshore.swr.huaweicloud
"""

    # For a module that calls Harbor.
    ACTIONGROUP_HARBOR = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/longshore.swr.harbor) in C(module_defaults) to set the options that say where Harbor is, and
        C(group/longshore.swr.swr) to set defaults for all modules of the collection.
    support: full
    membership:
      - longshore.swr.swr
      - longshore.swr.harbor
"""
