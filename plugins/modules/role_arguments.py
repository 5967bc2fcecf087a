#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: role_arguments
short_description: Check and convert the variables of a role of this collection
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - The first task of every role of this collection. The role works on its result, and not on the variables.
  - It takes an empty text for a variable that is not set. It takes texts, such as the answers of a survey in AWX, for
    numbers and booleans, and JSON or YAML for lists and mappings. Then it checks types, choices, and what is required.
  - A variable whose name is nearly that of one of the role is an error, which says how to write it.
extends_documentation_fragment:
  - longshore.swr.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    platforms: posix
    details:
      - It is an action, and runs on the controller only.
options: {}
notes:
  - It is for the roles of this collection only.
"""

EXAMPLES = r"""
- name: Check the variables
  longshore.swr.role_arguments:
  register: __login
"""

RETURN = r"""
"*":
  description:
    - The variables of the role that are set or have a default, each by its name without that of the role.
    - The result is hidden from output when one of them is a secret.
  returned: success
  type: raw
"""
