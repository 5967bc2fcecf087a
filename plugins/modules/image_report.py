#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_report
short_description: Join the reports of several copies of images
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Joins the JSON reports that M(longshore.swr.image_copy) wrote, of the shards of a migration or of several runs, into
    one report in JSON and one to read in HTML.
  - Counters are added up, and every image keeps its outcome and the name of its shard, which is the name of the
    report's file without its ending.
  - A shard without a report is a problem, and so is a destination that two reports have. The task fails when there is a
    problem, and when an image failed.
  - It makes no connection.
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
      - The files are reports, and may have many thousand lines.
  idempotent:
    support: full
    details:
      - What is written depends on the reports alone. The task is not changed when the files have this content already.
  platform:
    platforms: posix
options:
  reports:
    description:
      - Where the reports are, as files, as patterns such as V(/var/lib/migration/reports/*.json), and as directories,
        which stand for all files in them that end in C(.json).
      - A file that does not exist is the missing report of a shard.
    type: list
    elements: path
    required: true
  shards:
    description:
      - The shards that should have a report, as mappings with C(number) and, where it is known, C(images), the number
        of its images. Other keys are not looked at.
      - The report of a shard is the one whose file has the shard's number as the last number in its name, such as
        V(shard-03.json).
      - A shard with V(0) C(images) needs no report, and one whose report has fewer images is a problem.
    type: list
    elements: dict
  expected_shards:
    description:
      - The number of shards that should have a report, in place of O(shards). They are numbered from V(1).
    type: int
  plan:
    description:
      - The result of M(longshore.swr.image_plan) that the shards come from, in place of O(shards).
      - Its shards are those that should have a report. Images that it could not plan are problems, and how many images
        it left out of the shards is a note.
    type: dict
  problems:
    description:
      - What is known to be wrong already, such as hosts that were lost. It counts like any other problem.
    type: list
    elements: str
    default: []
  notes:
    description:
      - What the readers of the report should know beside it.
    type: list
    elements: str
    default: []
  report_path:
    description:
      - The path of the merged report in JSON. It has the form of the report of M(longshore.swr.image_copy), with
        C(shards) and C(problems), and C(shard) in every result.
      - It is written with mode 0600. Its directory must exist.
    type: path
  html_report_path:
    description:
      - The path of the merged report in HTML, one page that needs no other file and no network.
      - It is written with mode 0600. Its directory must exist.
    type: path
  fail_on_error:
    description:
      - Whether the task fails when images failed and when there are problems. A file that is not a report always fails.
    type: bool
    default: true
seealso:
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Join the reports of a migration that ran in four shards
  longshore.swr.image_report:
    reports:
      - /var/lib/migration/reports
    expected_shards: 4
    report_path: /var/lib/migration/report.json
    html_report_path: /var/lib/migration/report.html
  delegate_to: localhost
  run_once: true

- name: Look at two runs together, whatever their outcome
  longshore.swr.image_report:
    reports:
      - /var/lib/migration/monday.json
      - /var/lib/migration/tuesday.json
    fail_on_error: false
  delegate_to: localhost
  register: both

- name: Show it
  ansible.builtin.debug:
    msg: "{{ both.images.copied }} of {{ both.images.total }} images were copied, {{ both.images.failed }} failed"
"""

RETURN = r"""
msg:
  description: One line that sums up, with the first problems.
  returned: always
  type: str
  sample: "3 reports merged: 38 images, 12 copied, 26 skipped, 0 filtered, 0 failed"
summary:
  description:
    - The result in lines to read, for M(ansible.builtin.debug). They have the counts, the notes, the first problems and
      failures (O(failures_shown) of each) with their remedies, and the paths of the merged report.
  returned: when the options and the reports are valid
  type: list
  elements: str
  sample:
    - "38 images in 3 shards: 12 copied, 26 there already, 0 filtered out, 0 failed"
    - 29 layers and configs sent, 734.0 MB, in 84.1 s with 241 requests
    - "report: /var/lib/migration/report.html and /var/lib/migration/report.json"
images:
  description: How many images ended how, in all reports together.
  returned: when options and reports are valid
  type: dict
  contains:
    total:
      description: Images that were asked for.
      type: int
      sample: 38
    copied:
      description: Images that were written to their destination.
      type: int
      sample: 12
    skipped:
      description: Images that were at their destination already.
      type: int
      sample: 26
    filtered:
      description: Images without a platform that was asked for.
      type: int
      sample: 0
    failed:
      description: Images, and rules, that failed.
      type: int
      sample: 0
converted:
  description: How many images were converted to Docker's format.
  returned: when options and reports are valid
  type: int
  sample: 3
blobs:
  description: How layers and configurations ended, as M(longshore.swr.image_copy) returns it.
  returned: when options and reports are valid
  type: dict
  sample: {"mounted": 2, "present": 17, "uploaded": 29}
bytes:
  description: How much there was to send, and how much was sent.
  returned: when options and reports are valid
  type: dict
  sample: {"planned": 734003200, "uploaded": 734003200}
plan:
  description: What had to be done.
  returned: when options and reports are valid
  type: dict
  sample: {"blobs": 31, "bytes": 734003200, "images": 38, "to_copy": 12}
requests:
  description: How many requests were made.
  returned: when options and reports are valid
  type: dict
  contains:
    total:
      description: All of them.
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
      description: The name of the report's file without its ending.
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
      description: How many images of it ended how.
      type: dict
      sample: {"copied": 4, "failed": 0, "filtered": 0, "skipped": 9, "total": 13}
    bytes:
      description: How much there was to send, and how much was sent.
      type: dict
      sample: {"planned": 34003200, "uploaded": 34003200}
    started_at:
      description: When it began, in UTC.
      type: str
      sample: "2026-07-23T08:46:07Z"
    duration:
      description: Seconds that it took.
      type: float
      sample: 81.204
problems:
  description:
    - Those of the option O(problems), images that could not be planned (O(plan)), reports that are missing or not
      complete, and destinations that are in two of them.
  returned: when options and reports are valid
  type: list
  elements: str
  sample: ["shard 2 has no report"]
notes:
  description: Those of the option O(notes), and images that are in no shard (O(plan)).
  returned: when options and reports are valid
  type: list
  elements: str
  sample: []
failures:
  description: The images that failed, 50 at most, as M(longshore.swr.image_copy) returns them, with C(shard).
  returned: when options and reports are valid
  type: list
  elements: dict
  sample: []
failures_truncated:
  description: How many more failures there are. The merged report has all of them.
  returned: when options and reports are valid
  type: int
  sample: 0
started_at:
  description: When the first run began, in UTC, if that is known.
  returned: when options and reports are valid
  type: str
  sample: "2026-07-23T08:46:07Z"
duration:
  description: Seconds from there to the end of the run that ended last.
  returned: when options and reports are valid
  type: float
  sample: 84.1
report_path:
  description: The path of the merged report.
  returned: when O(report_path) is set and options and reports are valid
  type: str
  sample: /var/lib/migration/report.json
html_report_path:
  description: The path of the merged report in HTML.
  returned: when O(html_report_path) is set and options and reports are valid
  type: str
  sample: /var/lib/migration/report.html
check_mode:
  description: Whether nothing was written.
  returned: when options and reports are valid
  type: bool
  sample: false
error:
  description: The parts of the error, when nothing was merged.
  returned: when an option or a report was found wrong
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
