# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates a login from options, for the module and the lookup.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from .._secrets import Redactor
from .api.client import Cloud
from .credentials import Credentials, find_credentials
from .errors import NOT_OFFERED, HuaweiCloudError
from .instance_login import InstanceLogins, check_instance
from .login import (
    ENHANCED,
    INSTANCE_KINDS,
    INSTANCE_LONG_TERM,
    LONG_TERM,
    TEMPORARY,
    Login,
    LoginApi,
    kind_of,
    long_term_login,
)

ACTIONS = {
    TEMPORARY: "swr::createLoginSecret",
    ENHANCED: "swr::createAuthorizationToken and sts::createServiceBearerToken",
}


class Obtained(NamedTuple):
    """A login, and warnings about how it was obtained."""

    login: Login
    source: str
    warnings: List[str]

    def as_dict(self) -> Dict[str, Any]:
        return dict(self.login.as_dict(), credentials_source=self.source)


def _keys_for(
    options: Mapping[str, Any], environ: Mapping[str, str], redactor: Redactor, home: Optional[str]
) -> Tuple[Credentials, str]:
    """The keys for the options, and the kind of login to create with them. The redactor learns the keys."""
    redactor.add(options.get("secret_key"), options.get("security_token"))
    credentials = find_credentials(options, environ, home)
    redactor.add(*credentials.secrets())
    kind = kind_of(credentials, options.get("kind") or "auto")
    _check_duration(options.get("duration"), kind)
    if kind in INSTANCE_KINDS:
        check_instance(kind, options.get("instance"), options.get("credential_name"))
    return credentials, kind


def preview_login(
    options: Mapping[str, Any], environ: Mapping[str, str], redactor: Redactor, home: Optional[str] = None
) -> Tuple[Dict[str, Any], List[str]]:
    """The login that the options would create: its kind, and its keys' source. Nothing is called or computed.

    :returns: C(kind), C(expires) and C(credentials_source), and warnings.
    """
    credentials, kind = _keys_for(options, environ, redactor, home)
    expires = kind not in (LONG_TERM, INSTANCE_LONG_TERM)
    found = {"kind": kind, "expires": expires, "credentials_source": credentials.source}
    return found, list(credentials.warnings)


def obtain_login(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    redactor: Redactor,
    before_call: Callable[[], None] = lambda: None,
    home: Optional[str] = None,
) -> Obtained:
    """Find the keys and create the login that the options describe.

    :param options: those of module C(login_token).
    :param redactor: learns every secret as soon as it is known.
    :param before_call: called before any API call; a long-term login needs none.
    """
    credentials, kind = _keys_for(options, environ, redactor, home)
    warnings = list(credentials.warnings)
    registry = options.get("registry")
    if kind == LONG_TERM:
        login = long_term_login(credentials, registry)
    elif kind in INSTANCE_KINDS:
        before_call()
        logins = InstanceLogins(Cloud("swr", credentials, options, redactor), redactor.add)
        login = logins.make(kind, options["instance"], options.get("credential_name"), registry)
    else:
        before_call()
        client = Cloud("swr", credentials, options, redactor).client("swr")
        api = LoginApi(functools.partial(client.call, action=ACTIONS[kind]), redactor.add)
        if kind == TEMPORARY:
            login = api.temporary(credentials, registry, options.get("duration"))
        else:
            login = _enhanced(api, credentials, registry)
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


def _enhanced(api: LoginApi, credentials: Credentials, registry: Optional[str]) -> Login:
    try:
        return api.enhanced(credentials, registry)
    except HuaweiCloudError as error:
        if error.code == NOT_OFFERED or error.status in (404, 405):
            error.hint = "This region may not have the enhanced login yet: use kind=temporary."
        raise
