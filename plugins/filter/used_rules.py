# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.used_rules). Its documentation is in used_rules.yml."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Dict, Optional, Sequence

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._image_mapping import rules_alone
from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules


def used_rules(
    rules: Any,
    images: Sequence[str],
    default_registry: Optional[str] = None,
    default_namespace: Optional[str] = None,
) -> Dict[str, str]:
    """A rule for each image alone."""
    try:
        # Ansible's own classes of texts and mappings become plain ones.
        plain, names = read_json(json.dumps([rules, list(images)]))
        if not plain:
            return {}
        parsed = parse_rules(
            plain,
            where="rules",
            environ=os.environ,
            default_registry=default_registry or None,
            default_namespace=default_namespace or None,
        )
        return rules_alone(parsed, names)
    except (LongshoreError, NotUnderstood, TypeError) as error:
        raise AnsibleFilterError("longshore.swr.used_rules: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"used_rules": used_rules}
