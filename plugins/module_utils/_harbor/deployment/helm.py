# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses for the pods of a Harbor installed with its Helm chart, through C(kubectl).

The chart has no value for them. Upgrading the release may reset them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping

from ..._json import read_shape
from ..errors import HarborError
from .docker import Run, said, words_of
from .host_aliases import DEPLOYMENT, alias_patch, noted_hosts
from .host_entries import parse_hosts

COMPONENTS = ("core", "jobservice")
_PATIENCE = 60.0  # seconds, for the API server


class HelmRelease:
    """The Deployments of one release.

    :param options: those of the module C(harbor_host_aliases).
    :raises HarborError: the options are invalid.
    """

    def __init__(self, options: Mapping[str, Any], run: Run, check_mode: bool) -> None:
        self._options = options
        self._run = run
        self._check_mode = check_mode
        self._hosts = parse_hosts(options.get("entries")) if options["state"] == "present" else []
        self._kubectl = [*(words_of(options["kubectl"]) or ["kubectl"]), "--namespace", options["namespace"]]
        if options["rollout_timeout"] < 1:
            # For kubectl, 0 means to wait forever.
            raise HarborError("it must be 1 or more", where="rollout_timeout")

    def bring_about(self) -> Dict[str, Any]:
        """Give the pods the names, or report the changes.

        :return: the result of the module C(harbor_host_aliases).
        :raises HarborError: kubectl fails, or the Deployments do not keep the patch.
        """
        names = ["{0}-{1}".format(self._options["fullname"], component) for component in COMPONENTS]
        found = {name: self._get(name) for name in names}
        patches = {name: alias_patch(deployment, self._hosts) for name, deployment in found.items()}
        changed = [name for name in names if patches[name]]
        for name in changed:
            # The API server validates the patch in check mode too.
            dry_run = ["--dry-run=server"] if self._check_mode else []
            self._call("patch", "deployment", name, "--type", "merge", "--patch", json.dumps(patches[name]), *dry_run)
        if not self._check_mode:
            self._wait(names)
            for name in changed:
                self._confirm(name)
        before = {name: noted_hosts(found[name]) for name in names}
        after = {name: noted_hosts(patches[name] or found[name]) for name in names}
        return {"changed": bool(changed), "deployments": changed, "diff": {"before": before, "after": after}}

    def _wait(self, names: List[str]) -> None:
        """Also wait for those patched by an earlier run, which may have ended before their pods were replaced."""
        timeout = "{0}s".format(self._options["rollout_timeout"])
        for name in names:
            arguments = ("rollout", "status", "deployment/" + name, "--timeout", timeout)
            self._call(*arguments, seconds=self._options["rollout_timeout"] + _PATIENCE)

    def _confirm(self, name: str) -> None:
        if alias_patch(self._get(name), self._hosts):
            raise HarborError(
                "something has set the Deployment back",
                where=name,
                hint="Find out which operator or GitOps tool manages it, and give the hostAliases to that.",
            )

    def _get(self, name: str) -> Any:
        output = self._call("get", "deployment", name, "--output", "json")
        try:
            return read_shape(output, DEPLOYMENT)
        except ValueError as error:
            raise HarborError("kubectl does not describe a Deployment: {0}".format(error), where=name) from error

    def _call(self, *arguments: str, seconds: float = _PATIENCE) -> str:
        code, output, errors = self._run([*self._kubectl, *arguments], None, seconds)
        if code != 0:
            # Its output may be a Deployment with passwords.
            raise HarborError(
                "kubectl {0} failed: {1}".format(" ".join(arguments[:3]), said("", errors)),
                where="namespace {0}".format(self._options["namespace"]),
                hint=_remedy(arguments[0], errors),
            )
        return output


def _remedy(verb: str, errors: str) -> str:
    if "has been modified" in errors:
        return "Somebody else has changed it at the same time. Run again."
    if verb == "rollout":
        return "Find out what keeps the new pods from starting: kubectl describe shows their events."
    if "not found" in errors.lower():
        return (
            "Check namespace and fullname (harbor_namespace and harbor_fullname of the role): that is the name of the "
            "release, or fullnameOverride."
        )
    return "Check kubectl (harbor_kubectl of the role): its context, and what its user may do."
