# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: joined_rules
short_description: Add rules for found images to rules that somebody has written
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes rules of M(longshore.swr.image_copy) in any form, and the rules that P(longshore.swr.image_rules#filter) has
    made for images in use. A found image that a written rule copies gets no second rule.
positional: found, default_registry, default_namespace
options:
  _input:
    description:
      - The written rules, or the text of a file with them. There may be none.
    type: raw
    required: true
  found:
    description:
      - The other rules, sources to destinations. There may be none.
    type: dict
    required: true
  default_registry:
    description:
      - The registry for empty destinations.
    type: str
  default_namespace:
    description:
      - The namespace (organization) for empty destinations.
    type: str
"""

EXAMPLES = r"""
- name: Copy a list of images, and what the cluster uses
  longshore.swr.image_copy:
    images: "{{ written | longshore.swr.joined_rules(found) }}"
    auth_file: auth.json
  vars:
    written:
      quay.io/shop/cart: swr.cn-north-4.myhuaweicloud.com/shop/cart
    found:
      quay.io/shop/cart:1.4: swr.cn-north-4.myhuaweicloud.com/apps/cart:1.4
      quay.io/shop/pay:2.0: swr.cn-north-4.myhuaweicloud.com/apps/pay:2.0
"""

RETURN = r"""
_value:
  description: The rules, for O(longshore.swr.image_copy#module:images).
  type: raw
"""

import json
import os
from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError


def joined_rules(
    rules: Any,
    found: Any,
    default_registry: Optional[str] = None,
    default_namespace: Optional[str] = None,
) -> Any:
    """Written rules, with those for what they do not copy."""
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
    from ansible_collections.longshore.swr.plugins.module_utils._image_mapping import without_rule
    from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
    from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.formats import as_rules
    from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules

    try:
        # Ansible's own classes of texts and mappings become plain ones.
        written, discovered = read_json(json.dumps([rules, found]))
        if not written or not discovered:
            return written or discovered
        written = as_rules(written, "rules")
        parsed = parse_rules(
            written,
            where="rules",
            environ=os.environ,
            default_registry=default_registry or None,
            default_namespace=default_namespace or None,
        )
        rest = {source: discovered[source] for source in without_rule(parsed, list(discovered))}
    except (LongshoreError, NotUnderstood, TypeError) as error:
        raise AnsibleFilterError("longshore.swr.joined_rules: {0}".format(error)) from error
    if not rest:
        return written
    if isinstance(written, dict) and "images" in written:
        images = written["images"]
        return {**written, "images": [*(images if isinstance(images, list) else [images]), rest]}
    return [*(written if isinstance(written, list) else [written]), rest]


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"joined_rules": joined_rules}
