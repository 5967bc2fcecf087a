# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: used_rules
short_description: Choose the rules that copy given images
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes rules of M(longshore.swr.image_copy), and returns a rule for each given image alone, such as for those that
    M(longshore.swr.workload_images) has found. M(longshore.swr.image_verify) then verifies these images and no others.
  - An image that a rule has copied to where it is, such as that of a workload that is switched already, gets the rule
    of its source, unless the rule is for a namespace or a registry.
  - Images that no rule copies are left out.
positional: images, default_registry, default_namespace
options:
  _input:
    description:
      - The rules, in any form.
    type: raw
    required: true
  images:
    description:
      - The images.
    type: list
    elements: str
    required: true
  default_registry:
    description:
      - The registry for empty destinations.
    type: str
  default_namespace:
    description:
      - The namespace (organization) for empty destinations.
    type: str
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_verify
  - module: longshore.swr.workload_images
"""

EXAMPLES = r"""
- name: Find the images of a cluster
  longshore.swr.workload_images:
    context: production
  register: found

- name: Verify these images, and no others
  longshore.swr.image_verify:
    images: "{{ rules | longshore.swr.used_rules(found.images | map(attribute='image')) }}"
    auth_file: auth.json
    report_path: verified.json
  vars:
    rules: {registry.example.com/shop/**: swr.cn-north-4.myhuaweicloud.com/shop}
"""

RETURN = r"""
_value:
  description:
    - The rules, sources to destinations, as O(longshore.swr.image_copy#module:images) takes them.
  type: dict
"""

import json
import os
from typing import Any, Callable, Dict, Optional, Sequence

from ansible.errors import AnsibleFilterError


def used_rules(
    rules: Any,
    images: Sequence[str],
    default_registry: Optional[str] = None,
    default_namespace: Optional[str] = None,
) -> Dict[str, str]:
    """A rule for each image alone."""
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
    from ansible_collections.longshore.swr.plugins.module_utils._image_mapping import rules_alone
    from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
    from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules

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
