#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: publish_report
short_description: Publish a report to pipelines, monitoring and chat
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Writes the outcome of a migration, a verification, an access check, an audit, a run of Harbor, a network, a cut-over
    or a whole onboarding as JUnit XML for pipelines, and as metrics for Prometheus.
  - Sends it to a webhook. A notification that cannot be sent is a warning, never a failure.
  - The module does not fail if the report has failures.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
    details:
      - Writes only O(html_path), and sends nothing.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - The metrics have the time of the run, and notifications are sent each time.
options:
  path:
    description:
      - The JSON report - O(longshore.swr.image_copy#module:report_path),
        O(longshore.swr.image_report#module:report_path), O(longshore.swr.image_verify#module:report_path) or
        O(longshore.swr.dockerfile_audit#module:json_path).
    type: path
  report:
    description:
      - The report itself, such as the result of P(longshore.swr.access_report#filter), the C(report) of
        P(longshore.swr.harbor_result#filter), RV(longshore.swr.network_scenario#module:network), C(cutover_result) of
        the role C(longshore.swr.cutover), or the report of the role C(longshore.swr.onboard).
    type: dict
  failure:
    description:
      - The message of a run that failed without a report.
    type: str
  name:
    description:
      - The name of the run, for example of its job. It is the name of the test suite and the label C(job).
    type: str
    default: longshore.swr
  html_path:
    description:
      - The path of a page to write about a verification, a run of Harbor, a network, a cut-over, an onboarding, or a
        run without a report (O(failure)). It begins with what to repair.
      - The page of an onboarding links to those of its parts.
      - Migrations, access checks and audits have pages of their own, and none here.
    type: path
  junit_path:
    description:
      - The path of a JUnit XML file to write. Each image, node, finding, repository or object is a test case.
    type: path
  metrics_path:
    description:
      - The path of a metrics file to write, in a directory of node_exporter's textfile collector. Its name must end
        with C(.prom).
      - After a run that failed, the time of the last success stays as it was.
    type: path
  notify_url:
    description:
      - The URL of a webhook. The JSON object that it receives has a C(text), which chat programs show - the outcome,
        and up to three causes of failures with their remedies. It also has the outcome in parts (C(job), C(kind),
        C(status), C(message), counters, C(started_at), C(duration), C(report), C(host)).
      - The URL may be secret as a whole, and is not shown.
    type: str
  notify_on:
    description:
      - When to notify. V(change) means after changes and failures.
    type: str
    choices: [always, change, failure]
    default: failure
  report_url:
    description:
      - Where readers of a notification find the report.
    type: str
    default: ""
  ca_path:
    description:
      - The path of a file with certificate authorities in PEM format that the webhook's certificate is checked against.
    type: path
requirements:
  - requests (only for O(notify_url))
seealso:
  - module: longshore.swr.image_copy
  - module: longshore.swr.image_verify
  - module: longshore.swr.dockerfile_audit
"""

EXAMPLES = r"""
- name: Publish the outcome of last night's migration
  longshore.swr.publish_report:
    path: /var/lib/migration/report.json
    name: nightly-migration
    junit_path: /var/lib/migration/junit.xml
    metrics_path: /var/lib/node_exporter/nightly_migration.prom
    notify_url: https://chat.example.com/hooks/abc123
    notify_on: failure

- name: Write a page about a verification
  longshore.swr.publish_report:
    path: /var/lib/migration/verified.json
    html_path: /var/lib/migration/verified.html
"""

RETURN = r"""
kind:
  description:
    - What the report is about - C(migration), C(verification), C(access), C(audit), C(harbor), C(network),
      C(cutover), C(onboarding), or C(run) without a report.
  returned: success
  type: str
  sample: migration
status:
  description: The outcome - C(ok), C(changed) or C(failed).
  returned: success
  type: str
  sample: failed
message:
  description: The outcome in a sentence.
  returned: success
  type: str
  sample: "38 images: 12 copied, 24 skipped, 2 failed"
notified:
  description: Whether a notification arrived.
  returned: success
  type: bool
  sample: true
"""

import os
import platform
import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._files.inputs import read_bytes
from ansible_collections.longshore.swr.plugins.module_utils._files.lock import exclusive
from ansible_collections.longshore.swr.plugins.module_utils._files.safe_file import SafeFile, check_output
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._json import read_json
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require, warn
from ansible_collections.longshore.swr.plugins.module_utils._publish.junit import render_junit
from ansible_collections.longshore.swr.plugins.module_utils._publish.metrics import render_metrics
from ansible_collections.longshore.swr.plugins.module_utils._publish.notify import body_of, is_due, notify, secrets_of
from ansible_collections.longshore.swr.plugins.module_utils._publish.outcome import Outcome
from ansible_collections.longshore.swr.plugins.module_utils._publish.page import TITLES, render_page
from ansible_collections.longshore.swr.plugins.module_utils._publish.reports import RUN, outcome_of
from ansible_collections.longshore.swr.plugins.module_utils._text import safe

LARGEST = 1024 * 1024 * 1024
"""Bytes of a report."""
LARGEST_METRICS = 1024 * 1024
LOCK_TIMEOUT = 30


def read_outcome(params):
    """The outcome to publish.

    :raises LongshoreError: there is no report, or it is not understood.
    """
    if params["failure"] is not None:
        message = safe(params["failure"]) or "it failed for an unknown reason"
        return Outcome(RUN, True, False, message, problems=[message])
    if params["report"] is not None:
        return outcome_of(params["report"])
    try:
        return outcome_of(read_json(read_bytes(params["path"], LARGEST)))
    except NotUnderstood as problem:
        raise LongshoreError("it is not a report: {0}".format(problem), where=params["path"]) from None


def write_files(params, outcome):
    """Write the files that are asked for.

    :raises LongshoreError: one cannot be written.
    """
    if params["junit_path"]:
        with SafeFile(params["junit_path"]) as file:
            file.replace(render_junit(outcome, params["name"]))
    if params["metrics_path"]:
        # Another run that ends now must not lose the time of the last success.
        with SafeFile(params["metrics_path"]) as file, exclusive(os.path.dirname(file.path), LOCK_TIMEOUT):
            before = (file.read(LARGEST_METRICS) or b"").decode("utf-8", "replace")
            file.replace([render_metrics(outcome, params["name"], time.time(), before)])


def write_page(params, outcome):
    """Write the page, if one is asked for.

    :raises LongshoreError: it cannot be written.
    """
    if params["html_path"]:
        with SafeFile(params["html_path"]) as file:
            file.replace(render_page(outcome, params["name"], time.time()))


def send(module, outcome):
    """Send the notification; whether it arrived."""
    params = module.params
    redact = redactor_of(module)
    redact.add(*secrets_of(params["notify_url"]))
    body = body_of(outcome, params["name"], params["report_url"], platform.node())
    try:
        notify(params["notify_url"], body, params["ca_path"] or True, redact)
    except LongshoreError as error:
        warn(module, "the notification was not sent: {0}".format(error))
        return False
    return True


@reports_errors
def run(module):
    """What was published, as the module's result."""
    params = module.params
    if params["notify_url"]:
        require(module, "requests", REQUESTS_IMPORT_ERROR, reason="for notify_url")
    if params["metrics_path"] and not params["metrics_path"].endswith(".prom"):
        raise LongshoreError(
            "its name must end with .prom", where="metrics_path", hint="node_exporter reads no other files."
        )
    paths = {name: params[name] for name in ("html_path", "junit_path", "metrics_path") if params[name]}
    seen = {os.path.realpath(params["path"]): "path"} if params["path"] else {}
    for name, path in paths.items():
        check_output(name, path)
        other = seen.setdefault(os.path.realpath(path), name)
        if other != name:
            raise LongshoreError(
                "it is also {0}, which would be lost".format(other),
                where=name,
                hint="Give each file a path of its own.",
            )
    outcome = read_outcome(params)
    if params["html_path"] and outcome.kind not in TITLES:
        raise LongshoreError(
            "there is no page of this kind of report here: {0}".format(outcome.kind),
            where="html_path",
            hint="Use html_report_path of image_copy or image_report, html_path of an audit, or filter access_html.",
        )
    write_page(params, outcome)
    notified, due = False, bool(params["notify_url"]) and is_due(outcome, params["notify_on"])
    if not module.check_mode:
        write_files(params, outcome)
        notified = due and send(module, outcome)
    return {
        "changed": bool(paths) or notified or (module.check_mode and due),
        "kind": outcome.kind,
        "status": outcome.status,
        "message": outcome.message,
        "notified": notified,
    }


def main():
    run(
        AnsibleModule(
            argument_spec={
                "path": {"type": "path"},
                "report": {"type": "dict"},
                "failure": {"type": "str"},
                "name": {"type": "str", "default": "longshore.swr"},
                "html_path": {"type": "path"},
                "junit_path": {"type": "path"},
                "metrics_path": {"type": "path"},
                "notify_url": {"type": "str", "no_log": True},
                "notify_on": {"type": "str", "choices": ["always", "change", "failure"], "default": "failure"},
                "report_url": {"type": "str", "default": ""},
                "ca_path": {"type": "path"},
            },
            required_one_of=[("path", "report", "failure")],
            mutually_exclusive=[("path", "report", "failure")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
