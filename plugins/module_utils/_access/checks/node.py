# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the node's own settings.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List

from ..context import is_public
from ..engine_proxies import EngineProxies
from ..results import Result, failed, passed, warned
from .base import Check


class Proxy(Check):
    """Would a container engine use a proxy, and is that intended?

    The other checks always connect directly, to test the path to the endpoint. If an engine uses a proxy, their
    results do not apply to it; this check reports that.
    """

    id = "env.proxy"
    after = ("dns.nss", "blob.redirect")
    hint = (
        "Add {0} to NO_PROXY where the proxy is set (and restart that engine), or remove the proxy. The other checks "
        "connected directly."
    )

    def run(self, context: Any) -> Result:
        options = context.options
        hosts = [(options.host, options.port), *((host, 443) for host in self._obs_hosts(context))]
        proxies = EngineProxies(context.system)
        settings = proxies.settings()
        proxied: List[str] = []
        lacking: List[str] = []
        for setting in settings:
            through = [host for host, port in hosts if setting.applies_to(host, port)]
            if through:
                proxied.append("{0}: {1} for {2}".format(setting.source, setting.shown, ", ".join(through)))
                lacking.extend(host for host in through if host not in lacking)
        known: Dict[str, Any] = {
            "target": ", ".join(host for host, _port in hosts),
            "observed": tuple(proxied),
            "source": "environment",
        }
        if proxies.unread and not proxied:
            text = "cannot tell whether a proxy is set: {0} cannot be parsed".format(", ".join(proxies.unread))
            return warned(text, "Correct the file; the engine does not start with it either.", **known)
        if not settings:
            return passed("no proxy is set", **known)
        if not proxied:
            return passed("NO_PROXY excludes the registry and OBS from the proxy", **known)
        text = "an engine would go through a proxy: {0}".format("; ".join(proxied))
        hint = self.hint.format(", ".join(lacking))
        # A proxy does not know the private endpoint: it resolves the name itself, to the public address.
        private = options.expected_addresses or context.addresses
        if private and not any(map(is_public, private)):
            return failed(text + " (the registry is at a private address)", hint, **known)
        return warned(text, hint, **known)

    @staticmethod
    def _obs_hosts(context: Any) -> List[str]:
        if context.observed_obs_hosts:
            return context.observed_obs_hosts
        # C(swr.<region>.<cloud>) keeps its layers under C(obs.<region>.<cloud>).
        label, _dot, rest = context.options.host.lower().partition(".")
        return ["obs." + rest] if label == "swr" and rest else []
