#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_replication_execution
short_description: Run a replication policy of Harbor, wait for it, or stop it
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Starts a replication policy of Harbor, shows its progress, and waits until everything is copied.
  - It can also wait for an execution that was started by a schedule, an event or another user, and stop executions.
  - It reports what failed and why. Harbor gives the reason in the logs of tasks only, so the end of each log is
    returned, and known reasons come with a remedy.
  - An execution has one task for each repository.
extends_documentation_fragment:
  - longshore.swr.harbor
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_harbor
attributes:
  check_mode:
    support: full
    details:
      - Nothing is started, stopped or waited for. RV(ignore:changed) says whether it would be, and the execution is
        returned as it is. An execution that failed does not fail the task.
  diff_mode:
    support: N/A
    details:
      - It runs something and describes no state.
  idempotent:
    support: partial
    details:
      - With O(state=started), each run starts an execution, unless one is in progress and O(if_running=join).
        O(state=finished) changes nothing. O(state=stopped) changes nothing when nothing is in progress.
options:
  policy:
    description:
      - The name of the policy. Required unless O(execution_id) is set.
    type: str
  execution_id:
    description:
      - The id of an execution to wait for or to stop. Not with O(state=started).
      - By default, O(state=finished) waits for the newest execution of O(policy), and O(state=stopped) stops all that
        are in progress.
    type: int
  state:
    description:
      - V(started) starts the policy, and waits for the end.
      - V(finished) waits for an execution that was started earlier, and starts nothing.
      - V(stopped) stops what is in progress, and waits until it has stopped. Harbor may finish the image that it is
        copying. Its own stop ignores a failed task that will be retried, so with such tasks this takes up to
        O(settle_time), and stops them when they are retried.
    type: str
    choices: [started, finished, stopped]
    default: started
  if_running:
    description:
      - What O(state=started) does when an execution of the policy is in progress already.
      - V(join) waits for that one and starts none. It may miss images that were pushed after it started.
      - V(start) starts another one.
      - V(fail) fails.
    type: str
    choices: [join, start, fail]
    default: join
  wait:
    description:
      - Whether to wait for the end. With V(false), the execution is returned as it is, and the task does not fail with
        it.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most. After that the task fails, and the execution goes on in Harbor.
        O(state=finished) with O(execution_id) waits for it again.
      - If Harbor does not answer, because it is being restarted, it is polled until then.
    type: int
    default: 3600
  poll_interval:
    description:
      - Seconds between two requests for the state of the execution.
    type: float
    default: 10
  settle_time:
    description:
      - How many seconds a failure must last to be final. Harbor retries a failed task up to two times, 16 to 74 seconds
        after the first failure and 31 to 118 after the second, and the execution is C(Failed) in the meantime. Each
        retry that fails restarts the time.
      - A failure before anything was copied is final at once.
    type: float
    default: 130
  fail_on_empty:
    description:
      - Whether to fail when nothing matches the policy's filters. By default the module warns.
    type: bool
    default: false
  log_lines:
    description:
      - How many lines to return from the end of a failed task's log. The logs of the first 20 failed tasks are read,
        and lines are cut after 1000 characters. Logins in them are masked.
    type: int
    default: 50
  progress_file:
    description:
      - The path of a file to append progress to while the module waits, one JSON object a line.
      - When it is not set and the module runs on the controller (C(connection) is V(local) or C(delegate_to) is
        V(localhost)), a private file is used and removed at the end.
    type: path
notes:
  - While it runs on the controller, progress is shown on standard error, and as events of C(ansible-runner) and AWX - a
    line when something has changed, and one every 30 seconds. It is not shown with C(no_log), C(async) or C(become),
    nor on other hosts. Use O(progress_file) there.
  - Harbor reports success when it skips a tag because the registry has another image of this tag and the policy does
    not override it.
seealso:
  - module: longshore.swr.harbor_replication_policy
  - module: longshore.swr.harbor_info
  - module: longshore.swr.image_copy
    description: Copies what SWR refuses from Harbor.
"""

EXAMPLES = r"""
- name: Replicate to SWR and wait for the end
  longshore.swr.harbor_replication_execution:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    policy: to-swr
    fail_on_empty: true
  delegate_to: localhost
  register: run

- name: Show how much was copied
  ansible.builtin.debug:
    msg: "{{ run.counts.succeed }} of {{ run.counts.total }} repositories in execution {{ run.execution.id }}"

- name: Start a long run without waiting
  longshore.swr.harbor_replication_execution:
    harbor_url: https://harbor.example.com
    harbor_username: robot$replicator
    harbor_password: "{{ vault_robot_secret }}"
    policy: to-swr
    wait: false
  delegate_to: localhost
  register: started

- name: Wait for it later, for up to six hours
  longshore.swr.harbor_replication_execution:
    harbor_url: https://harbor.example.com
    harbor_username: robot$replicator
    harbor_password: "{{ vault_robot_secret }}"
    execution_id: "{{ started.execution.id }}"
    state: finished
    wait_timeout: 21600
  delegate_to: localhost

