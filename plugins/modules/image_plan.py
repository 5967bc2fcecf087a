#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_plan
short_description: Plan a large copy of images, and cut it into shards
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Takes the rules of M(longshore.swr.image_copy) and says what a copy would have to do - which images, how many layers
    and bytes, how much is there already, and about how long it takes.
  - It looks for what would stop the copy after hours - logins, organizations that do not exist, names that SWR does not
    take, and quotas. See RV(problems).
  - It cuts the work into shards for several hosts, each a file of rules that M(longshore.swr.image_copy) takes as
    O(longshore.swr.image_copy#module:images_file). Images that are at their destination already are in none of them.
  - Shards take about as long as each other. The weight of a shard is the bytes that have to travel for it, and for each
    request to the destination the bytes that travel in its time (O(expected_bandwidth) divided by the 18 requests a
    second that are made to SWR, or by 200 for other registries). An image counts as one request and one for each of its
    manifests, a layer or configuration that has to travel as three.
  - Images that share such layers are kept together, so that these travel once. Where that would make one shard much
    longer than the others they are separated along repositories, and large repositories along their tags, with as few
    bytes as possible that travel twice. The same plan is always cut the same way.
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
      - It reads from both registries and returns the same. The files of the shards are not written.
  diff_mode:
    support: none
  idempotent:
    support: full
    details:
      - A shard's file is written when its content is another. The plan follows what the registries have, so that the
        shards are others after a part was copied.
options:
  shards:
    description:
      - Into how many shards to cut the plan, at most. There are fewer when there is less to do, and none when
        everything is there.
    type: int
    default: 1
  shards_path:
    description:
      - The path of a directory for the files C(shard-01.json), C(shard-02.json) and so on. It is made with mode 0700
        when it does not exist, the files with mode 0600.
      - Files of such names that belong to no shard of this plan are removed, so that the shards of an earlier plan are
        not run by mistake.
      - Without it the shards are returned as counts only.
    type: path
  force:
    description:
      - Whether to plan for images that are at their destination already as well, as with
        O(longshore.swr.image_copy#module:force).
    type: bool
    default: false
  check_blobs:
    description:
      - Whether to ask the destination for each layer and configuration, once a registry, as a copy does.
      - With V(false) all of those of images to be copied count as missing, so that the bytes are the most that can be,
        and the plan takes far fewer requests.
    type: bool
    default: true
  quotas:
    description:
      - Limits of the destinations, for all of them. By default those of SWR's basic edition count for SWR alone.
    type: dict
    suboptions:
      tags_per_repository:
        description:
          - Tags in one repository, those that are there already included. SWR allows 300.
        type: int
      repositories:
        description:
          - Repositories of a registry, or of an account of SWR, those that are there already included as far as the
            registry lists them. SWR allows 500.
        type: int
      layer_bytes:
        description:
          - Bytes of one layer. SWR allows 50 GB; older documents say 10 GB, from which on there is a warning.
        type: int
  fail_on:
    description:
      - V(error) fails the task when an image failed (RV(failures)) or a problem of the severity C(error) was found.
      - V(warn) fails it for every problem.
      - V(never) does not fail it for either. Options that are wrong, and files that cannot be written, fail it always.
      - The shards are written all the same, with the images that did not fail.
    type: str
    choices: [error, warn, never]
    default: error
  expected_bandwidth:
    description:
      - Bytes a second that one host is expected to move, for the estimate and for the weight of requests.
      - The default is an assumption, 100 Mbit/s. Give what a copy has shown in its progress.
    type: int
    default: 12500000
  journal_path:
    description:
      - The path of the journal that M(longshore.swr.image_copy) wrote. It is read only. A file that does not exist is
        no error.
    type: path
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_verify
"""

EXAMPLES = r"""
- name: Make a login to SWR from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Say what there is to do, and whether it can be done
  longshore.swr.image_plan:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  register: plan

- name: Show it
  ansible.builtin.debug:
    msg: "{{ plan.plan }} {{ plan.estimate }}"

- name: Cut the work for three hosts
  longshore.swr.image_plan:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    shards: 3
    shards_path: /var/lib/migration/shards
    expected_bandwidth: 50000000
  delegate_to: localhost
  register: plan

- name: Do the first part
  longshore.swr.image_copy:
    images_file: "{{ plan.shards[0].path }}"
    auth_file: auth.json
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  when: plan.shards | length > 0

- name: Look for problems only, against the limits of another registry
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
    - One line that sums up. When the task failed it goes on with the first problem or failure.
  returned: always
  type: str
  sample: Images(3000) planned, 412 to copy, 2588 there already, 0 failed
summary:
  description:
    - The result in lines to read, for M(ansible.builtin.debug). They have the counts, each shard, the problems, and the
      first failures (O(failures_shown)) with their remedies.
  returned: when the options are valid
  type: list
  elements: str
  sample:
    - "3000 images: 412 to copy, 2588 there already, 0 filtered out, 0 failed"
    - 1630 layers and configs (480.0 GB) to send
    - "shard 1: 140 images, 161.0 GB, about 15456 s"
plan:
  description: What there is to do.
  returned: when options are valid
  type: dict
  contains:
    images:
      description: Images of the rules, always the sum of the next four. A rule without any counts as one.
      type: int
      sample: 3000
    to_copy:
      description: Images that are to be copied. They are in the shards.
      type: int
      sample: 412
    present:
      description: Images that are at their destination already.
      type: int
      sample: 2588
    filtered:
      description: Images without a platform that was asked for, and rules whose choices leave no tag.
      type: int
      sample: 0
    failed:
      description: Images that could not be looked at, and rules whose images could not be found out.
      type: int
      sample: 0
    converted:
      description: Images to be copied that will be converted to Docker's format.
      type: int
      sample: 37
    blobs:
      description: Layers and configurations that have to travel, each once a registry.
      type: int
      sample: 1630
    bytes:
      description: Their bytes.
      type: int
      sample: 480000000000
estimate:
  description: How long the copy takes. It is an estimate; take the range for what it is.
  returned: when options are valid
  type: dict
  contains:
    requests:
      description: Requests to the destination, when one host copies everything.
      type: int
      sample: 6204
    seconds:
      description: Seconds that one host takes for everything - the longer of bytes and requests, and a fifth of it.
      type: int
      sample: 46080
    seconds_least:
      description: The same when nothing comes between.
      type: int
      sample: 38400
    seconds_most:
      description: One and a half times what bytes and requests take one after the other.
      type: int
      sample: 58117
    limited_by:
      description: What takes the longest, V(bandwidth), V(requests) or V(nothing).
      type: str
      sample: bandwidth
    seconds_sharded:
      description: Seconds until the last shard is done, when all are copied at the same time by hosts that each have
        the bandwidth and share what SWR answers.
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
      description: Its images.
      type: int
      sample: 140
    blobs:
      description: Layers and configurations that travel for it.
      type: int
      sample: 551
    bytes:
      description: Their bytes.
      type: int
      sample: 161000000000
    duplicated_bytes:
      description: Those of them that travel for a shard of a smaller number as well.
      type: int
      sample: 3200000
    estimate_seconds:
      description: Seconds that it takes when all shards are copied at the same time.
      type: int
      sample: 15456
shards_path:
  description: The directory of the shards.
  returned: when O(shards_path) is set and options are valid
  type: str
  sample: /var/lib/migration/shards
duplicated_bytes:
  description: Bytes that travel more than once because images that share them are in several shards.
  returned: when options are valid
  type: int
  sample: 6400000
repositories:
  description: The destinations' repositories with the most bytes to come, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    repository:
      description: Its name.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/cart
    images:
      description: Images of the rules that go there.
      type: int
      sample: 120
    to_copy:
      description: Those that are to be copied.
      type: int
      sample: 17
    present:
      description: Those that are there already.
      type: int
      sample: 103
    bytes:
      description: Bytes that have to travel for it. What several repositories share counts for each.
      type: int
      sample: 8300000000
repositories_truncated:
  description: How many more there are.
  returned: when options are valid
  type: int
  sample: 0
problems:
  description: What would stop the copy, or may do so, 100 at most, errors first.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    check:
      description: V(login), V(organization), V(organization_name), V(repository_name), V(tags_per_repository),
        V(repositories), V(layer_bytes), or V(blobs) when the destination could not be asked for a layer.
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
      description: What is wrong.
      type: str
      sample: the organization shop does not exist
    hint:
      description: What can be done.
      type: str
      sample: Create the organization in SWR first, or correct its name in the rule's destination.
problems_truncated:
  description: How many more there are.
  returned: when options are valid
  type: int
  sample: 0
failures:
  description: The images that could not be looked at, 50 at most.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    source:
      description: The image's reference, or the rule's own text.
      type: str
      sample: registry.example.com/shop/cart:1.4
    destination:
      description: Where it should go.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/shop/cart:1.4
    rule:
      description: The file or option, and the rule in it.
      type: str
      sample: 'images.json: "registry.example.com/shop/cart"'
    error:
      description: What failed and where, with the server's own code, and what can be done.
      type: str
      sample: 'registry.example.com/shop/cart:1.4: cannot look up the manifest (HTTP 403, DENIED)'
    hint:
      description: What can be done, by itself.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
failures_truncated:
  description: How many more failures there are.
  returned: when options are valid
  type: int
  sample: 0
requests:
  description: How many requests the plan took.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: All of them.
      type: int
      sample: 7404
    by_registry:
      description: By registry and kind.
      type: dict
      sample: {"registry.example.com": {"manifest_head": 2588, "manifest_get": 412, "tags": 40}}
duration:
  description: Seconds from the beginning to the end.
  returned: when options are valid
  type: float
  sample: 61.702
error:
  description: The parts of the error, as far as they are known, when nothing could be begun.
  returned: when the options were found wrong
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
    PROGRESS,
    RULES,
    SUMMARY,
    TAG_LISTING,
    check_numbers,
    helper_runner,
    keep_readable,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import PlanSettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import plan_summary
from ansible_collections.longshore.swr.plugins.module_utils._tag_listers import tag_listers

OWN = Arguments(
    {
        "shards": {"type": "int", "default": PlanSettings.shards},
        "shards_path": {"type": "path"},
        "force": {"type": "bool", "default": PlanSettings.force},
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
    """The engine's result as the module's: a task that failed says why."""
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
    result = run_plan(module.params, module.check_mode, os.environ, helper_runner(module), listers)
    result["summary"] = plan_summary(result, module.params["failures_shown"])
    return conclude(module, result)


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
