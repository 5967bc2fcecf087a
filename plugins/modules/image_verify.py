#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_verify
short_description: Compare images in their destination with their source
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes the rules of M(longshore.swr.image_copy) and says for every image of theirs whether the destination has what
    the source has. Nothing is written to a registry.
  - Images are compared by their digests, which cover every byte of them. Where a copy changes the digest (O(os),
    O(arch), O(convert)) the image is expected that the copy would write.
  - Every image ends as equal, different, missing, filtered (no platform of it was asked for, or no tag matches) or
    failed (it could not be compared). The task fails when one failed, and, unless O(fail_on_difference=false), when
    one is different or missing.
requirements:
  - "Python 3.14, or the Python library zstandard: only with O(recompress=always), for images that differ"
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry
  - longshore.swr.registry.limits
  - longshore.swr.registry.rules
  - longshore.swr.registry.platforms
  - longshore.swr.registry.referrers
attributes:
  check_mode:
    support: full
    details:
      - It never changes anything and does the same in check mode. The file O(report_path) is written as well.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  blobs:
    description:
      - How closely to look at the layers and configurations of images whose digest is right.
      - V(none) trusts the destination to have what its manifests name.
      - V(head) asks the destination for each of them, without reading it.
      - V(hash) reads each of them from the destination, once a registry, and computes its digest. That moves as many
        bytes as pulling all the images.
      - An image with a part that is missing or damaged is different.
    type: str
    choices: [none, head, hash]
    default: none
  fail_on_difference:
    description:
      - Whether the task fails when an image is different or missing.
      - It always fails when an image could not be compared.
    type: bool
    default: true
  journal_path:
    description:
      - The path of the journal that M(longshore.swr.image_copy) wrote. It is read only.
      - It says which digest an image became that was converted or copied without some platforms, which saves requests.
        What it says is compared with what is there. A file that does not exist is no error.
    type: path
  report_path:
    description:
      - The path of a JSON file with the verdict on every image.
      - The result of the task has counters, and at most 50 differences and 50 failures.
    type: path
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_info
"""

EXAMPLES = r"""
- name: Make a login to SWR from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Find out whether everything is in SWR as it is in the old registry
  longshore.swr.image_verify:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    journal_path: /var/lib/migration/journal.jsonl
    report_path: /var/lib/migration/verified.json
  delegate_to: localhost

- name: Read every layer of the images that the cutover depends on
  longshore.swr.image_verify:
    images:
      registry.example.com/shop/cart:1.4,1.5: "{{ swr.registry }}/shop/cart"
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    blobs: hash
  delegate_to: localhost

- name: Count what has changed since the last copy
  longshore.swr.image_verify:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    fail_on_difference: false
  delegate_to: localhost
  register: verified

- name: Show what is to be copied again
  ansible.builtin.debug:
    msg: "{{ verified.differences | map(attribute='destination') }}"
"""

RETURN = r"""
msg:
  description:
    - One line that sums up. When images failed or differ it goes on with the first of them.
  returned: always
  type: str
  sample: Images(38) verified, 38 equal, 0 different, 0 missing, 0 failed
images:
  description: How many images ended how. RV(images.total) is always the sum of the others.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Images of the rules. A rule whose images could not be found out counts as one.
      type: int
      sample: 38
    equal:
      description: Images that the destination has as it should.
      type: int
      sample: 36
    different:
      description: Images that have another digest at the destination, or a part that is missing or damaged.
      type: int
      sample: 1
    missing:
      description: Images that the destination does not have.
      type: int
      sample: 1
    filtered:
      description:
        - Images without a platform that was asked for, and rules whose choices leave no tag.
        - What belongs to images and cannot be at the destination, see O(referrers).
      type: int
      sample: 0
    failed:
      description: Images that could not be compared, and rules whose images could not be found out.
      type: int
      sample: 0
differences:
  description: The images that are different or missing, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    source:
      description: The image's reference.
      type: str
      sample: registry.example.com/shop/cart:1.4
    destination:
      description: Where it should be.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/cart:1.4
    rule:
      description: The file or option, and the rule in it.
      type: str
      sample: 'images.json: "registry.example.com/shop/cart"'
    verdict:
      description: V(different) or V(missing).
      type: str
      sample: different
    reason:
      description: What is wrong.
      type: str
      sample: it has another digest
    attached_to:
      description: What it belongs to at the destination, where it is no image of a rule, see O(referrers).
      type: str
      sample: swr.example.com/shop/cart@sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    source_digest:
      description: The digest at the source.
      type: str
      sample: sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    expected:
      description: The digest that it should have at the destination.
      type: str
      sample: sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    found:
      description: The digest that it has there.
      type: str
      sample: sha256:2d429b9e73a6cf90a5bb85105c8118b30a1b2deedeae3ea9587055ffcb80eb45
differences_truncated:
  description: How many more differences there are. RV(report_path) has all of them.
  returned: when options are valid
  type: int
  sample: 0
failures:
  description: The images that could not be compared, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    source:
      description: The image's reference, or the rule's own text.
      type: str
      sample: registry.example.com/shop/cart:1.4
    destination:
      description: Where it should be.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/cart:1.4
    rule:
      description: The file or option, and the rule in it.
      type: str
      sample: 'images.json: "registry.example.com/shop/cart"'
    verdict:
      description: V(failed).
      type: str
      sample: failed
    error:
      description: What failed and where, with the server's own code, and what can be done.
      type: str
      sample: 'registry.example.com/shop/cart:1.4: cannot look up the manifest (HTTP 403, DENIED)'
    hint:
      description: What can be done, by itself.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: How many more failures there are. RV(report_path) has all of them.
  returned: when options are valid
  type: int
  sample: 0
blobs:
  description: The layers and configurations that were looked at, see O(blobs).
  returned: when options are valid
  type: dict
  contains:
    checked:
      description: How many, each counted once a repository.
      type: int
      sample: 117
    bytes_read:
      description: How many bytes of them were read.
      type: int
      sample: 734003200
requests:
  description: How many requests were made.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: All of them.
      type: int
      sample: 76
    by_registry:
      description: By registry and kind.
      type: dict
      sample: {"registry.example.com": {"manifest_head": 38, "tags": 2}}
report_path:
  description: The report's path.
  returned: when O(report_path) is set and options are valid
  type: str
  sample: /var/lib/migration/verified.json
duration:
  description: Seconds from the beginning to the end.
  returned: when options are valid
  type: float
  sample: 7.301
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
    FORMAT,
    LOGIN,
    REFERRERS,
    RULES,
    check_numbers,
    helper_runner,
    keep_readable,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import VerifySettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify

OWN = Arguments(
    {
        "blobs": {"type": "str", "choices": ["none", "head", "hash"], "default": VerifySettings.blobs},
        "fail_on_difference": {"type": "bool", "default": VerifySettings.fail_on_difference},
        "journal_path": {"type": "path"},
        "report_path": {"type": "path"},
    }
)
ARGUMENTS = LOGIN + CONNECTION + RULES + FORMAT + REFERRERS + OWN


def conclude(module, result):
    """The engine's result as the module's: a task that failed says at which image."""
    show_warnings(module, result)
    first = (result["failures"] + result["differences"])[:1] if result["failed"] else []
    for entry in first:
        result["msg"] = "{0}. First: {1}: {2}".format(
            result["msg"], entry["destination"], entry.get("error") or entry["reason"]
        )
    return result


@reports_errors
def run(module):
    """The verdicts, as the module's result."""
    check_numbers(module.params)
    return conclude(module, run_verify(module.params, os.environ, helper_runner(module)))


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
