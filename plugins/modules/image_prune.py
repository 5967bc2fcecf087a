#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_prune
short_description: Delete tags that the rules of a copy do not produce any more
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes the rules of M(longshore.swr.image_copy) and deletes the tags from their destinations that a copy by these
    rules would not write, such as tags that were deleted at the source.
  - Only repositories are pruned that a rule fills by selection - all tags of the source, or those that an expression
    matches. Where rules name single tags they say nothing about others, and the repository is skipped. Other
    repositories are not looked at.
  - Of a rule for a namespace or a registry (a source that ends in V(/*) or V(/**)) these are the destinations of the
    repositories that the source lists now and that the rule chooses. A destination whose repository is gone from the
    source, or never was there, is not looked at. When the source cannot be listed, nothing below the rule's destination
    is pruned, by whatever rule.
  - Tags that the key C(tags) of a rule leaves out are not produced, so that C(newest) set to V(5) keeps five.
  - A tag that any rule produces stays, and so does one that O(keep) matches. A tag for what belongs to an image that
    stays (C(sha256-...), as signatures by cosign have) stays as well, and so does one for what belongs to that in turn.
  - A repository fails, and keeps all its tags, when the source of one of its rules cannot be listed or has no tags, and
    when the rules produce no tag at all for it.
  - The list of a source has to be complete. Where the registry does not say that a page is the last one, it is asked
    for more. A repository also fails, and keeps all its tags, when its list may be incomplete, and when the source
    lists something that is not a valid tag and that the rule does not leave out.
  - Without further options it is a dry run.
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
      - It reads from both registries and deletes nothing. The file O(report_path) is written.
      - Whether a registry can delete a tag by itself shows only when it is asked to. Tags that stay for that reason
        count as to be deleted.
  diff_mode:
    support: full
    details:
      - The diff names the tags that are to be deleted, 200 at most.
  idempotent:
    support: full
options:
  dry_run:
    description:
      - Whether to say what would be deleted, and delete nothing. The task is not changed then.
    type: bool
    default: true
  maximum:
    description:
      - The most tags that may be deleted, in all repositories together. When there are more the task fails and none is
        deleted, so that a wrong rule or a source that lost its images does not empty the destination.
      - A dry run warns only.
    type: int
    default: 10
  keep:
    description:
      - Regular expressions. A tag in which one of them is found is kept.
    type: list
    elements: str
    default: []
  report_path:
    description:
      - The path of a JSON file with all tags that are to be deleted and all that were.
    type: path
notes:
  - Registries that follow the OCI distribution specification delete a tag and leave the image to its other tags.
    Others, such as the registry of the distribution project up to 2.8, delete an image with all its tags. There a tag
    is deleted only when no tag that stays stands for the same image, or for a multi-platform image that contains it.
  - The login needs the right to delete. The registry of the distribution project deletes when C(storage.delete.enabled)
    is V(true) in its configuration. Docker Hub does not delete by this way, and of SWR it is not documented. Where a
    registry refuses, the task fails and says so.
  - What tags stood for takes space until the registry collects its garbage.
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_info
"""

EXAMPLES = r"""
- name: Say which tags are in the mirror and not in the source any more
  longshore.swr.image_prune:
    images:
      registry.example.com/shop/cart: mirror.example.com/shop/cart
      registry.example.com/shop/pay:/^v[0-9]/: mirror.example.com/shop/pay
    auth_file: auth.json
  delegate_to: localhost
  register: stale

- name: Show them
  ansible.builtin.debug:
    var: stale.to_delete

- name: Delete them, but no more than 50, and no release
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
  description: One line that sums up. When something failed it goes on with the first failure.
  returned: always
  type: str
  sample: 2 tags to delete, 2 deleted, 36 kept, in 4 repositories; 0 repositories failed
to_delete:
  description: The tags that the rules do not produce and nothing keeps, 200 at most. RV(report_path) has all of them.
  returned: when options are valid
  type: list
  elements: str
  sample: ["mirror.example.com/shop/cart:1.3"]
deleted:
  description: Those of them that were deleted, 200 at most.
  returned: when options are valid
  type: list
  elements: str
  sample: ["mirror.example.com/shop/cart:1.3"]
tags:
  description: How many tags of the repositories that are pruned ended how.
  returned: when options are valid
  type: dict
  contains:
    kept:
      description: Tags that stay.
      type: int
      sample: 36
    to_delete:
      description: Tags that are to be deleted.
      type: int
      sample: 2
    deleted:
      description: Tags that were.
      type: int
      sample: 2
    shared:
      description: Tags to be deleted that stay, because the registry would delete a tag with them that is kept.
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
        - V(pruned) when tags were deleted, or would be. V(clean) when there are none. V(skipped) when it is not pruned.
          V(failed) when it could not be looked at, or a tag could not be deleted.
      type: str
      sample: pruned
    kept:
      description: How many tags stay.
      type: int
      sample: 9
    to_delete:
      description: How many tags are to be deleted.
      type: int
      sample: 1
    deleted:
      description: How many were.
      type: int
      sample: 1
    shared:
      description: Tags to be deleted that stay, see RV(tags.shared), 50 at most.
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
  description: What failed, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    name:
      description: The repository or the tag.
      type: str
      sample: mirror.example.com/shop/cart:1.3
    error:
      description: What failed and where, with the server's own code, and what can be done.
      type: str
      sample: 'mirror.example.com/shop/cart:1.3: cannot delete the tag (HTTP 403, DENIED)'
    hint:
      description: What can be done, by itself.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: How many more failures there are. RV(report_path) has all of them.
  returned: when options are valid
  type: int
  sample: 0
dry_run:
  description: Whether this was a dry run.
  returned: when options are valid
  type: bool
  sample: false
exceeded:
  description: Whether more tags were to be deleted than O(maximum).
  returned: when options are valid
  type: bool
  sample: false
requests:
  description: How many requests were made.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: All of them.
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
  description: Seconds from the beginning to the end.
  returned: when options are valid
  type: float
  sample: 1.702
error:
  description: The parts of the error, as far as they are known, when nothing could be begun.
  returned: when the options were found wrong
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
      description: What can be done about it.
      type: str
      sample: Give a number from 1 to 1000.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, show_warnings
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.arguments import (
    CONNECTION,
    LOGIN,
    RULES,
    check_numbers,
    helper_runner,
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
    """The engine's result as the module's: a task that failed says at what."""
    show_warnings(module, result)
    for first in result["failures"][:1]:
        result["msg"] = "{0}. First failure: {1}".format(result["msg"], first["error"])
    return result


@reports_errors
def run(module):
    """What was deleted, as the module's result."""
    check_numbers(module.params)
    return conclude(module, run_prune(module.params, module.check_mode, os.environ, helper_runner(module)))


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
