# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.image_rules). Its documentation is in image_rules.yml."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.outcome import combine


def image_rules(results: Any, target: Optional[str] = None) -> Dict[str, Any]:
    """Several results as one, with one set of rules."""
    try:
        # Ansible's own classes of texts and mappings become plain ones.
        return combine(read_json(json.dumps(results)), target)
    except (LongshoreError, NotUnderstood, TypeError) as error:
        raise AnsibleFilterError("longshore.swr.image_rules: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"image_rules": image_rules}