- name: Stop all executions of the policy
  longshore.swr.harbor_replication_execution:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    policy: to-swr
    state: stopped
  delegate_to: localhost
"""

RETURN = r"""
execution:
  description:
    - The execution. Of several that were stopped, the newest.
    - V(null) when there is none, as in check mode before it is started.
  returned: always
  type: dict
  contains:
    id:
      description: Its id.
      type: int
      sample: 12
    policy:
      description: The name of its policy.
      type: str
      sample: to-swr
    policy_id:
      description: The id of its policy.
      type: int
      sample: 3
    status:
      description: One of V(InProgress), V(Succeed), V(Failed), V(Stopped).
      type: str
      sample: Succeed
    status_text:
      description: Harbor's comment, which is the reason when it failed before anything was copied.
      type: str
      sample: ''
    trigger:
      description: What started it, one of V(manual), V(scheduled), V(event_based).
      type: str
      sample: manual
    start_time:
      description: When it started.
      type: str
      sample: '2026-03-02T08:15:11.342Z'
    end_time:
      description: When it ended. V(null) while it runs.
      type: str
      sample: '2026-03-02T08:21:40.518Z'
counts:
  description: The number of repositories, counted by their tasks.
  returned: always
  type: dict
  contains:
    total:
      description: All.
      type: int
      sample: 40
    succeed:
      description: Copied.
      type: int
      sample: 39
    failed:
      description: Failed.
      type: int
      sample: 1
    in_progress:
      description: In progress.
      type: int
      sample: 0
    stopped:
      description: Stopped.
      type: int
      sample: 0
tasks:
  description:
    - The tasks, one for each repository. Failed ones have RV(tasks[].log) and what was derived from it.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: int
      sample: 85
    status:
      description: One of V(Pending), V(InProgress), V(Succeed), V(Failed), V(Stopped), and V(Initialized) in 1.10.
      type: str
      sample: Failed
    operation:
      description: What is done, as in V(copy).
      type: str
      sample: copy
    resource_type:
      description: What is copied, as in V(image).
      type: str
      sample: image
    src_resource:
      description: The repository, with the number of its tags or their names.
      type: str
      sample: library/app [2 item(s) in total]
    dst_resource:
      description: The same at the destination.
      type: str
      sample: dev-container/app [2 item(s) in total]
    start_time:
      description: When it started.
      type: str
      sample: '2026-03-02T08:15:12.000Z'
    end_time:
      description: When it ended.
      type: str
      sample: '2026-03-02T08:15:47.000Z'
    log:
      description: The end of its log, line by line.
      type: list
      elements: str
      sample:
        - "2026-03-02T08:15:47Z [ERROR] [/controller/replication/transfer/image/transfer.go:335]: failed to push"
    log_problem:
      description: Why there is no log. V(null) when there is one.
      type: str
      sample: null
    cause:
      description: The last error in the log.
      type: str
      sample: failed to push manifest dev-container/app:1.0
    hint:
      description: How to fix it. V(null) for an unknown cause.
      type: str
      sample: Copy these images with longshore.swr.image_copy.
stopped:
  description: The ids of the executions that were stopped, or would be in check mode.
  returned: with O(state=stopped)
  type: list
  elements: int
  sample: [12]
harbor_version:
  description: The version of Harbor, as Harbor reports it.
  returned: always
  type: str
  sample: v2.9.5-e8b44df6
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: 'failed before anything was copied: [404][{"errors":[{"message":"namespace does not exist"}]}]'
    where:
      description: The policy and execution, option or URL that it happened at.
      type: str
      sample: policy to-swr, execution 12
    status:
      description: The HTTP status, where Harbor refused a request.
      type: int
      sample: 403
    code:
      description: Harbor's own error code.
      type: str
      sample: FORBIDDEN
    hint:
      description: How to fix it.
      type: str
      sample: Create the organization in SWR first.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import ARGUMENTS, client_from
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.run import ReplicationRun
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require, warn

OWN_ARGUMENTS = {
    "policy": {"type": "str"},
    "execution_id": {"type": "int"},
    "state": {"type": "str", "choices": ["started", "finished", "stopped"], "default": "started"},
    "if_running": {"type": "str", "choices": ["join", "start", "fail"], "default": "join"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
    "poll_interval": {"type": "float", "default": 10},
    "settle_time": {"type": "float", "default": 130},
    "fail_on_empty": {"type": "bool", "default": False},
    "log_lines": {"type": "int", "default": 50},
    "progress_file": {"type": "path"},
}


@reports_errors
def run(module):
    """The run, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    redactor = redactor_of(module)
    runs = ReplicationRun(client_from(module.params, redactor), module.params, module.check_mode, redactor)
    result = runs.run()
    for warning in runs.warnings:
        warn(module, warning)
    return result


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **OWN_ARGUMENTS),
            required_one_of=[["policy", "execution_id"]],
            required_if=[["state", "started", ["policy"]]],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
