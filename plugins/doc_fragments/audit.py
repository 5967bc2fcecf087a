# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How the modules of an audit judge and report."""

    DOCUMENTATION = r"""
options:
  profile:
    description:
      - How strict to be.
      - V(source_document) has the seventeen practices as they were first written, V(recommended) leaves out what is
        contested or a matter of taste, and V(strict) also takes heuristics as errors.
    type: str
    choices: [source_document, recommended, strict]
    default: recommended
  rules:
    description:
      - Severities of single rules instead of those of the O(profile), such as C({"SWR-DF-002":"error"}).
      - The keys are IDs from V(SWR-DF-001) to V(SWR-DF-017), and the values V(error), V(warning), V(info) and V(off).
      - A finding may have a lower severity than its rule, for example if it is heuristic.
    type: dict
    default: {}
  allowed_base_images:
    description:
      - The base images that a policy allows, such as V(node:*-alpine) or V(registry.example.com/base/*). Any other one
        is a finding of the rule V(SWR-DF-006).
      - V(*) stands for any characters. A pattern without a tag allows every tag. Names of Docker Hub may be short or
        full.
      - By default, there is no policy.
    type: list
    elements: str
    default: []
  unneeded_packages:
    description:
      - Whether the rule V(SWR-DF-002) also lists installed packages that a running image rarely needs, such as editors,
        SSH servers and compilers.
    type: bool
    default: false
  baseline:
    description:
      - A file with findings that are known. They are reported as suppressed and never make the task fail.
    type: path
  fail_on:
    description:
      - The severity from which a finding makes the task fail. The result has everything that was found even then.
    type: str
    choices: [error, warning, info, never]
    default: error
"""

    REPORTS = r"""
options:
  sarif_path:
    description:
      - A file for the report in SARIF 2.1.0, for code scanning services.
      - It is written with mode 0600. Its directory must exist.
    type: path
  json_path:
    description:
      - A file for the report in JSON, the same as RV(audit).
      - It is written with mode 0600. Its directory must exist.
    type: path
  html_path:
    description:
      - A file for the report as an HTML page that needs no other files and no network.
      - It is written with mode 0600. Its directory must exist.
    type: path
  findings_shown:
    description:
      - The maximum number of findings in RV(summary).
    type: int
    default: 20
"""
