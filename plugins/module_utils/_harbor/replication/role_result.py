# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role C(harbor) has done and still has to do, from the results of its tasks.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping

# The repository name in a task's resource, such as C(library/app:[2 item(s) in total])
_REPOSITORY = re.compile(r"[^ :\[]*")


OUTCOMES = ("copied", "converted", "failed", "stopped", "in_progress")
_OUTCOMES = {"Succeed": "copied", "Failed": "failed", "Stopped": "stopped"}


def _results(registered: Any) -> List[Mapping[str, Any]]:
    """The results of a loop, empty if the task did not run."""
    return list((registered or {}).get("results") or [])


def _repository(task: Mapping[str, Any]) -> str:
    return _REPOSITORY.match(task["src_resource"]).group()  # type: ignore[union-attr]


def _is_true(value: Any) -> bool:
    """A variable as C(bool) reads it: AWX surveys return strings."""
    return str(value).lower() in ("true", "yes", "on", "1", "y", "t")


class RoleRun:
    """One run of the role.

    :param facts: variables of the role (C(state), C(check_mode), C(rules), C(start), C(copy_refused), C(endpoint_name),
        C(organizations)), and what its tasks registered (C(created), C(endpoint), C(policies), C(last), C(runs),
        C(copied)), each empty or missing while the task has not run; C(preflight) is the result of the filter
        C(harbor_preflight).
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts
        self._check_mode = _is_true(facts.get("check_mode"))
        self._copies = _is_true(facts.get("copy_refused"))
        self._rules: List[Mapping[str, Any]] = list(facts.get("rules") or [])
        self._preflight: Mapping[str, Any] = facts.get("preflight") or {}
        self._copied: Mapping[str, Any] = facts.get("copied") or {}
        self._kept = [found for found in _results(facts.get("policies")) if found.get("policy")]

    # -- work to do

    @property
    def changed_rules(self) -> List[str]:
        """Rules that were created or changed, or would be."""
        unchanged = {found["policy"]["name"] for found in self._kept if not found.get("changed")}
        return [rule["name"] for rule in self._rules if rule["name"] not in unchanged]

    @property
    def look_up(self) -> List[str]:
        """Rules that start depending on their last execution."""
        if self._facts.get("start") != "needed":
            return []
        changed = self.changed_rules
        return [rule["name"] for rule in self._rules if rule["name"] not in changed]

    @property
    def due(self) -> List[str]:
        """Rules to start, including those that check mode has not created."""
        start = self._facts.get("start")
        if start not in ("needed", "always"):
            return []
        done = set() if start == "always" else set(self.look_up) & self._succeeded()
        return [
            rule["name"] for rule in self._rules if _is_true(rule.get("enabled", True)) and rule["name"] not in done
        ]

    @property
    def start(self) -> List[str]:
        """Rules that can be started now."""
        known = {found["policy"]["name"] for found in self._kept if found["policy"].get("id")}
        return [name for name in self.due if not self._check_mode or name in known]

    @property
    def copies_images(self) -> bool:
        """Whether the role must copy images itself now."""
        return self._copies and bool(self._preflight.get("images")) and not self._copy_waits()

    def _copy_waits(self) -> bool:
        """Whether check mode has not created a destination organization."""
        return self._check_mode and bool((self._facts.get("created") or {}).get("changed"))

    def _succeeded(self) -> set:
        """Rules with a last execution that did all that Harbor can do.

        A repository with an image that SWR rejects always fails. If only these failed, the rest has
        arrived, and the role copies them itself.
        """
        names = set()
        for found in _results(self._facts.get("last")):
            for last in (found.get("executions") or [])[:1]:
                counts, refused = last["counts"], len(self._replaced(found["item"])) if self._copies else 0
                all_ended = counts["succeed"] + counts["failed"] == counts["total"]
                only_refused = last["status"] == "Failed" and 0 < refused == counts["failed"] and all_ended
                if last["status"] == "Succeed" or only_refused:
                    names.add(found["item"])
        return names

    def _replaced(self, rule: str) -> set:
        """Repositories of the rule that the role copies itself: none if labels decide."""
        if rule in (self._preflight.get("unjudged") or []):
            return set()
        return {item["repository"] for item in self._preflight.get("refused") or [] if item["rule"] == rule}

    # -- results

    @property
    def executions(self) -> List[Dict[str, Any]]:
        """The started executions, with failures and causes."""
        return [self._execution(run) for run in _results(self._facts.get("runs"))]

    def _execution(self, run: Mapping[str, Any]) -> Dict[str, Any]:
        execution: Mapping[str, Any] = run.get("execution") or {}
        failed = [task for task in run.get("tasks") or [] if task["status"] == "Failed"]
        repositories = {_repository(task) for task in failed}
        replaced = self._replaced(run["item"]) if self.copies_images else set()
        # A failure is only Harbor's if all failed repositories were copied by the role.
        only_replaced = execution.get("status") == "Failed" and bool(repositories) and repositories <= replaced
        covered = only_replaced and self._copy_succeeded()
        bad = "error" in run or not execution
        problem = str(run.get("msg") or run.get("module_stderr") or "the execution ended without a result")
        if only_replaced:
            # The remedy is to copy them, which was done, or failed and is reported separately.
            problem = (run.get("error") or {}).get("what") or problem
        return {
            "rule": run["item"],
            "id": execution.get("id"),
            "status": execution.get("status"),
            "counts": run.get("counts") or {},
            "covered": bad and covered,
            "problem": problem if bad and not covered else "",
            "failed": [
                [
                    task["src_resource"],
                    task.get("cause") or "",
                    "" if _repository(task) in replaced else task.get("hint") or "",
                ]
                for task in failed
            ],
        }

    @property
    def repositories(self) -> List[Dict[str, Any]]:
        """All that the started executions dealt with, for a report."""
        found = []
        for run in _results(self._facts.get("runs")):
            replaced = self._replaced(run["item"]) if self.copies_images and self._copy_succeeded() else set()
            for task in run.get("tasks") or []:
                outcome = _OUTCOMES.get(task["status"], "in_progress")
                if outcome == "failed" and _repository(task) in replaced:
                    outcome = "converted"
                found.append(
                    {
                        "rule": run["item"],
                        "source": task["src_resource"],
                        "destination": task.get("dst_resource") or "",
                        "outcome": outcome,
                        "cause": task.get("cause") or task.get("log_problem") or "",
                        "hint": task.get("hint") or "",
                    }
                )
        return found

    def _copy_succeeded(self) -> bool:
        images = self._copied.get("images")
        return images is not None and images["failed"] == 0

    def _copy_problems(self) -> List[str]:
        if not self.copies_images or self._copy_succeeded():
            return []
        if self._copied.get("images") is None:
            return ["the images that SWR refuses were not copied: {0}".format(self._copied.get("msg") or "no result")]
        failures = self._copied.get("failures") or [{}]
        return ["not all images that SWR refuses were copied: {0}".format(failures[0].get("error") or "no reason")]

    def result(self) -> Dict[str, Any]:
        """The role's C(harbor_result), without secrets."""
        endpoint: Mapping[str, Any] = self._facts.get("endpoint") or {}
        executions, outcomes = self.executions, [entry["outcome"] for entry in self.repositories]
        runs = _results(self._facts.get("runs"))
        registered = [endpoint, self._facts.get("created") or {}, self._copied, *runs]
        result = {
            "changed": bool(self.changed_rules) or any(item.get("changed") for item in registered),
            "endpoint": endpoint.get("registry"),
            "connection": endpoint.get("connection"),
            "harbor_version": endpoint.get("harbor_version"),
            "organizations": list(self._facts.get("organizations") or []),
            "rules": [found["policy"] for found in self._kept],
            "changed_rules": self.changed_rules,
            "refused": list(self._preflight.get("refused") or []),
            "executions": executions,
            "counts": {name: outcomes.count(name) for name in OUTCOMES},
            "copied": self._copied.get("images"),
            "problems": ["rule {0}: {1}".format(run["rule"], run["problem"]) for run in executions if run["problem"]]
            + self._copy_problems(),
        }
        return dict(result, summary=self._summary(result))

    # -- the same as text

    def _summary(self, result: Mapping[str, Any]) -> List[str]:
        lines = [
            "Harbor {0}".format(result["harbor_version"]),
            "endpoint {0} -> {1}, {2}, {3}".format(
                self._facts.get("endpoint_name"),
                (result["endpoint"] or {}).get("url"),
                _changed((self._facts.get("endpoint") or {}).get("changed")),
                "connection tested" if (result["connection"] or {}).get("healthy") else "connection not tested",
            ),
        ]
        for rule in result["rules"]:
            trigger = "{0} at {1}".format(rule["trigger"], rule["cron"]) if rule.get("cron") else rule["trigger"]
            changed = _changed(rule["name"] in result["changed_rules"])
            lines.append("rule {0} -> {1}, {2}, {3}".format(rule["name"], rule["dest_namespace"], trigger, changed))
        if self._check_mode:
            failed = {run["rule"] for run in result["executions"] if run["problem"]}
            lines.extend("rule {0} would be started".format(name) for name in self.due if name not in failed)
        for run in result["executions"]:
            if run["id"]:
                lines.extend(_execution_lines(run))
        return lines + self._copy_lines(result)

    def _copy_lines(self, result: Mapping[str, Any]) -> List[str]:
        lines = []
        if result["refused"]:
            lines.append("artifacts in a format that SWR refuses: {0}".format(len(result["refused"])))
        images, copied = self._preflight.get("images"), result["copied"]
        if self._copies and images and self._copy_waits():
            lines.append("images that image_copy would copy: {0}".format(len(images)))
        if copied:
            text = "their repositories, by image_copy: {0} copied, {1} already there, {2} failed"
            lines.append(text.format(copied["copied"], copied["skipped"], copied["failed"]))
        return lines


