# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: image_rules
short_description: Combine what was found in clusters and folders, with rules that copy the images
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes several results of M(longshore.swr.workload_images) and M(longshore.swr.image_sources), and returns each image
    once, with all that use it.
  - With O(target), it makes one set of rules for all of them, so that no two have the same name there. Rules of
    single results could.
positional: target
options:
  _input:
    description:
      - The results. Those of skipped tasks are ignored.
    type: list
    elements: dict
    required: true
  target:
    description:
      - The registry and the organization that the images are copied to, as in
        V(swr.cn-north-4.myhuaweicloud.com/shop).
      - Without it there are no rules.
    type: str
seealso:
  - module: longshore.swr.workload_images
  - module: longshore.swr.image_sources
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Find the images of two clusters
  longshore.swr.workload_images:
    context: "{{ item }}"
  loop: [production, staging]
  register: clusters

- name: Find the images of the repository that the clusters are deployed from
  longshore.swr.image_sources:
    paths: [/srv/gitops]
  register: folder

- name: Copy all of them
  longshore.swr.image_copy:
    images: "{{ (found | longshore.swr.image_rules('swr.cn-north-4.myhuaweicloud.com/shop')).rules }}"
    auth_file: auth.json
  vars:
    found: "{{ clusters.results + [folder] }}"
"""

RETURN = r"""
_value:
  description:
    - C(images), C(rules), C(images_json), C(not_in_images_json), C(problems), C(unread), C(past_images) and
      C(not_evaluated), as in the results of the modules.
    - C(table), the images with their users as lines of text, and C(notes), what is not known or has no rule.
  type: dict
"""

import json
from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError


def image_rules(results: Any, target: Optional[str] = None) -> Dict[str, Any]:
    """Several results as one, with one set of rules."""
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
    from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
    from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.outcome import combine

    try:
        # Ansible's own classes of texts and mappings become plain ones.
        return combine(read_json(json.dumps(results)), target)
    except (LongshoreError, NotUnderstood, TypeError) as error:
        raise AnsibleFilterError("longshore.swr.image_rules: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"image_rules": image_rules}
