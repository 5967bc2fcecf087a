#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_copy
short_description: Copy images between container registries
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Copies any number of images between container registries that speak the Registry HTTP API V2, such as Huawei Cloud
    SWR (Software Repository for Container), Docker Hub, Quay, Harbor and the registry of the distribution project.
  - Reads the files of image-syncer and image-migrator unchanged, and the same structures as playbook variables.
  - Images pass through memory only. They are copied byte for byte, so digests do not change, except for OCI images
    whose destination only accepts Docker's format, see O(convert), and for Zstandard layers that the destination
    refuses, see O(recompress).
  - Each layer is sent once, however many images share it, and not at all if it is there already.
  - Every image ends as copied, skipped (already there), filtered (none of the requested platforms, or nothing left
    after the rule's filters), postponed (O(stop_at)) or failed.
    When one fails, the others are still copied, and the task fails at the end.
requirements:
  - "Python 3.14, or the Python library zstandard: only to recompress Zstandard layers, see O(recompress)"
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry
  - longshore.swr.registry.limits
  - longshore.swr.registry.upload_limits
  - longshore.swr.registry.rules
  - longshore.swr.registry.platforms
  - longshore.swr.registry.referrers
  - longshore.swr.registry.tag_listing
  - longshore.swr.registry.progress
  - longshore.swr.registry.summary
attributes:
  check_mode:
    support: full
    details:
      - Reads from both registries, returns the plan with counts and bytes, and writes nothing.
  diff_mode:
    support: full
    details:
      - The diff lists the destinations written and their digests, 200 at most.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  force:
    description:
      - Whether to write images to the destination even if they are there already.
      - The task then reports a change on every run.
    type: bool
    default: false
  overwrite:
    description:
      - Whether to replace tags that exist at the destination with another image.
      - V(changed) does so if the source's image differs. V(never) only copies missing tags, and does not check the
        source of existing ones. It does not replace a tag that was created during the copy either.
    type: str
    choices: [changed, never]
    default: changed
  stop_at:
    description:
      - When to stop - a time of day, as in V(06:00), or a date with a time, as in V(2027-01-31 06:00) or
        V(2027-01-31T06:00:00Z). It is local to the host that copies unless it ends with an offset or V(Z).
      - From then on no further layer is begun. Those under way arrive, and images that are complete get their manifest.
        The others count as RV(images.postponed), and the next run continues there.
      - A run that starts up to three hours after a time of day is late and copies nothing. Otherwise the next such time
        is meant.
    type: str
  journal_path:
    description:
      - The path of a file that outcomes are appended to as they happen. A run that was killed resumes from it
        without checking finished images again, and a rerun is cheaper.
      - Each line has a checksum. Damaged or edited lines are ignored, and a warning gives their number.
      - The file is created with mode 0600. Its directory must exist. It contains no secrets.
    type: path
  report_path:
    description:
      - The path of a JSON file with the outcome of every image, written at the end.
      - The task itself returns counters and at most 50 failures, so that its result stays small for thousands of
        images.
    type: path
  html_report_path:
    description:
      - The path of an HTML report of the same outcomes, written at the end.
      - The page needs no other files and no network. It is created with mode 0600 and contains no secrets.
    type: path
  log_path:
    description:
      - The path of a log file. A line is appended for every image and every retry.
    type: path
    aliases: [log]
  output_success_images:
    description:
      - The path of a file for the images that are at their destination at the end, written as rules like those of
        O(images_file).
    type: path
  output_failed_images:
    description:
      - The path of a file for the images that failed, written as rules. The next run can take it as O(images_file).
    type: path
  output_images_format:
    description:
      - The format of O(output_success_images) and O(output_failed_images).
    type: str
    choices: [json, yaml]
    default: yaml
seealso:
  - module: longshore.swr.login_token
  - name: image-syncer
    description: The tool whose C(auth.json) and C(images.json) are accepted.
    link: https://github.com/AliyunContainerService/image-syncer
"""

EXAMPLES = r"""
- name: Copy with the files of image-syncer or image-migrator
  longshore.swr.image_copy:
    images_file: images.json
    auth_file: auth.json
    default_registry: swr.cn-north-4.myhuaweicloud.com
    default_namespace: team
  delegate_to: localhost

# auth.json
# {
#   "swr.cn-north-4.myhuaweicloud.com": {"username": "cn-north-4@${HW_ACCESS_KEY}", "password": "${SWR_PASSWORD}"},
#   "registry.example.com": {"username": "reader", "password": "${SOURCE_PASSWORD}"},
#   "registry.example.com/private": {"username": "owner", "password": "${OWNER_PASSWORD}", "insecure": true}
# }
#
# images.json
# {
#   "registry.example.com/team/app": "swr.cn-north-4.myhuaweicloud.com/team/app",
#   "registry.example.com/team/web:1.0": "",
#   "registry.example.com/team/db:1.0,1.1": "swr.cn-north-4.myhuaweicloud.com/team/database",
#   "registry.example.com/team/job:/^v[0-9]+$/": "swr.cn-north-4.myhuaweicloud.com/team/job"
# }

- name: Create an SWR login from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Copy images listed in the playbook, with that login
  longshore.swr.image_copy:
    images:
      # One tag, under its own name
      quay.io/prometheus/node-exporter:v1.8.2: "{{ swr.registry }}/team/node-exporter"
      # Two tags, renamed
      registry.example.com/team/app:1.0,1.1: "{{ swr.registry }}/team/app:stable,latest"
      # All tags that start with v, to two destinations
      registry.example.com/team/web:/^v/:
        - "{{ swr.registry }}/team/web"
        - "{{ swr.registry }}/backup/web"
    auth: "{{ swr.auth }}"
  delegate_to: localhost

- name: Copy selected images of a namespace and of a Harbor
  longshore.swr.image_copy:
    images:
      # Every repository of a namespace: the three newest versions below 3 of each, without release candidates
      - source: registry.example.com/team/*
        destination: "{{ swr.registry }}/team"
        tags:
          deny: ["*-rc*", /^test/]
          semver: "<3"
          newest: 3
      # Every project of a Harbor; shop/web/cart goes to mirror/shop-web-cart
      - source: harbor.example.com/**
        destination: "{{ swr.registry }}/mirror"
        via: harbor
        repositories:
          deny: [library/*, "**/cache"]
        rename:
          - flatten: true
            separator: "-"
        platforms: [linux/amd64, linux/arm64]
      # The five tags built last
      - source: registry.example.com/ci/nightly
        destination: "{{ swr.registry }}/ci/nightly"
        tags:
          newest: 5
          newest_by: created
    auth: "{{ swr.auth }}"
    auth_file: auth.json
  delegate_to: localhost

- name: Copy images from archives, a layout and local daemons
  longshore.swr.image_copy:
    images:
      # Every image of an archive, under its own name and tag
      docker-archive:/srv/images/release-4.2.tar: ""
      # One image of an OCI layout directory
      oci:build/app-layout:1.0: "{{ swr.registry }}/team/app"
      # One image of this host's Docker and one of its Podman
      docker-daemon:app:1.0: "{{ swr.registry }}/team/app:from-docker"
      podman-daemon:localhost/app:1.0: "{{ swr.registry }}/team/app:from-podman"
    auth: "{{ swr.auth }}"
    default_registry: "{{ swr.registry }}"
    default_namespace: team
  delegate_to: localhost

- name: Preview what would be copied, and how much
  longshore.swr.image_copy:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
  delegate_to: localhost
  check_mode: true
  register: forecast

- name: Show the forecast
  ansible.builtin.debug:
    msg: "{{ forecast.plan.to_copy }} images, {{ forecast.plan.bytes | filesizeformat }}"

- name: Copy with the journal and the reports that a large migration needs
  longshore.swr.image_copy:
    images_file: images.json
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    os: [linux]
    arch: [amd64, arm64]
    workers: 16
    journal_path: /var/lib/migration/journal.jsonl
    report_path: /var/lib/migration/report.json
    html_report_path: /var/lib/migration/report.html
    output_failed_images: /var/lib/migration/failed.yaml
  delegate_to: localhost
  register: copied
  ignore_errors: true

- name: Retry the images that failed
  longshore.swr.image_copy:
    images_file: /var/lib/migration/failed.yaml
    auth_file: auth.json
    auth: "{{ swr.auth }}"
    journal_path: /var/lib/migration/journal.jsonl
  delegate_to: localhost
  when: copied.images.failed | default(0) > 0
"""

RETURN = r"""
msg:
  description:
    - One-line summary in the words of image-migrator, followed by the first failure if there is one.
  returned: always
  type: str
  sample: Images(38) migration finished, 0 images tasks failed, 0 tasks generate failed
summary:
  description:
    - The result as readable lines, for M(ansible.builtin.debug) - the counts, the causes of failures
      (O(failures_shown)) with remedies, and the paths of the reports.
  returned: when options are valid
  type: list
  elements: str
  sample:
    - "38 images: 12 copied, 26 there already, 0 filtered out, 0 failed"
    - 29 layers and configs sent, 734.0 MB, in 61.7 s with 241 requests
    - "report: /var/lib/migration/report.html and /var/lib/migration/report.json"
images:
  description:
    - Images by outcome. RV(images.total) is always the sum of the others.
    - In check mode, RV(images.copied) counts the images that would be copied.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Images requested. A rule whose images could not be determined counts as one.
      type: int
      sample: 38
    copied:
      description: Images written to their destination.
      type: int
      sample: 12
    skipped:
      description: Images already at their destination.
      type: int
      sample: 26
    filtered:
      description:
        - Images without any requested platform, and rules whose filters leave no tag.
        - Invalid tags and repository names that a source lists and the rule's filters leave out.
        - Referrers that could not be copied, see O(referrers).
      type: int
      sample: 0
    postponed:
      description: Images left for the next run, because O(stop_at) was reached.
      type: int
      sample: 0
    failed:
      description:
        - Images and rules that failed.
        - Invalid tags and repository names that a source lists. The valid ones are copied.
      type: int
      sample: 0
converted:
  description:
    - Number of copied images whose digest changed, because they were converted to Docker's format (O(convert)) or
      because layers were recompressed (O(recompress)).
  returned: when options are valid
  type: int
  sample: 3
attached:
  description:
    - Outcome of signatures, SBOMs and attestations, see O(referrers). RV(images) includes them.
  returned: when options are valid
  type: dict
  contains:
    copied:
      description: Written to their destination.
      type: int
      sample: 4
    skipped:
      description: Already at their destination.
      type: int
      sample: 0
    not_supported:
      description: Filtered. The image has another digest at the destination, or the destination accepts no artifacts.
      type: int
      sample: 2
    failed:
      description: Failed.
      type: int
      sample: 0
duplicates:
  description:
    - Number of tags that a further rule covers too. Each tag is copied once, and counted once in RV(images).
  returned: when options are valid
  type: int
  sample: 0
recompressed:
  description: Number of copied images with recompressed layers, see O(recompress).
  returned: when options are valid
  type: int
  sample: 1
plan:
  description: The work to do, determined before anything was written.
  returned: when options are valid
  type: dict
  contains:
    images:
      description: Images requested.
      type: int
      sample: 38
    to_copy:
      description: Images not yet at their destination.
      type: int
      sample: 12
    blobs:
      description: Layers and configurations not yet at their destination, each counted once.
      type: int
      sample: 31
    bytes:
      description: Their total size in bytes.
      type: int
      sample: 734003200
blobs:
  description: Layers and configurations by outcome.
  returned: when options are valid
  type: dict
  contains:
    uploaded:
      description: Sent.
      type: int
      sample: 29
    mounted:
      description: Mounted by the destination from another of its repositories.
      type: int
      sample: 2
    present:
      description: Already there.
      type: int
      sample: 17
bytes:
  description: Bytes to send, and bytes sent.
  returned: when options are valid
  type: dict
  contains:
    planned:
      description: The same as RV(plan.bytes).
      type: int
      sample: 734003200
    uploaded:
      description: Bytes sent, including retries.
      type: int
      sample: 734003200
    copied:
      description:
        - Total size of the copied images. It exceeds what was sent by what images share and what was there already.
      type: int
      sample: 1468006400
requests:
  description: Number of requests.
  returned: when options are valid
  type: dict
  contains:
    total:
      description: Total.
      type: int
      sample: 241
    by_registry:
      description: By registry and kind.
      type: dict
      sample: {"registry.example.com": {"blob_get": 31, "manifest_get": 38}}
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
  description: The images that failed, 50 at most, one of each error first.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    source:
      description: The image's reference, or the text of the rule.
      type: str
      sample: registry.example.com/team/app:1.0
    destination:
      description: Its destination.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/team/app:1.0
    rule:
      description: The file or option, and the rule in it.
      type: str
      sample: 'images.json: "registry.example.com/team/app"'
    error:
      description: What failed and where, with the server's error code and a hint.
      type: str
      sample: 'registry.example.com/team/app:1.0: the manifest does not exist (HTTP 404, MANIFEST_UNKNOWN)'
    hint:
      description: How to fix it.
      type: str
      sample: Check the tag.
failures_truncated:
  description: Number of further failures. The file RV(report_path) lists all of them.
  returned: when options are valid
  type: int
  sample: 0
report_path:
  description: The report's path.
  returned: when O(report_path) is set and options are valid
  type: str
  sample: /var/lib/migration/report.json
html_report_path:
  description: The path of the HTML report.
  returned: when O(html_report_path) is set and options are valid
  type: str
  sample: /var/lib/migration/report.html
journal_path:
  description: The journal's path.
  returned: when O(journal_path) is set and options are valid
  type: str
  sample: /var/lib/migration/journal.jsonl
check_mode:
  description: Whether the task ran in check mode, so that nothing was written.
  returned: when options are valid
  type: bool
  sample: false
started_at:
  description: Start time, in UTC.
  returned: when options are valid
  type: str
  sample: "2026-07-23T08:46:07Z"
duration:
  description: How long it took, in seconds.
  returned: when options are valid
  type: float
  sample: 81.204
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
      sample: Give a whole number of 1 or more.
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
    REFERRERS,
    RULES,
    SUMMARY,
    TAG_LISTING,
    UPLOAD_LIMITS,
    check_numbers,
    keep_readable,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import CHANGED, NEVER, CopySettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import copy_summary
from ansible_collections.longshore.swr.plugins.module_utils._tag_listers import tag_listers

OWN = Arguments(
    {
        "force": {"type": "bool", "default": CopySettings.force},
        "overwrite": {"type": "str", "choices": [CHANGED, NEVER], "default": CopySettings.overwrite},
        "stop_at": {"type": "str"},
        "journal_path": {"type": "path"},
        "report_path": {"type": "path"},
        "html_report_path": {"type": "path"},
        "log_path": {"type": "path", "aliases": ["log"]},
        "output_success_images": {"type": "path"},
        "output_failed_images": {"type": "path"},
        "output_images_format": {
            "type": "str",
            "choices": ["json", "yaml"],
            "default": CopySettings.output_images_format,
        },
    }
)
ARGUMENTS = LOGIN + CONNECTION + UPLOAD_LIMITS + RULES + FORMAT + REFERRERS + TAG_LISTING + PROGRESS + SUMMARY + OWN


def conclude(module, result):
    """The engine's result in the module's form, with warnings, diff and message."""
    show_warnings(module, result)
    if result["failures"]:
        first = result["failures"][0]
        result["msg"] = "{0}. First failure: {1} -> {2}: {3}".format(
            result["msg"], first["source"], first["destination"], first["error"]
        )
    return result


@reports_errors
def run(module):
    """The copy, as the module's result."""
    check_numbers(module.params)
    listers = tag_listers(module)
    result = run_copy(module.params, module.check_mode, os.environ, run_helper, listers)
    result["summary"] = copy_summary(result, module.params["failures_shown"], module.params["output_failed_images"])
    return conclude(module, result)


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
