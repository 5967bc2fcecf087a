#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_report
short_description: Merge the reports of several image copies
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Merges JSON reports of M(longshore.swr.image_copy), from the shards of a migration or from several runs, into one
    report in JSON and one in HTML.
  - Counters are added up. Every image keeps its outcome and gets the name of its shard, which is the file name of the
    report without its extension.
  - A shard without a report is a problem, and so is a destination that is in two reports. The task fails if there is a
    problem or if an image failed.
  - Opens no connections.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry.summary
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - The files are reports and may have many thousands of lines.
  idempotent:
    support: full
    details:
      - The output depends on the reports alone. The task reports no change if the files already have this content.
  platform:
    platforms: posix
options:
  reports:
    description:
      - The reports, as files, as patterns such as V(/var/lib/migration/reports/*.json), or as directories, which stand
        for all files in them that end in C(.json).
      - A file that does not exist counts as the missing report of a shard.
    type: list
    elements: path
    required: true
  shards:
    description:
      - The shards that should have a report, as mappings with C(number) and, if known, C(images), the number of images
        of the shard. Other keys are ignored.
      - A shard's report is the file whose name has the shard's number as its last number, such as V(shard-03.json).
      - A shard with V(0) C(images) needs no report. A report with fewer images than C(images) is a problem.
    type: list
    elements: dict
  expected_shards:
    description:
      - The number of shards that should have a report, instead of O(shards). They are numbered from V(1).
    type: int
  plan:
    description:
      - The result of M(longshore.swr.image_plan) that the shards come from, instead of O(shards).
      - Its shards are expected to have a report. Images that could not be planned are problems and count as failed.
      - Images that were already there or filtered out are counted too, so that the sum is the number planned.
    type: dict
  problems:
    description:
      - Problems that are known already, such as lost hosts. They count like any other problem.
    type: list
    elements: str
    default: []
  notes:
    description:
      - Remarks for the readers of the report.
    type: list
    elements: str
    default: []
  report_path:
    description:
      - The path of the merged JSON report. It is structured like a report of M(longshore.swr.image_copy), plus
        C(shards) and C(problems), and C(shard) in every result.
      - It is written with mode 0600. Its directory must exist.
    type: path
  html_report_path:
    description:
      - The path of the merged HTML report, a single page that needs no other files and no network.
      - It is written with mode 0600. Its directory must exist.
    type: path
  output_failed_images:
    description:
      - The path of a rules file with all images to retry, as O(longshore.swr.image_copy#module:images_file) takes it.
        These are the images that failed and, with O(shards_path), those that could not be planned and those of shards
        without a complete report.
      - It is written with mode 0600. Its directory must exist.
    type: path
  output_images_format:
    description:
      - The format of O(output_failed_images).
    type: str
    choices: [json, yaml]
    default: yaml
  shards_path:
    description:
      - The directory of the shards from M(longshore.swr.image_plan).
    type: path
  fail_on_error:
    description:
      - Whether the task fails if images failed or there are problems. A file that is not a report always fails it.
    type: bool
    default: true
seealso:
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Merge the reports of a migration in four shards
  longshore.swr.image_report:
    reports:
      - /var/lib/migration/reports
    expected_shards: 4
    report_path: /var/lib/migration/report.json
    html_report_path: /var/lib/migration/report.html
  delegate_to: localhost
  run_once: true

- name: Merge the reports of two runs, whatever their outcome
  longshore.swr.image_report:
    reports:
      - /var/lib/migration/monday.json
      - /var/lib/migration/tuesday.json
    fail_on_error: false
  delegate_to: localhost
  register: both

- name: Show the totals
  ansible.builtin.debug:
    msg: "{{ both.images.copied }} of {{ both.images.total }} images were copied, {{ both.images.failed }} failed"
"""

RETURN = r"""
msg:
  description: One-line summary, with the first problems.
  returned: always
  type: str
  sample: "3 reports merged: 38 images, 12 copied, 26 skipped, 0 filtered, 0 failed"
summary:
  description:
    - The result as readable lines, for M(ansible.builtin.debug) - the counts, the notes, the first problems, the
      causes of failures (O(failures_shown)) with remedies, and the paths of the merged reports.
  returned: when options and reports are valid
  type: list
  elements: str
  sample:
    - "38 images in 3 shards: 12 copied, 26 there already, 0 filtered out, 0 failed"
    - 29 layers and configs sent, 734.0 MB, in 84.1 s with 241 requests
    - "report: /var/lib/migration/report.html and /var/lib/migration/report.json"
images:
  description: Images by outcome, in all reports together.
  returned: when options and reports are valid
  type: dict
  contains:
    total:
      description: Images requested.
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
      description: Images, rules and referrers filtered out, as M(longshore.swr.image_copy) counts them.
      type: int
      sample: 0
    postponed:
      description: Images left for the next run, because O(longshore.swr.image_copy#module:stop_at) was reached.
      type: int
      sample: 0
    failed:
      description: Images and rules that failed.
      type: int
      sample: 0
converted:
  description: Number of images converted to Docker's format or recompressed.
  returned: when options and reports are valid
  type: int
  sample: 3
blobs:
  description: Layers and configurations by outcome, as M(longshore.swr.image_copy) returns them.
  returned: when options and reports are valid
  type: dict
  sample: {"mounted": 2, "present": 17, "uploaded": 29}
bytes:
  description: Bytes to send, and bytes sent.
  returned: when options and reports are valid
  type: dict
  sample: {"planned": 734003200, "uploaded": 734003200}
plan:
  description: The work that had to be done.
  returned: when options and reports are valid
  type: dict
  sample: {"blobs": 31, "bytes": 734003200, "images": 38, "to_copy": 12}
requests:
  description: Number of requests.
  returned: when options and reports are valid
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
shards:
  description: The reports that were merged.
  returned: when options and reports are valid
  type: list
  elements: dict
  contains:
    name:
      description: The file name of the report without its extension.
      type: str
      sample: shard-03
    number:
      description: The last number in the name, if there is one.
      type: int
      sample: 3
    changed:
      description: Whether the run copied anything.
      type: bool
      sample: true
    images:
      description: Its images by outcome.
      type: dict
      sample: {"copied": 4, "failed": 0, "filtered": 0, "postponed": 0, "skipped": 9, "total": 13}
    bytes:
      description: Bytes to send, and bytes sent.
      type: dict
      sample: {"planned": 34003200, "uploaded": 34003200}
    started_at:
      description: Start time, in UTC.
      type: str
      sample: "2026-07-23T08:46:07Z"
    duration:
      description: How long it took, in seconds.
      type: float
      sample: 81.204
problems:
  description:
    - The O(problems) given, images that could not be planned (O(plan)), missing and incomplete reports, and
      destinations that are in two reports.
  returned: when options and reports are valid
  type: list
  elements: str
  sample: ["shard 2 has no report"]
notes:
  description: The O(notes) given, and the number of images that are in no shard (O(plan)).
  returned: when options and reports are valid
  type: list
  elements: str
  sample: []
causes:
  description:
    - The failures by cause, the most frequent first, 20 at most.
  returned: when options and reports are valid
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
  description: The images that failed, 50 at most, as M(longshore.swr.image_copy) returns them, plus C(shard).
  returned: when options and reports are valid
  type: list
  elements: dict
  sample: []
failures_truncated:
  description: Number of further failures. The merged report lists all of them.
  returned: when options and reports are valid
  type: int
  sample: 0
started_at:
  description: Start time of the first run, in UTC, if known.
  returned: when options and reports are valid
  type: str
  sample: "2026-07-23T08:46:07Z"
duration:
  description: Seconds from the start of the first run to the end of the last one.
  returned: when options and reports are valid
  type: float
  sample: 84.1
report_path:
  description: The path of the merged JSON report.
  returned: when O(report_path) is set and options and reports are valid
  type: str
  sample: /var/lib/migration/report.json
html_report_path:
  description: The path of the merged HTML report.
  returned: when O(html_report_path) is set and options and reports are valid
  type: str
  sample: /var/lib/migration/report.html
check_mode:
  description: Whether the task ran in check mode, so that nothing was written.
  returned: when options and reports are valid
  type: bool
  sample: false
error:
  description: The parts of the error.
  returned: when an option or a report is invalid
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: "shard-02.json: this is not a report of image_copy: version is not 1"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, warn
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.arguments import SUMMARY, check_numbers
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.merge import run_merge
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import MergeSettings
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import merged_summary

ARGUMENTS = SUMMARY + Arguments(
    {
        "reports": {"type": "list", "elements": "path", "required": True},
        "shards": {"type": "list", "elements": "dict"},
        "expected_shards": {"type": "int"},
        "plan": {"type": "dict"},
        "problems": {"type": "list", "elements": "str", "default": []},
        "notes": {"type": "list", "elements": "str", "default": []},
        "report_path": {"type": "path"},
        "html_report_path": {"type": "path"},
        "output_failed_images": {"type": "path"},
        "output_images_format": {"type": "str", "choices": ["json", "yaml"], "default": "yaml"},
        "shards_path": {"type": "path"},
        "fail_on_error": {"type": "bool", "default": MergeSettings.fail_on_error},
    },
    mutually_exclusive=[("shards", "expected_shards", "plan")],
)


@reports_errors
def run(module):
    """The merged report, as the module's result."""
    check_numbers(module.params)
    result = run_merge(module.params, module.check_mode)
    result["summary"] = merged_summary(result, module.params["failures_shown"])
    for warning in result.pop("warnings"):
        warn(module, warning)
    return result


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    run(module)


if __name__ == "__main__":
    main()
