#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dockerfile_audit
short_description: Audit Dockerfiles against seventeen practices, and mend them
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Judges a Dockerfile, or all Dockerfiles in a directory, by the rules V(SWR-DF-001) to V(SWR-DF-017), which the guide
    to audits describes. Each finding has a line, a reason and a remedy.
  - Also reads what builders refuse - a part that is wrong is reported as a problem, and the rest is judged.
  - Stages, build arguments with their defaults, here documents, C(.dockerignore) and entrypoint scripts in the context
    are taken into account. No builder, no network and no other linter is needed.
  - What could not be judged is listed, such as rules that need the context. That is not a pass.
  - A comment before an instruction silences rules for it, C(# swr-audit ignore=SWR-DF-003 reason=...), or with
    C(global ignore=) for the whole file. The reason is required. The comments of hadolint count for the rules that have
    its numbers as aliases.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.audit
  - longshore.swr.audit.reports
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the files that O(fix) mends. Values of variables that look like secrets are masked.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  path:
    description:
      - A Dockerfile, or a directory whose Dockerfiles to audit, at any depth. These are the files named C(Dockerfile),
        C(Containerfile), C(Dockerfile.<name>) or C(<name>.Dockerfile).
      - In a directory, links are not followed, and at most 200,000 entries are read. A limit that was reached is
        reported as a problem.
    type: path
  content:
    description:
      - The text of a Dockerfile, instead of O(path).
    type: str
  context:
    description:
      - The context of the build, a directory. Its C(.dockerignore), or C(<Dockerfile>.dockerignore), applies.
      - By default, it is the directory that has the Dockerfile. For a directory as O(path) it is, for each Dockerfile,
        the nearest directory that has all that it copies. A text has none by default.
    type: path
  build_args:
    description:
      - Values of build arguments (C(docker build --build-arg)). Base images may depend on them.
    type: dict
    default: {}
  fix:
    description:
      - Whether to mend in the files what can be mended safely. Everything else in a file stays as it is, byte for byte.
      - Upgrades (V(SWR-DF-002)) are removed only if that rule is at least a warning, as in the profiles
        V(source_document) and V(strict), because opinions on them differ.
      - Each edit is checked - it is kept only if its finding is gone and no other one was added. Findings about which a
        person must decide remain, and say what is to be decided.
      - A file that somebody else changes meanwhile is not written.
    type: bool
    default: false
  write_baseline:
    description:
      - Whether to write all findings to O(baseline), so that only new ones are reported from then on.
      - It is written with mode 0600. Its directory must exist.
    type: bool
    default: false
seealso:
  - module: longshore.swr.image_audit
  - ref: longshore.swr.audit role <ansible_collections.longshore.swr.audit_role>
    description: Audits a tree of Dockerfiles and a list of images, with one report.
"""

EXAMPLES = r"""
- name: Audit a Dockerfile
  longshore.swr.dockerfile_audit:
    path: src/shop/Dockerfile
  register: audited

- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ audited.summary }}"

- name: Audit all Dockerfiles of a repository, with reports
  longshore.swr.dockerfile_audit:
    path: src
    profile: strict
    fail_on: never
    sarif_path: build/audit.sarif
    html_path: build/audit.html

- name: Mend what can be mended safely
  longshore.swr.dockerfile_audit:
    path: src
    fix: true
    fail_on: never

- name: Accept what is there, to see only new findings from now on
  longshore.swr.dockerfile_audit:
    path: src
    baseline: audit-baseline.json
    write_baseline: true

