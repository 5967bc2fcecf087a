#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_audit
short_description: Audit images in registries against seventeen practices
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Judges images by the rules of M(longshore.swr.dockerfile_audit), from their manifests, configurations and history
    alone. No layer is read, and each manifest and configuration is read once, however many tags and indexes name it.
  - The configuration shows how an image runs - its user, working directory, start command, variables, ports, volumes,
    labels and health check. The history shows how it was built, if its builder wrote that down.
  - What cannot be judged is listed in C(not_evaluated) of RV(audit), with the reason. That is not a pass. It applies
    to scripts and the context of the build for every image, to the history of images by Jib, Buildpacks and similar
    builders, to artifacts, Helm charts and images in Docker's first format.
  - Where the steps of the base image end is known for images by podman and buildah, and otherwise a guess by the first
    start command in the history. Findings in these steps never have more than the severity V(info).
  - Variables with secrets are named, but their values are never shown.
  - Images in archives, layouts and daemons can be judged too. In a Docker archive or a daemon all layers are read,
    because the digest is that of the compressed image.
  - An image that cannot be read is a problem of its own. The others are still judged, and the task fails at the end.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.registry
  - longshore.swr.registry.limits
  - longshore.swr.registry.rules
  - longshore.swr.audit
  - longshore.swr.audit.reports
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  side:
    description:
      - Which images of O(images) and O(images_file) to judge, those at the V(source) or their copies at the
        V(destination).
      - With V(source) a rule needs no destination, so that a list of images is enough.
    type: str
    choices: [source, destination]
    default: source
  os:
    description:
      - From multi-platform images, judge only those for these operating systems, as in V(linux).
    type: list
    elements: str
    default: []
  arch:
    description:
      - From multi-platform images, judge only those for these architectures, as in V(amd64) or V(arm:v7).
    type: list
    elements: str
    default: []
seealso:
  - module: longshore.swr.dockerfile_audit
  - module: longshore.swr.audit_report
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Audit two images
  longshore.swr.image_audit:
    images:
      - registry.example.com/shop/cart:1.4
      - registry.example.com/shop/pay:1.5
    auth_file: auth.json
  delegate_to: localhost
  register: audited

- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ audited.summary }}"

