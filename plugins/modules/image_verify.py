#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_verify
short_description: Compare images at their destination with their source
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes the rules of M(longshore.swr.image_copy) and checks for each of their images that the destination has what the
    source has. Nothing is written to a registry.
  - Images are compared by digest, which covers every byte. Where a copy changes the digest (O(os), O(arch),
    O(convert)), the expected image is the one that the copy would write.
  - Every image ends as equal, different, missing, filtered (none of the requested platforms, or no matching tag) or
    failed (could not be compared). The task fails if one failed, and, unless O(fail_on_difference=false), if one is
    different or missing.
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
      - Never changes anything, and does the same in check mode. The file O(report_path) is written even then.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  blobs:
    description:
      - How thoroughly to check the layers and configurations of images whose digest matches.
      - V(none) trusts the destination to have what its manifests reference.
      - V(head) asks the destination whether it has each of them.
      - V(hash) reads each of them from the destination, once per registry, and computes its digest. This transfers as
        many bytes as pulling all the images.
      - An image with a missing or damaged part counts as different.
    type: str
    choices: [none, head, hash]
    default: none
  fail_on_difference:
    description:
      - Whether the task fails if an image is different or missing.
      - It always fails if an image could not be compared.
    type: bool
    default: true
  journal_path:
    description:
      - The path of a journal of M(longshore.swr.image_copy). It is only read. The file may be missing.
      - It holds the new digests of images that were converted or copied without some platforms, which saves requests.
        They are still compared with what the destination has.
    type: path
  report_path:
    description:
      - The path of a JSON file with the verdict on every image.
      - The task itself returns counters, and at most 50 differences and 50 failures.
    type: path
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_info
  - module: longshore.swr.publish_report
"""

EXAMPLES = r"""
- name: Create an SWR login from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Verify that SWR has everything that the old registry has
  longshore.swr.image_verify:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    journal_path: /var/lib/migration/journal.jsonl
    report_path: /var/lib/migration/verified.json
  delegate_to: localhost

- name: Verify every layer of the images that the cutover depends on
  longshore.swr.image_verify:
    images:
      registry.example.com/shop/cart:1.4,1.5: "{{ swr.registry }}/shop/cart"
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    blobs: hash
  delegate_to: localhost

- name: Find the images that have changed since the last copy
  longshore.swr.image_verify:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    fail_on_difference: false
  delegate_to: localhost
  register: verified

- name: Show the images to copy again
  ansible.builtin.debug:
    msg: "{{ verified.differences | map(attribute='destination') }}"
"""

RETURN = r"""
msg:
  description:
    - One-line summary, followed by the first failure or difference if there is one.
  returned: always
  type: str
  sample: Images(38) verified, 38 equal, 0 different, 0 missing, 0 failed
images:
  description: Images by outcome. RV(images.total) is always the sum of the others.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Images of the rules. A rule whose images could not be determined counts as one.
      type: int
      sample: 38
    equal:
      description: Images that the destination has as expected.
      type: int
      sample: 36
    different:
      description: Images with a different digest at the destination, or with a missing or damaged part.
      type: int
      sample: 1
    missing:
      description: Images that the destination does not have.
      type: int
      sample: 1
    filtered:
      description:
        - Images without any requested platform, and rules whose filters leave no tag.
        - Referrers that the destination cannot have, see O(referrers).
      type: int
      sample: 0
    failed:
      description: Images that could not be compared, and rules whose images could not be determined.
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
      description: Its destination.
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
      description: The difference.
      type: str
      sample: it has another digest
    attached_to:
      description: For a referrer, the image that it belongs to at the destination, see O(referrers).
      type: str
      sample: swr.example.com/shop/cart@sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    source_digest:
      description: The digest at the source.
      type: str
      sample: sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    expected:
      description: The digest expected at the destination.
      type: str
      sample: sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    found:
      description: The digest found there.
      type: str
      sample: sha256:2d429b9e73a6cf90a5bb85105c8118b30a1b2deedeae3ea9587055ffcb80eb45
differences_truncated:
  description: Number of further differences. The file RV(report_path) lists all of them.
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
      description: The image's reference, or the text of the rule.
      type: str
      sample: registry.example.com/shop/cart:1.4
    destination:
      description: Its destination.
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
      description: What failed and where, with the server's error code and a hint.
      type: str
      sample: 'registry.example.com/shop/cart:1.4: cannot look up the manifest (HTTP 403, DENIED)'
    hint:
      description: How to fix it.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: Number of further failures. The file RV(report_path) lists all of them.
  returned: when options are valid
  type: int
  sample: 0
blobs:
  description: Layers and configurations checked, see O(blobs).
  returned: when options are valid
  type: dict
  contains:
    checked:
      description: Their number, each counted once per repository.
      type: int
      sample: 117
    bytes_read:
      description: Bytes read.
      type: int
      sample: 734003200
requests:
  description: Number of requests.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Total.
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
  description: How long it took, in seconds.
  returned: when options are valid
  type: float
  sample: 7.301
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
    FORMAT,
    LOGIN,
    REFERRERS,
    RULES,
    check_numbers,
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
    """The engine's result in the module's form, with the first failure in the message."""
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
    return conclude(module, run_verify(module.params, os.environ, run_helper))


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
