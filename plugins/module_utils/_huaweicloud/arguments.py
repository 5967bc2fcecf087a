# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specifications of the options in the fragment C(longshore.swr.credentials).

None has an environment variable as a fallback: AnsibleModule would fill each option separately, and
so mix an access key from one source with a secret key from another. C(credentials.find_credentials) looks
them up as a set.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict

ARGUMENTS: Dict[str, Dict[str, Any]] = {
    # Part of the user name: hiding it would hide the user name in every result.
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "region": {"type": "str"},
    "project_name": {"type": "str"},
    "project_id": {"type": "str"},
    "cloud": {"type": "str"},
}

API_ARGUMENTS: Dict[str, Dict[str, Any]] = {
    "endpoint": {"type": "str"},
    "endpoints": {"type": "dict"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 30},
}