- name: Judge by other severities and a policy of base images
  longshore.swr.dockerfile_audit:
    path: src
    rules:
      SWR-DF-002: error
      SWR-DF-016: warning
      SWR-DF-013: "off"
    allowed_base_images:
      - node:*-alpine
      - registry.example.com/base/*
"""

RETURN = r"""
msg:
  description: One-line summary, with the first findings that make the task fail.
  returned: always
  type: str
  sample: "3 findings in 2 files and images: 1 error, 2 warnings; 1 rule not evaluated"
summary:
  description:
    - The result as readable lines, for M(ansible.builtin.debug) - counts, what was mended, problems, findings with
      remedies (O(findings_shown)), and what was not evaluated.
  returned: when options and files are valid
  type: list
  elements: str
  sample:
    - "1 finding in 1 file or image: 1 warning"
    - "src/Dockerfile:9: warning SWR-DF-010: ADD copies local files, which COPY does without surprises. Remedy: Write
      COPY."
counts:
  description: The numbers of findings by severity, and of what else the audit has.
  returned: when options and files are valid
  type: dict
  contains:
    error:
      description: Findings with this severity.
      type: int
      sample: 1
    warning:
      description: Findings with this severity.
      type: int
      sample: 2
    info:
      description: Findings with this severity.
      type: int
      sample: 0
    findings:
      description: All of them.
      type: int
      sample: 3
    suppressed:
      description: Findings that a comment or the baseline silences. The others do not count them.
      type: int
      sample: 0
    targets:
      description: Files.
      type: int
      sample: 2
    not_evaluated:
      description: Rules that could not be judged, for each file.
      type: int
      sample: 1
    problems:
      description: Parts that a builder would refuse, comments without effect, and files that could not be read.
      type: int
      sample: 0
failing:
  description: Whether a finding has the severity O(fail_on) or a worse one.
  returned: when options and files are valid
  type: bool
  sample: true
audit:
  description:
    - Everything that was found, in a form that M(longshore.swr.audit_report) combines with other audits. With O(fix),
      it is what remains afterwards.
  returned: when options and files are valid
  type: dict
  contains:
    version:
      description: The version of this form.
      type: int
      sample: 1
    profile:
      description: The O(profile).
      type: str
      sample: recommended
    root:
      description: The directory that relative paths start from, if O(path) is one.
      type: str
      sample: /srv/src
    summary:
      description: The same as RV(counts).
      type: dict
      sample: {"error": 1, "findings": 1}
    targets:
      description: The files that were audited.
      type: list
      elements: str
      sample: ["shop/Dockerfile"]
    findings:
      description: The findings, worst first.
      type: list
      elements: dict
      contains:
        rule:
          description: The ID of the rule.
          type: str
          sample: SWR-DF-010
        title:
          description: What the rule asks for.
          type: str
          sample: Use COPY instead of ADD
        aliases:
          description: The numbers of hadolint for the same matter.
          type: list
          elements: str
          sample: ["DL3020"]
        url:
          description: The page about the rule.
          type: str
          sample: https://github.com/longshore/swr/blob/main/docs/docsite/rst/guide_audit.rst#swr-df-010
        path:
          description: The file.
          type: str
          sample: shop/Dockerfile
        line:
          description: The first line, or null if it is about no line. C(end_line) is the last one.
          type: int
          sample: 3
        start:
          description: The character in the file where it begins, from 0. C(end) is the one after its end.
          type: int
          sample: 23
        stage:
          description: The name or number of the build stage, or null.
          type: str
          sample: build
        severity:
          description: V(error), V(warning) or V(info).
          type: str
          sample: warning
        confidence:
          description: V(certain) or V(heuristic).
          type: str
          sample: certain
        message:
          description: What is wrong here.
          type: str
          sample: ADD copies local files, which COPY does without surprises
        fix:
          description: What to do here, or what to decide.
          type: str
          sample: Write COPY.
        edits:
          description: The safe edits that mend it, if any - characters to replace, by the text to replace them with.
          type: list
          elements: dict
          sample: [{"start": 23, "end": 26, "replacement": "COPY"}]
        diff:
          description:
            - The lines that the edits change, before (C(-)) and after (C(+)), 20 at most. Values that look like secrets
              are masked.
          type: list
          elements: str
          sample: ["-ADD app.py /app/", "+COPY app.py /app/"]
        suppressed_by:
          description: V(pragma) or V(baseline) if it is silenced, else empty. C(reason) is that of the comment.
          type: str
          sample: ""
        fingerprint:
          description: Names the finding within its file. It stays the same when lines move.
          type: str
          sample: 6a7a0de3c3e9d1c8a9e2f4b05c1d7e80
    not_evaluated:
      description: Rules that could not be judged for a file, with the reason. That is not a pass.
      type: list
      elements: dict
      sample: [{"path": "shop/Dockerfile", "reason": "no context", "rule": "SWR-DF-017"}]
    problems:
      description: Parts that a builder would refuse, comments without effect, and files that could not be read.
      type: list
      elements: dict
      sample: [{"line": 4, "message": "ADD needs a source and a destination", "path": "shop/Dockerfile"}]
mended:
  description: The findings that O(fix) mended, or would mend, as in RV(audit.findings).
  returned: when options and files are valid
  type: list
  elements: dict
  sample: []
written:
  description: The files that were written, or would be in check mode.
  returned: when options and files are valid
  type: list
  elements: str
  sample: ["/srv/src/shop/Dockerfile"]
sarif_path:
  description: The report in SARIF.
  returned: when O(sarif_path) is set and options and files are valid
  type: str
  sample: build/audit.sarif
json_path:
  description: The report in JSON.
  returned: when O(json_path) is set and options and files are valid
  type: str
  sample: build/audit.json
html_path:
  description: The report as an HTML page.
  returned: when O(html_path) is set and options and files are valid
  type: str
  sample: build/audit.html
error:
  description: The parts of the error.
  returned: when an option is invalid, or a file cannot be read or written
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: the file does not exist
    where:
      description: The option or the file.
      type: str
      sample: src/Dockerfile
    hint:
      description: What to do about it.
      type: str
      sample: Name a Dockerfile or a directory, or set content.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.arguments import JUDGEMENT, REPORTS
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.dockerfile import DockerfileAudit
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors

ARGUMENTS = (
    JUDGEMENT
    + REPORTS
    + Arguments(
        {
            "path": {"type": "path"},
            "content": {"type": "str"},
            "context": {"type": "path"},
            "build_args": {"type": "dict", "default": {}},
            "fix": {"type": "bool", "default": False},
            "write_baseline": {"type": "bool", "default": False},
        },
        mutually_exclusive=[("path", "content")],
        required_one_of=[("path", "content")],
    )
)


@reports_errors
def run(module):
    """The audit, as the module's result."""
    result = DockerfileAudit(module.params).run(module.check_mode)
    diff = result.pop("diff")
    if module._diff and diff:
        result["diff"] = diff
    return result


def main():
    run(AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs()))


if __name__ == "__main__":
    main()
