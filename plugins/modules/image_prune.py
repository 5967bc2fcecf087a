#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_prune
short_description: Delete tags that the rules of a copy no longer produce
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes the rules of M(longshore.swr.image_copy) and deletes those tags from their destinations that a copy with these
    rules would not write, such as tags that were deleted at the source.
  - Only repositories that a rule fills by selection are pruned, that is, with all tags of the source or with those that
    an expression matches. A repository whose rules name single tags is skipped, because they say nothing about the
    other tags. Repositories without a rule are not touched.
  - A rule for a namespace or a registry (a source that ends in V(/*) or V(/**)) covers the destinations of the
    repositories that the source lists now and that the rule selects. Destinations of repositories that are gone from
    the source, or never were there, are not touched. If the source cannot be listed, nothing below the rule's
    destination is pruned, not even by other rules.
  - Tags that the key C(tags) of a rule leaves out are not produced, so C(newest) set to V(5) keeps five.
  - A tag that any rule produces is kept, and so is one that matches O(keep). The C(sha256-...) tags of the referrers of
    a kept image, such as cosign signatures, are kept too, and so are those of their referrers in turn.
  - A repository fails, and keeps all its tags, if the source of one of its rules cannot be listed or has no tags, or if
    its rules produce no tags at all.
  - The list of a source must be complete. If the registry does not say that a page is the last one, it is asked for
    more. A repository also fails, and keeps all its tags, if its list may be incomplete, or if the source lists an
    invalid tag that the rule does not leave out.
  - By default it is a dry run.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry
  - longshore.swr.registry.limits
  - longshore.swr.registry.rules
attributes:
  check_mode:
    support: full
    details:
      - Reads from both registries and deletes nothing. The file O(report_path) is written.
      - Whether a registry can delete a single tag is only known once it is asked to. Tags kept for that reason count
        as to be deleted.
  diff_mode:
    support: full
    details:
      - The diff lists the tags to delete, 200 at most.
  idempotent:
    support: full
options:
  dry_run:
    description:
      - Whether to only return what would be deleted. The task then reports no change.
    type: bool
    default: true
  maximum:
    description:
      - The maximum number of tags to delete, in all repositories together. If there are more, the task fails and
        deletes none, so that a wrong rule or a source that lost its images does not empty the destination.
      - A dry run only warns.
    type: int
    default: 10
  keep:
    description:
      - Regular expressions, as in the rules. Tags that one of them matches anywhere are kept.
    type: list
    elements: str
    default: []
  report_path:
    description:
      - The path of a JSON file with all tags to delete and all tags deleted.
    type: path
notes:
  - Registries that follow the OCI distribution specification delete a single tag and keep the image's other tags.
    Others, such as the registry of the distribution project up to 2.8, delete an image with all its tags. There, a tag
    is deleted only if no kept tag points to the same image or to a multi-platform image that contains it.
  - The login needs permission to delete. The registry of the distribution project only deletes with
    C(storage.delete.enabled) set to V(true) in its configuration. Docker Hub does not support this API, and for SWR it
    is not documented. If a registry refuses, the task fails and says so.
  - The images behind deleted tags take up space until the registry runs its garbage collection.
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_info
"""

EXAMPLES = r"""
- name: List the tags of the mirror that are no longer in the source
  longshore.swr.image_prune:
    images:
      registry.example.com/shop/cart: mirror.example.com/shop/cart
      registry.example.com/shop/pay:/^v[0-9]/: mirror.example.com/shop/pay
    auth_file: auth.json
  delegate_to: localhost
  register: stale

- name: Show the stale tags
  ansible.builtin.debug:
    var: stale.to_delete

- name: Delete the stale tags, 50 at most, and no releases
  longshore.swr.image_prune:
    images:
      registry.example.com/shop/cart: mirror.example.com/shop/cart
      registry.example.com/shop/pay:/^v[0-9]/: mirror.example.com/shop/pay
    auth_file: auth.json
    dry_run: false
    maximum: 50
    keep:
      - ^release-
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description: One-line summary, followed by the first failure if there is one.
  returned: always
  type: str
  sample: 2 tags to delete, 2 deleted, 36 kept, in 4 repositories; 0 repositories failed
to_delete:
  description: Tags that are neither produced by the rules nor kept, 200 at most. The file RV(report_path) lists all.
  returned: when options are valid
  type: list
  elements: str
  sample: ["mirror.example.com/shop/cart:1.3"]
deleted:
  description: Tags that were deleted, 200 at most.
  returned: when options are valid
  type: list
  elements: str
  sample: ["mirror.example.com/shop/cart:1.3"]
tags:
  description: Tags of the pruned repositories by outcome.
  returned: when options are valid
  type: dict
  contains:
    kept:
      description: Tags kept.
      type: int
      sample: 36
    to_delete:
      description: Tags to delete.
      type: int
      sample: 2
    deleted:
      description: Tags deleted.
      type: int
      sample: 2
    shared:
      description: Tags left in place because the registry would delete a kept tag along with them.
      type: int
      sample: 0
    failed:
      description: Tags that could not be deleted.
      type: int
      sample: 0
repositories:
  description: The destinations of the rules.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    repository:
      description: The repository.
      type: str
      sample: mirror.example.com/shop/cart
    outcome:
      description:
        - V(pruned) if tags were or would be deleted, V(clean) if there are none to delete, V(skipped) if it is not
          pruned, V(failed) if it could not be inspected or a tag could not be deleted.
      type: str
      sample: pruned
    kept:
      description: Number of tags kept.
      type: int
      sample: 9
    to_delete:
      description: Number of tags to delete.
      type: int
      sample: 1
    deleted:
      description: Number of tags deleted.
      type: int
      sample: 1
    shared:
      description: Tags left in place, see RV(tags.shared), 50 at most.
      type: list
      elements: str
      sample: []
    reason:
      description: Why it was skipped.
      type: str
      sample: its rules name single tags, and say nothing about others
    error:
      description: Why it failed.
      type: str
      sample: 'registry.example.com/shop/cart: cannot list the tags (HTTP 403, DENIED)'
failures:
  description: Repositories and tags that failed, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    name:
      description: The repository or the tag.
      type: str
      sample: mirror.example.com/shop/cart:1.3
    error:
      description: What failed and where, with the server's error code and a hint.
      type: str
      sample: 'mirror.example.com/shop/cart:1.3: cannot delete the tag (HTTP 403, DENIED)'
    hint:
      description: How to fix it.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: Number of further failures. The file RV(report_path) lists all of them.
  returned: when options are valid
  type: int
  sample: 0
dry_run:
  description: Whether this was a dry run.
  returned: when options are valid
  type: bool
  sample: false
exceeded:
  description: Whether there were more tags to delete than O(maximum).
  returned: when options are valid
  type: bool
  sample: false
requests:
  description: Number of requests.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Total.
      type: int
      sample: 12
    by_registry:
      description: By registry and kind.
      type: dict
      sample: {"mirror.example.com": {"manifest_delete": 2, "tags": 6}}
report_path:
  description: The report's path.
  returned: when O(report_path) is set and options are valid
  type: str
  sample: /var/lib/migration/pruned.json
duration:
  description: How long it took, in seconds.
  returned: when options are valid
  type: float
  sample: 1.702
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: 'images.json: "registry.example.com/team/app:1.0": the destination has 2 tags for 1 tag of the source'
    where:
      description: The option or file.
      type: str
      sample: workers
    hint:
      description: How to fix it.
      type: str
      sample: Give a number from 1 to 1000.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, run_helper, show_warnings
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.arguments import (
    CONNECTION,
    LOGIN,
    RULES,
    check_numbers,
    keep_readable,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import PruneSettings

OWN = Arguments(
    {
        "dry_run": {"type": "bool", "default": PruneSettings.dry_run},
        "maximum": {"type": "int", "default": PruneSettings.maximum},
        "keep": {"type": "list", "elements": "str", "default": []},
        "report_path": {"type": "path"},
    }
)
ARGUMENTS = LOGIN + CONNECTION + RULES + OWN


def conclude(module, result):
    """The engine's result in the module's form, with the first failure in the message."""
    show_warnings(module, result)
    for first in result["failures"][:1]:
        result["msg"] = "{0}. First failure: {1}".format(result["msg"], first["error"])
    return result


@reports_errors
def run(module):
    """The deletions, as the module's result."""
    check_numbers(module.params)
    return conclude(module, run_prune(module.params, module.check_mode, os.environ, run_helper))


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
