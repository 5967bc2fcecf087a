# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facade of the module C(preflight): from its options to its result.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from typing import Any, Dict, List, Mapping, Optional, Set

from .._arguments import check_ranges
from .._errors import LongshoreError
from .._huaweicloud.api.client import cloud_from
from .._huaweicloud.errors import HuaweiCloudError
from .._huaweicloud.regions import registry_host
from .._registry.errors import RulesError
from .._registry.jobs.request import RunHelper
from .._secrets import Redactor
from . import options as nested
from .account import KEY, PROJECT, Account
from .board import Board
from .checks import FAILED, WARNING, Check, counts_of, headline, table_of
from .hosts import NODES, STATE, hosts, state_directory
from .network import Network, in_variables
from .organizations import PART as ORGANIZATIONS
from .organizations import Organizations
from .registries import PART as MIGRATE
from .registries import Registries

_RANGES = {"time_limit": (1, 3600)}


class Preflight:
    """
    :param params: the options of the module.
    :raises LongshoreError: an option is invalid; nothing was asked.
    """

    def __init__(
        self, params: Mapping[str, Any], environ: Mapping[str, str], run_helper: RunHelper, redactor: Redactor
    ) -> None:
        check_ranges(params, _RANGES)
        self._params = params
        self._environ = environ
        self._run_helper = run_helper
        self._redactor = redactor
        self._network = nested.checked("network", params["network"], nested.NETWORK)
        self._migration = nested.checked("migration", params["migration"], nested.MIGRATION)
        self._harbor = nested.checked("harbor", params["harbor"], nested.harbor_spec()) if params["harbor"] else None
        self._cluster = (
            nested.checked("cluster", params["cluster"], nested.cluster_spec()) if params["cluster"] else None
        )
        self._board = Board(params["time_limit"])

    def run(self) -> List[Check]:
        """All checks."""
        params, board = self._params, self._board
        if params["state_dir"]:
            board.ask(STATE, "directory", functools.partial(state_directory, params["state_dir"]))
        if params["hosts"]:
            board.ask(NODES, "hosts", functools.partial(hosts, params["hosts"]))
        registries = self._ask_registries() if self._migration else None
        if params["account"]:
            self._ask_cloud(registries.organizations() if registries else set())
        if self._harbor:
            from .harbor import PART, ask_harbor

            board.ask(PART, "Harbor", functools.partial(ask_harbor, self._harbor, self._redactor))
        if self._cluster:
            self._ask_cluster(self._cluster)
        try:
            checks = board.answers()
            return checks if params["names"] == "options" else [in_variables(check) for check in checks]
        finally:
            if registries:
                registries.close()

    def _ask_cloud(self, targets: Set[str]) -> None:
        wanted = self._params["organizations"]
        try:
            account = Account(cloud_from("swr", self._params, self._environ, self._redactor))
        except HuaweiCloudError as error:
            found = error
            self._board.ask("account", KEY, lambda: _raise(found))
            return
        key = self._board.ask("account", KEY, account.key)
        project = self._board.ask("account", PROJECT, account.project, [key])
        organizations = Organizations(account, wanted, targets)
        listed = self._board.ask(ORGANIZATIONS, "list of organizations", organizations.listed, [key])
        self._board.ask(ORGANIZATIONS, "list of repositories", organizations.repositories, [key, listed])
        each = self._board.ask(ORGANIZATIONS, "organizations", organizations.each, [key, listed])
        self._board.ask(ORGANIZATIONS, "quota of organizations", organizations.quota, [project], [each])
        if self._network:
            Network(account, self._network).ask(self._board, project)

    def _ask_registries(self) -> Optional[Registries]:
        try:
            registries = Registries(
                self._migration or {},
                self._environ,
                self._run_helper,
                self._redactor,
                self._swr(),
                (self._network or {}).get("scenario") == "private_line",
            )
        except RulesError as error:
            problems = [Check(MIGRATE, "rules", FAILED, problem) for problem in error.problems]
            self._board.ask(MIGRATE, "rules", lambda: problems)
            return None
        registries.ask(self._board)
        return registries

    def _swr(self) -> Optional[str]:
        region = self._params["region"] or self._environ.get("HW_REGION_NAME")
        if self._params["registry"] or not region:
            found: Optional[str] = self._params["registry"]
            return found
        try:
            return registry_host(region, self._params["cloud"] or self._environ.get("HW_CLOUD"))
        except HuaweiCloudError:
            # A check about the region says so.
            return None

    def _ask_cluster(self, options: Mapping[str, Any]) -> None:
        from .cluster import DISCOVER, ask_cluster

        ask = functools.partial(ask_cluster, options, options["namespaces"], options["cutover"], self._redactor)
        self._board.ask(DISCOVER, "cluster", ask)


def _raise(error: LongshoreError) -> List[Check]:
    raise error


def result_of(checks: List[Check], fail_on: str) -> Dict[str, Any]:
    """The module's result.

    :param fail_on: C(error), C(warn) or C(never).
    """
    counts = counts_of(checks)
    bad = {"error": counts[FAILED], "warn": counts[FAILED] + counts[WARNING], "never": 0}[fail_on]
    return {
        "changed": False,
        "failed": bad > 0,
        "msg": headline(checks),
        "ok": counts[FAILED] == 0,
        "summary": counts,
        "checks": [check.as_dict() for check in checks],
        "table": table_of(checks),
    }
