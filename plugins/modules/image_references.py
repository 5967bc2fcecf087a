#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_references
short_description: Point files of Kubernetes, Helm, Kustomize and Compose at copied images, or put them back
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Changes the image references in files to where the images were copied. Where that is comes from the rules of
    M(longshore.swr.image_copy), from the reports of its runs, or from both.
  - Only the references change, by their position. Comments, anchors, quotes, order, line ends and a byte order mark
    stay as they are. Files are never written anew from parsed data.
  - Every change is in O(record) before it is made. With O(state=rolled_back) the files are put back from it, byte for
    byte. If a file was changed by others as well, only those values are put back that are still what was written.
  - A file that changes between reading and writing is not overwritten, and the task fails. After a run that was
    killed, run it again.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.image_files
  - longshore.swr.registry.rules
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff has the changed values alone, since the lines around them may have secrets.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  paths:
    description:
      - Files and folders. Folders are read with everything below them. Required with O(state=rewritten).
      - With O(state=rolled_back), only files below them are put back; without it, all files of the record.
      - Symbolic links below a folder are not followed, and files with several names (hard links) are not changed.
        Folders of version control (C(.git), C(.hg), C(.svn)) and C(node_modules) are left out.
    type: list
    elements: path
  images:
    description:
      - The rules by which the images were copied. An image that a rule copies is changed to the rule's destination;
        the first such rule counts.
      - See M(longshore.swr.image_copy) for all forms of rules.
  reports:
    description:
      - Reports of the copies (O(longshore.swr.image_copy#module:report_path)), as files, patterns or directories.
      - With reports, only images that have arrived are changed. Images that a rule copies and no report has as copied
        are in RV(left).
      - Images that are pinned to a digest are only changed with a report, because a conversion changes the digest.
    type: list
    elements: path
    default: []
  verified:
    description:
      - Reports of M(longshore.swr.image_verify) (O(longshore.swr.image_verify#module:report_path)), as files, patterns
        or directories, instead of rules and O(reports). They say where each image is, and only what is there as it
        should be is changed. Other images are in RV(left), as are those that one report has as equal and another as
        different or missing.
    type: list
    elements: path
    default: []
  record:
    description:
      - The path of the record. It is created if it does not exist, only readable by its owner. Keep it, and use one
        for all runs on the same files. M(longshore.swr.workload_images) may use the same.
    type: path
    required: true
  state:
    description:
      - V(rewritten) changes the references, V(rolled_back) puts the files back.
    type: str
    choices: [rewritten, rolled_back]
    default: rewritten
notes:
  - An image of a kustomization's C(images) is changed there (C(newName), C(newTag) and C(digest)). The manifests that
    such an entry replaces keep their names, because the entry selects by them. Other kustomizations that build these
    manifests get an entry.
  - In values of Helm, C(registry), C(repository), C(tag) and C(digest) are changed. If a C(repository) without a
    registry may get one from the chart, it is left. C(global.imageRegistry) is changed if all images of the file move
    to one registry.
  - Charts of Bitnami refuse images other than their own unless C(global.security.allowInsecureImages) is true, which is
    set along with such images.
  - A value that two references share, such as a variable of Compose, is only changed if both need the same.
seealso:
  - module: longshore.swr.image_sources
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Point a GitOps repository at the copied images
  longshore.swr.image_references:
    paths: [/srv/gitops]
    images_file: images.json
    reports: [report.json]
    record: /var/lib/migration/references.jsonl
  register: rewritten

- name: Show what was left, and why
  ansible.builtin.debug:
    var: rewritten.left

- name: Put everything back
  longshore.swr.image_references:
    record: /var/lib/migration/references.jsonl
    state: rolled_back
"""

RETURN = r"""
msg:
  description: One-line summary, followed by the first failure if there is one.
  returned: always
  type: str
  sample: 31 references changed in 14 files, 2 left, 3 files not evaluated
files:
  description: The files that were changed or put back, or would be in check mode, 500 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    path:
      description: The file.
      type: str
      sample: /srv/gitops/web.yaml
    exact:
      description: Whether it has the same bytes as before the changes. Only with O(state=rolled_back).
      type: bool
      sample: true
    changes:
      description:
        - The references, 500 at most. With O(state=rolled_back) the values, without C(line), C(owner) and C(note).
      type: list
      elements: dict
      contains:
        line:
          description: The line before the change, from 1.
          type: int
          sample: 12
        owner:
          description: What uses the image.
          type: str
          sample: Deployment shop/web
        path:
          description: The place in the document.
          type: str
          sample: spec.template.spec.containers[0].image
        old:
          description: The image before.
          type: str
          sample: nginx:1.27
        new:
          description: The image now.
          type: str
          sample: swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.27
        note:
          description: What to know about it.
          type: str
          sample: a value of TAG in the environment wins
left:
  description:
    - References whose images were copied, but that were not changed. With O(state=rolled_back), values that are no
      longer what was written. 500 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: /srv/gitops/compose.yaml
    path:
      description: The place in the document.
      type: str
      sample: services.web.image
    image:
      description: The image; with O(state=rolled_back) the value that was written.
      type: str
      sample: quay.io/a/web:1
    reason:
      description: Why it was left; with O(state=rolled_back) the value that is there now.
      type: str
      sample: it is built here, and pushed under this name
failures:
  description: Files that could not be changed or put back. They are as they were.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: /srv/gitops/web.yaml
    error:
      description: What failed, and how to fix it.
      type: str
      sample: '/srv/gitops/web.yaml: it has changed since it was read. Remedy: Run the task again.'
table:
  description: The files with their changes, and what was left and why, as a table, for M(ansible.builtin.debug).
  returned: when options are valid
  type: list
  elements: str
  sample:
    - "FILE                      OUTCOME  IMAGES OR REASON"
    - "/srv/gitops/web.yaml      changed  nginx:1.27 -> swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.27"
    - "/srv/gitops/compose.yaml  left     quay.io/a/web:1: it is built here, and pushed under this name"
not_evaluated:
  description: Files that may have references but were not evaluated, 500 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      type: str
      sample: /srv/gitops/chart/templates/web.yaml
    reason:
      description: Why not.
      type: str
      sample: it is a template
not_evaluated_total:
  description: Their number.
  returned: when options are valid
  type: int
  sample: 3
record:
  description: The path of the record.
  returned: when options are valid
  type: str
  sample: /var/lib/migration/references.jsonl
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: neither images, images_file, reports nor verified is set
    where:
      description: The option or file.
      type: str
      sample: record
    hint:
      description: How to fix it.
      type: str
      sample: Name files or folders.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments
from ansible_collections.longshore.swr.plugins.module_utils._image_mapping import mapping_of
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, require, show_warnings
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.arguments import RULES
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.job import (
    SCAN,
    run_rewriting,
    run_roll_back,
)
from ansible_collections.longshore.swr.plugins.module_utils._workloads.files.yaml_text import YAML_IMPORT_ERROR

ARGUMENTS = RULES + Arguments(
    {
        "paths": {"type": "list", "elements": "path"},
        "reports": {"type": "list", "elements": "path", "default": []},
        "verified": {"type": "list", "elements": "path", "default": []},
        "record": {"type": "path", "required": True},
        "state": {"type": "str", "choices": ["rewritten", "rolled_back"], "default": "rewritten"},
        **SCAN,
    },
    required_if=[("state", "rewritten", ["paths"])],
)


@reports_errors
def run(module):
    require(module, "PyYAML", YAML_IMPORT_ERROR)
    options = module.params
    if options["state"] == "rolled_back":
        return show_warnings(module, run_roll_back(options, module.check_mode))
    mapping = mapping_of(options, os.environ)
    return show_warnings(module, run_rewriting(options, mapping, module.check_mode))


def main():
    run(AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs()))


if __name__ == "__main__":
    main()