- name: Audit every image of a namespace, with reports
  longshore.swr.image_audit:
    images:
      - registry.example.com/shop/**
    auth_file: auth.json
    profile: strict
    fail_on: never
    html_path: /var/lib/migration/audit.html
    sarif_path: /var/lib/migration/audit.sarif
  delegate_to: localhost

- name: Audit the copies that a migration has made
  longshore.swr.image_audit:
    images_file: images.json
    auth_file: auth.json
    side: destination
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description: One line with the counts, followed by the first findings that make the task fail.
  returned: always
  type: str
  sample: "4 findings in 2 files and images: 1 error, 3 warnings; 7 rules not evaluated"
summary:
  description:
    - The outcome as readable lines, for M(ansible.builtin.debug) - the counts, problems, findings with their remedies
      (O(findings_shown)), and what was not evaluated.
  returned: when options are valid
  type: list
  elements: str
  sample:
    - "1 finding in 1 file or image: 1 warning"
    - "registry.example.com/shop/cart:1.4: warning SWR-DF-015: the image has no labels. Remedy: Add LABEL."
counts:
  description: Findings by severity, and further counts.
  returned: when options are valid
  type: dict
  contains:
    error:
      description: Findings with this severity.
      type: int
      sample: 1
    warning:
      description: Findings with this severity.
      type: int
      sample: 3
    info:
      description: Findings with this severity.
      type: int
      sample: 0
    findings:
      description: Their sum.
      type: int
      sample: 4
    suppressed:
      description: Findings in the O(baseline).
      type: int
      sample: 0
    targets:
      description: Images that were judged.
      type: int
      sample: 2
    not_evaluated:
      description: Rules that could not be judged, each counted once for each image.
      type: int
      sample: 7
    problems:
      description: Images and parts of them that could not be read.
      type: int
      sample: 0
failing:
  description: Whether a finding has at least the severity O(fail_on).
  returned: when options are valid
  type: bool
  sample: true
audit:
  description:
    - All findings, and what could not be judged, as M(longshore.swr.audit_report) takes it.
    - It has the keys of RV(longshore.swr.dockerfile_audit#module:audit). Findings in images have no lines.
  returned: when options are valid
  type: dict
  sample:
    findings:
      - {rule: SWR-DF-015, path: "registry.example.com/shop/cart:1.4", severity: warning}
    not_evaluated:
      - {rule: SWR-DF-017, path: "registry.example.com/shop/cart:1.4"}
images:
  description: One entry for each image, in the order of the rules. Tags of a repository with the same digest share one.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    image:
      description: The image's reference, or the text of a rule whose images could not be determined.
      type: str
      sample: registry.example.com/shop/cart:1.4
    also:
      description: Further tags of the same digest.
      type: list
      elements: str
      sample: ["1.4.2"]
    digest:
      description: Its digest.
      type: str
      sample: sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c
    judged:
      description: Whether there was something to judge.
      type: bool
      sample: true
    reason:
      description: Why there was nothing to judge.
      type: str
      sample: it is an artifact (application/vnd.cncf.helm.config.v1+json)
    error:
      description: Why it could not be read.
      type: str
      sample: 'registry.example.com/shop/pay:1.5: cannot read the manifest (HTTP 403, DENIED)'
    hint:
      description: How to fix that.
      type: str
      sample: Check that the user of this registry's auth entry may do this in this repository.
    platforms:
      description: What is known of the image for each of its platforms.
      type: list
      elements: dict
      contains:
        platform:
          description: The platform.
          type: str
          sample: linux/amd64
        digest:
          description: The digest of its manifest.
          type: str
          sample: sha256:2d429b9e73a6cf90a5bb85105c8118b30a1b2deedeae3ea9587055ffcb80eb45
        layers:
          description: Number of layers.
          type: int
          sample: 9
        size:
          description: Their size in the registry, in bytes.
          type: int
          sample: 51380224
        user:
          description: The user that it runs as. Empty means root.
          type: str
          sample: "1000"
        base:
          description: The name of its base image, empty if it does not say.
          type: str
          sample: docker.io/library/node:22.12.0-bookworm-slim
        steps:
          description: Number of entries in its history that could be read.
          type: int
          sample: 17
        own_steps:
          description: How many of them are after the base image, as far as that can be told.
          type: int
          sample: 8
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
      sample: {"registry.example.com": {"blob_get": 38, "manifest_get": 38}}
sarif_path:
  description: The path of the SARIF report.
  returned: when O(sarif_path) is set and options are valid
  type: str
  sample: /var/lib/migration/audit.sarif
json_path:
  description: The path of the JSON report.
  returned: when O(json_path) is set and options are valid
  type: str
  sample: /var/lib/migration/audit.json
html_path:
  description: The path of the HTML report.
  returned: when O(html_path) is set and options are valid
  type: str
  sample: /var/lib/migration/audit.html
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: 'images: item 1: "shop/cart" has no tag: write "shop/cart" with a tag'
    where:
      description: The option or file.
      type: str
      sample: rules
    hint:
      description: How to fix it.
      type: str
      sample: The rules are SWR-DF-001 to SWR-DF-017.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._arguments import Arguments, check_ranges
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.arguments import JUDGEMENT, NUMBERS, REPORTS
from ansible_collections.longshore.swr.plugins.module_utils._image_audit import run_image_audit
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, run_helper, show_warnings
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.arguments import (
    CONNECTION,
    LOGIN,
    RULES,
    check_numbers,
    keep_readable,
)

OWN = Arguments(
    {
        "side": {"type": "str", "choices": ["source", "destination"], "default": "source"},
        "os": {"type": "list", "elements": "str", "default": []},
        "arch": {"type": "list", "elements": "str", "default": []},
    }
)
ARGUMENTS = LOGIN + CONNECTION + RULES + JUDGEMENT + REPORTS + OWN


@reports_errors
def run(module):
    """The findings, as the module's result."""
    check_numbers(module.params)
    check_ranges(module.params, NUMBERS)
    return show_warnings(module, run_image_audit(module.params, module.check_mode, os.environ, run_helper))


def main():
    module = AnsibleModule(supports_check_mode=True, **ARGUMENTS.kwargs())
    keep_readable(module)
    run(module)


if __name__ == "__main__":
    main()