def _changed(value: Any) -> str:
    return "changed" if value else "unchanged"


def _execution_lines(run: Mapping[str, Any]) -> List[str]:
    counts = run["counts"]
    lines = [
        "execution {0} of {1}: {2}, {3} of {4} repositories copied".format(
            run["id"], run["rule"], run["status"], counts.get("succeed"), counts.get("total")
        )
    ]
    for resource, cause, hint in run["failed"]:
        lines.append("failed: {0}: {1}{2}".format(resource, cause, " Remedy: " + hint if hint else ""))
    return lines


def _removal(facts: Mapping[str, Any]) -> Dict[str, Any]:
    """The same for removing the rules and the endpoint."""
    endpoint, name = facts.get("endpoint") or {}, facts.get("endpoint_name")
    own = [rule["name"] for rule in facts.get("rules") or []]
    removed = [found["item"]["name"] for found in _results(facts.get("policies")) if found.get("changed")]
    # In check mode the role's own rules are still there.
    left = (facts.get("left") or {}).get("policies") or []
    used_by = sorted(policy["name"] for policy in left if policy["registry"] == name and policy["name"] not in own)
    gone = "would be removed" if _is_true(facts.get("check_mode")) else "removed"
    lines = ["rule {0}: {1}".format(rule, gone if rule in removed else "not there") for rule in own]
    if used_by:
        lines.append("endpoint {0}: stays, because other rules use it: {1}".format(name, ", ".join(used_by)))
    else:
        lines.append("endpoint {0}: {1}".format(name, gone if endpoint.get("changed") else "not there"))
    result = {
        "changed": bool(removed or endpoint.get("changed")),
        "removed_rules": removed,
        "endpoint_used_by": used_by,
        "summary": lines,
    }
    return {"result": result, "used_by": used_by}


def role_result(facts: Mapping[str, Any]) -> Dict[str, Any]:
    """
    :return: C(result), the role's result; C(report), the same with every repository; C(look_up), rules to look up the
        last execution of; C(start), rules to start; C(copy_images), whether to copy what SWR rejects. With C(state)
        absent: C(result), and C(used_by), other rules that keep the endpoint in use.
    """
    if facts.get("state") == "absent":
        return _removal(facts)
    run = RoleRun(facts)
    return {
        "result": run.result(),
        "report": dict(run.result(), repositories=run.repositories),
        "look_up": run.look_up,
        "start": run.start,
        "copy_images": run.copies_images,
    }
