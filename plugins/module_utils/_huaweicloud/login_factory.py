# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to a login: what the module and the lookup have in common.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from .._secrets import Redactor
from .api.client import client_for
from .credentials import Credentials, find_credentials
from .errors import HuaweiCloudError, hint_for
from .login import LONG_TERM, TEMPORARY, Login, LoginApi, kind_of, long_term_login

PERMISSION_HINT = {
    "temporary": "Grant the user the IAM permission swr::createLoginSecret.",
    "enhanced": "Grant the user the IAM permissions swr::createAuthorizationToken and sts::createServiceBearerToken.",
}


class Obtained(NamedTuple):
    """A login, and what the user should know about how it came about."""

    login: Login
    source: str
    warnings: List[str]

    def as_dict(self) -> Dict[str, Any]:
        return dict(self.login.as_dict(), credentials_source=self.source)


def _keys_for(
    options: Mapping[str, Any], environ: Mapping[str, str], redactor: Redactor, home: Optional[str]
) -> Tuple[Credentials, str]:
    """The keys that the options ask for, and the kind of login to make from them. The redactor learns the keys."""
    redactor.add(options.get("secret_key"), options.get("security_token"))
    credentials = find_credentials(options, environ, home)
    redactor.add(*credentials.secrets())
    kind = kind_of(credentials, options.get("kind") or "auto")
    _check_duration(options.get("duration"), kind)
    return credentials, kind


def preview_login(
    options: Mapping[str, Any], environ: Mapping[str, str], redactor: Redactor, home: Optional[str] = None
) -> Tuple[Dict[str, Any], List[str]]:
    """What login the options would make: its kind, and where its keys are. Nothing is called or computed.

    :returns: C(kind), C(expires) and C(credentials_source), and warnings.
    """
    credentials, kind = _keys_for(options, environ, redactor, home)
    found = {"kind": kind, "expires": kind != LONG_TERM, "credentials_source": credentials.source}
    return found, list(credentials.warnings)


def obtain_login(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    redactor: Redactor,
    before_call: Callable[[], None] = lambda: None,
    home: Optional[str] = None,
) -> Obtained:
    """Finds the keys and makes the login that the options ask for.

    :param options: those of module C(login_token).
    :param redactor: learns every secret as soon as it is known.
    :param before_call: is called before an API is; a long-term login needs none.
    """
    credentials, kind = _keys_for(options, environ, redactor, home)
    warnings = list(credentials.warnings)
    registry = options.get("registry")
    if kind == LONG_TERM:
        login = long_term_login(credentials, registry)
    else:
        before_call()
        client = client_for("swr", credentials, options, redactor, lambda status, code: _hint(kind, status, code))
        api = LoginApi(client.call, redactor.add)
        if kind == TEMPORARY:
            login = api.temporary(credentials, registry, options.get("duration"))
        else:
            login = api.enhanced(credentials, registry)
    redactor.add(*login.secrets())
    if login.expires and login.expires_at is None:
        warnings.append("SWR did not say when this login expires: do not rely on any lifetime.")
    return Obtained(login, credentials.source, warnings)


def _check_duration(duration: Optional[int], kind: str) -> None:
    if duration is None:
        return
    if kind != TEMPORARY:
        raise HuaweiCloudError(
            "only a temporary login has a duration, this one is {0}".format(kind),
            where="duration",
            hint="Set kind=temporary, or leave duration out.",
        )
    if not 900 <= duration <= 86400:
        raise HuaweiCloudError(
            "{0} seconds is out of range".format(duration),
            where="duration",
            hint="Choose between 900 (15 minutes) and 86400 (24 hours).",
        )


def _hint(kind: str, status: int, code: Optional[str]) -> Optional[str]:
    hint = hint_for(status, code)
    if status == 403 and hint == hint_for(403, None):
        return PERMISSION_HINT[kind]
    if status in (404, 405) and kind == "enhanced":
        return "This region may not have the enhanced login yet: use kind=temporary."
    return hint
