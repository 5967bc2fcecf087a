# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests whether Harbor reaches a registry, and whether its login is correct.

For type C(huawei-SWR) Harbor's own connection test always reports healthy. It does try if asked
to treat the stored registry as type C(docker-registry): then it calls the stored address with
the stored login. That changes nothing.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional

from ..._http import UNEXPLAINED
from ..api.client import HarborClient
from ..errors import HarborError

# Types with a useless test, and the type to test them as.
_TESTED_AS = {"huawei-SWR": "docker-registry"}
# Harbor returns 400 if the test failed, 500 if it could not run it; 1.10 sometimes confuses them.
_FAILED = (400, 500)


class ConnectionResult(NamedTuple):
    """The result of a test.

    :ivar message: Harbor's message, and its meaning.
    :ivar hint: what can be done about it.
    :ivar login_refused: the address answers but rejects the login.
    """

    healthy: bool
    message: str
    hint: Optional[str] = None
    login_refused: bool = False

    def as_dict(self) -> Dict[str, Any]:
        return {"tested": True, "healthy": self.healthy, "message": self.message}


NOT_TESTED = {"tested": False, "healthy": None, "message": "not tested"}


class ConnectionTester:
    """The connection tests of one Harbor."""

    def __init__(self, client: HarborClient) -> None:
        self._client = client

    def test(self, number: int, state: Mapping[str, Any]) -> ConnectionResult:
        """
        :param number: the registry's id.
        :param state: the registry as C(model.registry_state) returns it.
        :raises HarborError: the test itself was refused.
        """
        said = self._ping(number, state)
        if said is None:
            login = ", and {0} may log in".format(state["access_key"]) if state["access_key"] else ""
            return ConnectionResult(True, "Harbor reaches {0}{1}".format(state["url"], login))
        # 1.10 has the same empty message for every cause.
        words = "Harbor gives no reason" if said == UNEXPLAINED else "Harbor says: {0}".format(said)
        return self._diagnosis(number, state, words)

    def _ping(self, number: int, state: Mapping[str, Any], **instead: Any) -> Optional[str]:
        """Harbor's message if the test fails, else V(None). C(instead) overrides stored fields."""
        body = {"id": number, "type": _TESTED_AS.get(state["type"], state["type"]), **instead}
        try:
            self._client.post("/registries/ping", body, expect=(200,))
        except HarborError as error:
            if error.status is None:
                # Harbor has just answered other calls, so it is waiting for the registry.
                return "nothing ({0})".format(error.what)
            if error.status not in _FAILED:
                raise
            return error.what
        return None

    def _diagnosis(self, number: int, state: Mapping[str, Any], said: str) -> ConnectionResult:
        """Find the cause of a failed test: Harbor does not distinguish causes.

        The newest versions do not allow overriding C(insecure) in a test. Then a bad certificate cannot be told from an
        address that does not answer, and the message says so.
        """
        anonymous = {"access_key": "", "access_secret": ""}
        if state["access_key"] and self._ping(number, state, **anonymous) is None:
            return ConnectionResult(
                False,
                "{0} answers, but refuses the login of {1}. {2}".format(state["url"], state["access_key"], said),
                "Check access_key and access_secret. For SWR these are <project>@<access key> and the long-term "
                "login key, from module login_token.",
                login_refused=True,
            )
        verifying = state["url"].startswith("https://") and not state["insecure"]
        unverified: Dict[str, Any] = {"insecure": True, **anonymous}
        if state["ca_certificate"]:
            # It goes before insecure.
            unverified["ca_certificate"] = ""
        if verifying and self._ping(number, state, **unverified) is None:
            return ConnectionResult(
                False,
                "{0} answers, but Harbor does not trust its certificate. {1}".format(state["url"], said),
                "Use the name in the certificate, or set Harbor's certificate authority. Set insecure to true to "
                "leave it unverified, as with the domain name of a VPC endpoint.",
            )
        return ConnectionResult(
            False,
            "Harbor does not reach {0}{1}. {2}".format(
                state["url"], ", or does not trust its certificate" if verifying else "", said
            ),
            "Check that the host's name can be resolved, and its port reached, in Harbor's containers core and "
            "jobservice; see their logs.",
        )
