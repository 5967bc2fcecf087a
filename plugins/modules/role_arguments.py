#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: role_arguments
short_description: Check and convert the variables of a role of this collection
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - The first task of every role of this collection. The role works on its result instead of the variables.
  - An empty string counts as a variable that is not set. Strings, such as the answers of an AWX survey, are accepted
    for numbers and booleans, and as JSON or YAML for lists and mappings. Then types, choices and required variables are
    checked.
  - It returns the variables that are set or have a default, by their names without the prefix of the role. The result
    is hidden from output if one of them is a secret.
  - A misspelled variable of the role is an error that gives the correct name.
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
      - It is an action that only runs on the controller.
options: {}
notes:
  - Only for the roles of this collection.
"""

EXAMPLES = r"""
- name: Check the variables
  longshore.swr.role_arguments:
  register: __login
"""

RETURN = r"""
changed:
  description:
    - Always V(false). Next to it, the result contains the variables of the role.
  returned: always
  type: bool
  sample: false
"""
