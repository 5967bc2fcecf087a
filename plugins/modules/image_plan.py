#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_plan
short_description: Plan a large copy of images and split it into shards
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes the rules of M(longshore.swr.image_copy) and returns what a copy would have to do - the images, the number of
    layers and bytes, how much is there already, and roughly how long it takes.
  - Looks for problems that would otherwise stop the copy hours later - logins, missing organizations, names that SWR
    does not accept, and quotas. See RV(problems).
  - Splits the work into shards for several hosts. Each is a file of rules that M(longshore.swr.image_copy) takes as
    O(longshore.swr.image_copy#module:images_file). Images already at their destination are in none of them.
  - Shards take about equally long. The weight of a shard is the bytes to send, plus, for each request to the
    destination, the bytes that could be sent in the same time (O(expected_bandwidth) divided by 18 requests a second
    for SWR, or by 200 for other registries). An image counts as one request plus one for each of its manifests, and a
    layer or configuration to send as three.
  - Images that share such layers stay together, so that the layers are sent once. If that would make one shard much
    longer than the others, they are split by repository, and large repositories by tag, so that as few bytes as
    possible are sent twice. The same plan is always split the same way.
  - Nothing is written to a registry.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry
  - longshore.swr.registry.limits
  - longshore.swr.registry.rules
  - longshore.swr.registry.platforms
  - longshore.swr.registry.tag_listing
  - longshore.swr.registry.progress
  - longshore.swr.registry.summary
attributes:
  check_mode:
    support: full
    details:
      - Reads from both registries and returns the same. The shard files are not written.
  diff_mode:
    support: none
  idempotent:
    support: full
    details:
      - A shard file is written only when its content differs. The plan depends on what the registries have, so the
        shards change once images were copied.
options:
  shards:
    description:
      - The maximum number of shards. There are fewer when there is little to do, and none when everything is there.
    type: int
    default: 1
  shards_path:
    description:
      - The path of a directory for the files C(shard-01.json), C(shard-02.json) and so on. The directory is created
        with mode 0700 if it does not exist, the files with mode 0600.
      - Other files with such names are removed, so that shards of an earlier plan are not run by mistake.
      - If it is not set, only the counts of the shards are returned.
    type: path
  force:
    description:
      - Whether to include images already at their destination, as with O(longshore.swr.image_copy#module:force).
    type: bool
    default: false
  overwrite:
    description:
      - Whether to include images whose tag exists at the destination, as with
        O(longshore.swr.image_copy#module:overwrite).
    type: str
    choices: [changed, never]
    default: changed
  check_blobs:
    description:
      - Whether to ask the destination for each layer and configuration, once per registry, as a copy does.
      - With V(false) all layers and configurations of images to copy count as missing. The bytes are then an upper
        bound, and the plan takes far fewer requests.
    type: bool
    default: true
  quotas:
    description:
      - Limits that apply to every destination. By default, the limits of SWR's basic edition apply, to SWR only.
    type: dict
    suboptions:
      tags_per_repository:
        description:
          - Tags per repository, including existing ones. SWR allows 300.
        type: int
      repositories:
        description:
          - Repositories per registry, or per account of SWR, including existing ones as far as the registry lists them.
            SWR allows 500.
        type: int
      layer_bytes:
        description:
          - Size of a layer in bytes. SWR allows 50 GB. Older documents say 10 GB, so larger layers cause a warning.
        type: int
  fail_on:
    description:
      - V(error) fails the task when an image failed (RV(failures)) or there is a problem of severity C(error).
      - V(warn) fails it for any problem.
      - V(never) fails it for neither. Invalid options and files that cannot be written always fail it.
      - The shards are written in any case, with the images that did not fail.
    type: str
    choices: [error, warn, never]
    default: error
  expected_bandwidth:
    description:
      - The bandwidth that one host is expected to reach, in bytes a second, for the estimate and the weight of
        requests.
      - The default assumes 100 Mbit/s. Better use the rate that the progress of a copy has shown.
    type: int
    default: 12500000
  journal_path:
    description:
      - The path of a journal of M(longshore.swr.image_copy). It is only read. The file may be missing.
    type: path
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_verify
"""

EXAMPLES = r"""
- name: Create an SWR login from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Estimate the work and look for problems
  longshore.swr.image_plan:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  register: plan

- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ plan.plan }} {{ plan.estimate }}"

- name: Split the work for three hosts
  longshore.swr.image_plan:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    shards: 3
    shards_path: /var/lib/migration/shards
    expected_bandwidth: 50000000
  delegate_to: localhost
  register: plan

- name: Copy the first shard
  longshore.swr.image_copy:
    images_file: "{{ plan.shards[0].path }}"
    auth_file: auth.json
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  when: plan.shards | length > 0

- name: Only look for problems, with the limits of another registry
  longshore.swr.image_plan:
    images_file: images.json
    auth_file: auth.json
    check_blobs: false
    quotas:
      tags_per_repository: 1000
      layer_bytes: 20000000000
    fail_on: warn
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description:
    - One-line summary, followed by the first problem or failure when the task failed.
  returned: always
  type: str
  sample: Images(3000) planned, 412 to copy, 2588 there already, 0 failed
summary:
  description:
    - The result as readable lines, for M(ansible.builtin.debug) - the counts, the shards, the first problems, and the
      causes of failures (O(failures_shown)) with remedies.
  returned: when options are valid
  type: list
  elements: str
  sample:
    - "3000 images: 412 to copy, 2588 there already, 0 filtered out, 0 failed"
    - 1630 layers and configs (480.0 GB) to send
    - "shard 1: 140 images, 161.0 GB, about 15456 s"
plan:
  description: The work to do.
  returned: when options are valid
  type: dict
  contains:
    images:
      description: Images of the rules, always the sum of the next four. A rule without images counts as one.
      type: int
      sample: 3000
    to_copy:
      description: Images to copy. They are in the shards.
      type: int
      sample: 412
    present:
      description: Images already at their destination.
      type: int
      sample: 2588
    filtered:
      description: Images without any requested platform, and rules whose filters leave no tag.
      type: int
      sample: 0
    failed:
      description: Images that could not be inspected, and rules whose images could not be determined.
      type: int
      sample: 0
    duplicates:
      description: Number of tags that a further rule covers too. Each tag is counted once in the other figures.
      type: int
      sample: 0
    converted:
      description: Images to copy that will be converted to Docker's format.
      type: int
      sample: 37
    blobs:
      description: Layers and configurations to send, each counted once per registry.
      type: int
      sample: 1630
    bytes:
      description: Bytes to send.
      type: int
      sample: 480000000000
estimate:
  description: A rough estimate of how long the copy takes.
  returned: when options are valid
  type: dict
  contains:
    requests:
      description: Requests to the destination if one host copies everything.
      type: int
      sample: 6204
    seconds:
      description: Seconds for one host to copy everything - the longer of sending bytes and making requests, plus a
        fifth.
      type: int
      sample: 46080
    seconds_least:
      description: The same without the extra fifth.
      type: int
      sample: 38400
    seconds_most:
      description: One and a half times the sum of both.
      type: int
      sample: 58117
    limited_by:
      description: The bottleneck - V(bandwidth), V(requests), V(quota) (the source's pull quota) or V(nothing).
      type: str
      sample: bandwidth
    seconds_sharded:
      description: Seconds until the last shard is done, if all are copied at the same time by hosts that each have
        the full bandwidth and share SWR's request limit.
      type: int
      sample: 15904
shards:
  description: The parts of the work.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    number:
      description: Counted from 1.
      type: int
      sample: 1
    path:
      description: The file with its rules.
      returned: when O(shards_path) is set
      type: str
      sample: /var/lib/migration/shards/shard-01.json
    images:
      description: Number of images.
      type: int
      sample: 140
    blobs:
      description: Layers and configurations to send.
      type: int
      sample: 551
    bytes:
      description: Bytes to send.
      type: int
      sample: 161000000000
    duplicated_bytes:
      description: Bytes that a shard with a lower number sends as well.
      type: int
      sample: 3200000
    estimate_seconds:
      description: Estimated seconds if all shards are copied at the same time.
      type: int
      sample: 15456
shards_path:
  description: The directory of the shards.
  returned: when O(shards_path) is set and options are valid
  type: str
  sample: /var/lib/migration/shards
duplicated_bytes:
  description: Bytes sent more than once because several shards have images that share them.
  returned: when options are valid
  type: int
  sample: 6400000
repositories:
  description: The destination repositories with the most bytes to receive, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    repository:
      description: Its name.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/cart
    images:
      description: Images that the rules send there.
      type: int
      sample: 120
    to_copy:
      description: Images to copy.
      type: int
      sample: 17
    present:
      description: Images already there.
      type: int
      sample: 103
    bytes:
      description: Bytes to send. Layers shared by several repositories count for each.
      type: int
      sample: 8300000000
repositories_truncated:
  description: Number of further ones.
  returned: when options are valid
  type: int
  sample: 0
problems:
  description: Problems that stop the copy, or may do so, 100 at most, errors first.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    check:
      description: V(login), V(organization), V(organization_name), V(repository_name), V(tags_per_repository),
        V(repositories), V(layer_bytes), V(pull_quota) if a source such as Docker Hub allows fewer pulls than the copy
        needs, or V(blobs) if the destination could not be asked for a layer.
      type: str
      sample: organization
    severity:
      description: V(error) or V(warn).
      type: str
      sample: error
    target:
      description: The registry, organization, repository or image.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop
    message:
      description: The problem.
      type: str
      sample: the organization shop does not exist
    hint:
      description: How to fix it.
      type: str
      sample: Create the organization in SWR first, or correct its name in the rule's destination.
problems_truncated:
  description: Number of further ones.
  returned: when options are valid
  type: int
  sample: 0
causes:
  description:
    - The failures by cause, the most frequent first, 20 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    what:
      description: What failed. Numbers, digests and quoted names are those of the first image.
      type: str
      sample: cannot look up the manifest
    code:
      description: The server's error code, or its HTTP status. May be empty.
      type: str
      sample: DENIED
    hint:
      description: How to fix it. May be empty.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
    count:
      description: How many images failed for this cause.
      type: int
      sample: 232
    first:
      description: The first of them and its destination.
      type: str
      sample: registry.example.com/shop/cart:1.4 -> swr.cn-north-4.myhuaweicloud.com/shop/cart:1.4
failures:
  description: The images that could not be inspected, 50 at most, one of each error first.
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
    error:
      description: What failed and where, with the server's error code and a hint.
      type: str
      sample: 'registry.example.com/shop/cart:1.4: cannot look up the manifest (HTTP 403, DENIED)'
    hint:
      description: How to fix it.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: Number of further failures.
  returned: when options are valid
  type: int
  sample: 0
requests:
  description: Number of requests that the plan took.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Total.
      type: int
      sample: 7404
    by_registry:
      description: By registry and kind.
      type: dict
      sample: {"registry.example.com": {"manifest_head": 2588, "manifest_get": 412, "tags": 40}}
duration:
  description: How long it took, in seconds.
  returned: when options are valid
  type: float
  sample: 61.702
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: 'quotas: repositories: give a whole number of 1 or more'
    where:
      description: The option or file.
      type: str
      sample: shards
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
    PROGRESS,
    RULES,
    SUMMARY,
    TAG_LISTING,
    check_numbers,
    keep_readable,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import CHANGED, NEVER, PlanSettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import plan_summary
from ansible_collections.longshore.swr.plugins.module_utils._tag_listers import tag_listers

OWN = Arguments(
    {
        "shards": {"type": "int", "default": PlanSettings.shards},
        "shards_path": {"type": "path"},
        "force": {"type": "bool", "default": PlanSettings.force},
        "overwrite": {"type": "str", "choices": [CHANGED, NEVER], "default": PlanSettings.overwrite},
        "check_blobs": {"type": "bool", "default": PlanSettings.check_blobs},
        "quotas": {
            "type": "dict",
            "options": {
                "tags_per_repository": {"type": "int"},
                "repositories": {"type": "int"},
                "layer_bytes": {"type": "int"},
            },
        },
        "fail_on": {"type": "str", "choices": ["error", "warn", "never"], "default": PlanSettings.fail_on},
        "expected_bandwidth": {"type": "int", "default": PlanSettings.expected_bandwidth},
        "journal_path": {"type": "path"},
    }
)
ARGUMENTS = LOGIN + CONNECTION + RULES + FORMAT + TAG_LISTING + PROGRESS + SUMMARY + OWN


def conclude(module, result):
    """The engine's result in the module's form, with the first failure in the message."""
    show_warnings(module, result)
    if result["failed"] and result["problems"]:
        first = result["problems"][0]
        result["msg"] = "{0}. First problem: {1}: {2}. {3}".format(
            result["msg"], first["target"], first["message"], first["hint"]
        )
    elif result["failed"] and result["failures"]:
        first = result["failures"][0]
        result["msg"] = "{0}. First failure: {1}: {2}".format(result["msg"], first["source"], first["error"])
    return result


@reports_errors
def run(module):
    """The plan, as the module's result."""
    check_numbers(module.params)
    listers = tag_listers(module)
    result = run_plan(module.params, module.check_mode, os.environ, run_helper, listers)
    result["summary"] = plan_summary(result, module.params["failures_shown"])
    return conclude(module, result)


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
