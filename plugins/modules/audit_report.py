#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: audit_report
short_description: Combine audits of Dockerfiles and images into one report
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Combines results of M(longshore.swr.dockerfile_audit) and M(longshore.swr.image_audit) into one, with the findings
    sorted by severity, and writes it as HTML, SARIF and JSON.
  - The task fails if a finding has at least the severity O(fail_on), and if something could not be read as it should
    be, such as an image or a line of a Dockerfile.
  - Opens no connections.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.audit.reports
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
      - The output depends on the audits alone. The task reports no change if the files already have this content.
  platform:
    platforms: posix
options:
  audits:
    description:
      - The key C(audit) of each result, or the content of a JSON report. All must have the same profile.
      - Paths of Dockerfiles are relative to the directory that was audited, so at most one such directory is allowed.
    type: list
    elements: dict
    required: true
  fail_on:
    description:
      - The severity from which a finding makes the task fail. With V(never) it does not fail because of what was found
        or could not be read.
    type: str
    choices: [error, warning, info, never]
    default: error
seealso:
  - module: longshore.swr.dockerfile_audit
  - module: longshore.swr.image_audit
"""

EXAMPLES = r"""
- name: Audit the Dockerfiles
  longshore.swr.dockerfile_audit:
    path: src
    fail_on: never
  register: files

- name: Audit the images in use
  longshore.swr.image_audit:
    images:
      - registry.example.com/shop/cart:1.4
    fail_on: never
  register: images

- name: Write one report
  longshore.swr.audit_report:
    audits:
      - "{{ files.audit }}"
      - "{{ images.audit }}"
    html_path: /var/lib/audit/audit.html
    sarif_path: /var/lib/audit/audit.sarif
"""

RETURN = r"""
msg:
  description: One-line summary, with the first findings that make the task fail.
  returned: always
  type: str
  sample: "3 findings in 2 files and images: 1 error, 2 warnings; 1 rule not evaluated"
summary:
  description: The result as readable lines, for M(ansible.builtin.debug).
  returned: when options are valid
  type: list
  elements: str
  sample:
    - "1 finding in 1 file or image: 1 warning"
    - "src/Dockerfile:9: warning SWR-DF-010: ADD copies local files. Remedy: Write COPY."
counts:
  description:
    - The numbers of findings by severity, C(error), C(warning) and C(info), their sum C(findings), and C(suppressed),
      C(targets), C(not_evaluated) and C(problems).
  returned: when options are valid
  type: dict
  sample: {"error": 1, "warning": 2, "info": 0, "findings": 3, "suppressed": 0, "targets": 2}
failing:
  description: Whether a finding has at least the severity O(fail_on).
  returned: when options are valid
  type: bool
  sample: true
audit:
  description: All audits as one. It has the keys of RV(longshore.swr.dockerfile_audit#module:audit).
  returned: when options are valid
  type: dict
  sample:
    findings:
      - {rule: SWR-DF-010, path: src/Dockerfile, line: 9, severity: warning}
sarif_path:
  description: The path of the SARIF report.
  returned: when O(sarif_path) is set and options are valid
  type: str
  sample: /var/lib/audit/audit.sarif
json_path:
  description: The path of the JSON report.
  returned: when O(json_path) is set and options are valid
  type: str
  sample: /var/lib/audit/audit.json
html_path:
  description: The path of the HTML report.
  returned: when O(html_path) is set and options are valid
  type: str
  sample: /var/lib/audit/audit.html
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: What is wrong.
      type: str
      sample: 'it is not the result of an audit: version is a string where a whole number is expected'
    where:
      description: The option, or the item of it.
      type: str
      sample: 'audits: item 2'
    hint:
      description: How to fix it.
      type: str
      sample: Pass what dockerfile_audit or image_audit returned as audit, or wrote to json_path.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments, check_ranges
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.arguments import NUMBERS, REPORTS
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.combine import run_report
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.settings import FAIL_ON
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors

OWN = Arguments(
    {
        "audits": {"type": "list", "elements": "dict", "required": True},
        "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": FAIL_ON[0]},
    }
)
ARGUMENTS = REPORTS + OWN


@reports_errors
def run(module):
    """The combined audit, as the module's result."""
    check_ranges(module.params, NUMBERS)
    return run_report(module.params, module.check_mode)


def main():
    run(AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs()))


if __name__ == "__main__":
    main()
