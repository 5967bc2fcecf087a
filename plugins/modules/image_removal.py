#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_removal
short_description: Delete the images from SWR that a copy has made there
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes back copies of M(longshore.swr.image_copy) in SWR's basic edition. Deletes the tags that the journal shows to
    be copied, and the repositories that are empty then.
  - A tag is deleted only if a run has copied it, and if its digest is still the one that the run has left. Everything
    else stays and is named - tags that were there already, that have changed since, or that nobody has copied, and
    tags of the same image as one of these. A tag that a copy has overwritten is a copy.
  - A line of the journal that cannot be read shows nothing. Without a journal, nothing is deleted.
  - A run that was interrupted is continued by the next one.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_huaweicloud
attributes:
  check_mode:
    support: full
    details:
      - Reads the tags, and says how many would be deleted.
      - Whether SWR counts more in a repository than its tags is known only when they are deleted. Then it stays.
  diff_mode:
    support: full
    details:
      - The diff lists what is deleted, 200 names at most.
  idempotent:
    support: full
options:
  journal_path:
    description:
      - The path of the journal, see O(longshore.swr.image_copy#module:journal_path). It is only read.
    type: path
    required: true
  registry:
    description:
      - The host of SWR's registry in the journal, with a port if needed. Copies in other registries stay.
      - By default, the one of O(region). Another one needs O(endpoint) or O(endpoints).
    type: str
requirements:
  - requests
notes:
  - SWR has no way to undo this.
  - The API that lists tags with their digests is not in every region. Without it, the task fails and deletes nothing.
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_prune
    description: Deletes tags that rules no longer produce, also in other registries.
  - module: longshore.swr.organization
"""

EXAMPLES = r"""
- name: Delete from SWR what the migration has copied there
  longshore.swr.image_removal:
    journal_path: /var/lib/migration/journal.jsonl
    region: cn-north-4
  delegate_to: localhost
  register: removed

- name: Show what is left
  ansible.builtin.debug:
    var: removed.left
"""

RETURN = r"""
msg:
  description: One-line summary, with the first of what is left and the first failure.
  returned: always
  type: str
  sample: "12 images and 3 repositories deleted; 1 left: team/app:2 (it has changed since it was copied)"
deleted:
  description: Tags that were deleted, 200 at most.
  returned: when options are valid
  type: list
  elements: str
  sample: ["team/app:1"]
repositories:
  description: Repositories that were deleted, 200 at most.
  returned: when options are valid
  type: list
  elements: str
  sample: ["team/tool"]
left:
  description: Tags and repositories that stay, 200 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    name:
      description: The tag or the repository.
      type: str
      sample: team/app:2
    reason:
      description: Why it stays.
      type: str
      sample: it has changed since it was copied
counts:
  description: How many there are of each.
  returned: when options are valid
  type: dict
  contains:
    deleted:
      description: Tags deleted.
      type: int
      sample: 12
    repositories:
      description: Repositories deleted.
      type: int
      sample: 3
    left:
      description: Tags and repositories that stay.
      type: int
      sample: 1
    failed:
      description: Repositories that failed.
      type: int
      sample: 0
    elsewhere:
      description: Repositories in the journal that are in other registries.
      type: int
      sample: 0
failures:
  description: Why repositories failed, 50 at most.
  returned: when options are valid
  type: list
  elements: str
  sample: []
diff:
  description: What is deleted.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The tags and repositories, one on each line.
      type: str
      sample: "team/app:1\n"
    after:
      description: Empty.
      type: str
      sample: ""
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: registry.example.com is not the registry of SWR in cn-north-4
    where:
      description: The option or file.
      type: str
      sample: registry
    hint:
      description: How to fix it.
      type: str
      sample: Set region to that of the registry.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.removal import (
    managed_registry,
    remove_copies,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    require_values,
    show_warnings,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.journal import Copies, copies_in

OWN_ARGUMENTS = {
    "journal_path": {"type": "path", "required": True},
    "registry": {"type": "str"},
}


@reports_errors
def run(module):
    """What was deleted, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    require_values(module, "journal_path")
    options = module.params
    cloud = cloud_from("swr", options, os.environ, redactor_of(module))
    keys = cloud.credentials
    has_endpoint = bool(options["endpoint"] or (options["endpoints"] or {}).get("swr"))
    registry = managed_registry(options["registry"], keys.region, keys.cloud, has_endpoint)
    notes = []
    try:
        copies = copies_in(options["journal_path"])
    except FileNotFoundError:
        copies = Copies()
        notes.append("{0} does not exist, so that no copy is known".format(options["journal_path"]))
    here = {place.name: tags for place, tags in copies.tags.items() if place.registry == registry}
    result = remove_copies(cloud, here, module.check_mode)
    result["counts"]["elsewhere"] = len(copies.tags) - len(here)
    if result["counts"]["elsewhere"]:
        notes.append("{0} of the journal's repositories are in other registries".format(len(copies.tags) - len(here)))
    if copies.unreadable_lines:
        notes.append("{0} lines of the journal could not be read".format(copies.unreadable_lines))
    return show_warnings(module, dict(result, msg="; ".join([result["msg"], *notes])))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
