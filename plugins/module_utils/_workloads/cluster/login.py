# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say which cluster to call and as whom, and the connection that they describe.

Options and environment variables have the names and the precedence of kubernetes.core: a host with a login of its own,
else a kubeconfig or a context, else the service account of the pod, else the default kubeconfig.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import logging
import os
import traceback
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Set, Tuple

from ansible.module_utils.common.parameters import env_fallback

from ..._arguments import check_ranges
from ..._files.errors import FilesError
from ..._files.inputs import check_authorities, check_regular
from ..._http_values import basic_auth
from ..._secrets import Redactor
from ..._text import safe
from ..._time_limit import TimeIsUp, call_within, in_words
from ..._urls import check_url, host_of
from ..errors import WorkloadsError
from .client import ClusterClient

try:
    import kubernetes.client
    import kubernetes.config
    import urllib3
except ImportError:
    KUBERNETES_IMPORT_ERROR: Optional[str] = traceback.format_exc()
else:
    KUBERNETES_IMPORT_ERROR = None

LOGIN_SECONDS = 120.0
"""For a login program that a kubeconfig names: some ask a person, who is not there."""
_SECRET_KEYS = ("token", "password", "secret", "client-key-data", "id-token", "refresh-token", "access-token")


def _option(*names: str, **more: Any) -> Dict[str, Any]:
    """An option, also from the environment: each name is the end of a variable's."""
    found = {"type": "str", "fallback": (env_fallback, ["K8S_AUTH_" + name for name in names])}
    return {**found, **more}


ARGUMENTS: Dict[str, Dict[str, Any]] = {
    "kubeconfig": _option("KUBECONFIG", type="raw", no_log=True),
    "context": _option("CONTEXT"),
    "host": _option("HOST"),
    "api_key": _option("API_KEY", no_log=True),
    "username": _option("USERNAME"),
    "password": _option("PASSWORD", no_log=True),
    "client_cert": _option("CERT_FILE", "CLIENT_CERT", type="path", aliases=["cert_file"]),
    "client_key": _option("KEY_FILE", "CLIENT_KEY", type="path", aliases=["key_file"], no_log=False),
    "ca_cert": _option("SSL_CA_CERT", "CA_CERT", type="path", aliases=["ssl_ca_cert"]),
    "validate_certs": _option("VERIFY_SSL", "VALIDATE_CERTS", type="bool", aliases=["verify_ssl"]),
    "proxy": _option("PROXY"),
    "no_proxy": _option("NO_PROXY"),
    "impersonate_user": _option("IMPERSONATE_USER"),
    "impersonate_groups": _option("IMPERSONATE_GROUPS", type="list", elements="str"),
    "timeout": {"type": "float", "default": 30},
}


def secrets_of(kubeconfig: Any) -> Iterator[str]:
    """The secrets in a kubeconfig that is given as a mapping; nothing else in it needs to be masked."""
    if isinstance(kubeconfig, Mapping):
        for key, value in kubeconfig.items():
            if isinstance(value, str) and any(str(key).lower().endswith(name) for name in _SECRET_KEYS):
                yield value
            elif key == "env" and isinstance(value, list):
                yield from (str(item.get("value")) for item in value if isinstance(item, Mapping))
            else:
                yield from secrets_of(value)
    elif isinstance(kubeconfig, (list, tuple)):
        for item in kubeconfig:
            yield from secrets_of(item)


def secrets_among(masked: Iterable[str], params: Mapping[str, Any]) -> Set[str]:
    """What Ansible masks, without the texts that are only there because the whole kubeconfig is masked."""
    harmless = set(_texts_in(params["kubeconfig"])) - set(secrets_of(params["kubeconfig"]))
    return {text for text in masked if text not in harmless or text in (params["api_key"], params["password"])}


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts_in(inner)
    else:
        yield str(value)


def connect(params: Mapping[str, Any], redactor: Redactor) -> ClusterClient:
    """The client of the cluster that the options describe. It has not sent any request yet.

    :param redactor: learns the secrets.
    :raises WorkloadsError: the options, the kubeconfig or the login program that it names cannot be used.
    :raises LongshoreError: the timeout is out of range.
    """
    check_ranges(params, {"timeout": (0.1, 3600)})
    redactor.add(*(params[name] for name in ("api_key", "password") if params[name]), *secrets_of(params["kubeconfig"]))
    heard = _Heard()
    logging.getLogger().addHandler(heard)
    try:
        # The library waits for ever for a login program.
        configuration, name = call_within(LOGIN_SECONDS, lambda: _configuration(params, redactor))
    except TimeIsUp:
        raise WorkloadsError(
            "there was no login after {0}".format(in_words(LOGIN_SECONDS)),
            where="kubeconfig",
            hint="Run the login program that the kubeconfig names by hand: it may wait for input. Or set api_key.",
        ) from None
    finally:
        logging.getLogger().removeHandler(heard)
    _override(configuration, params)
    check_url(configuration.host, "host", WorkloadsError)
    if not configuration.verify_ssl:
        # The user asked for it; the library would say so for each request.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return ClusterClient(
        configuration,
        kubernetes.client.ApiClient(configuration).rest_client.pool_manager,
        name or host_of(configuration.host),
        _headers(params),
        params["timeout"],
        redactor,
        redactor(safe("; ".join(heard.texts))),
    )


class _Heard(logging.Handler):
    """What the library says about a login program that fails; it only logs that."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: List[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _configuration(params: Mapping[str, Any], redactor: Redactor) -> Tuple[Any, str]:
    """The library's configuration, and the name of the context, if one was used."""
    configuration = kubernetes.client.Configuration()
    if params["host"] and (
        params["api_key"]
        or (params["username"] and params["password"])
        or (params["client_cert"] and params["client_key"])
    ):
        return configuration, ""
    kubeconfig = params["kubeconfig"] or None
    try:
        if not kubeconfig and not params["context"]:
            try:
                kubernetes.config.load_incluster_config(client_configuration=configuration)
                return configuration, "in-cluster"
            except kubernetes.config.ConfigException:
                pass
        return configuration, _load(configuration, kubeconfig, params["context"])
    except Exception as error:  # noqa: BLE001
        # The library reads the file, runs the program that it names, and lets everything through that goes wrong there.
        raise WorkloadsError(
            "the kubeconfig cannot be used: {0}".format(redactor(safe(error)) or type(error).__name__),
            where=kubeconfig if isinstance(kubeconfig, str) else "kubeconfig",
            hint="Set kubeconfig and context, or host and api_key, or run it in a pod with a service account.",
        ) from None


def _load(configuration: Any, kubeconfig: Any, context: Optional[str]) -> str:
    if isinstance(kubeconfig, Mapping):
        kubernetes.config.load_kube_config_from_dict(kubeconfig, context, client_configuration=configuration)
        return context or str(kubeconfig.get("current-context") or "")
    for path in (kubeconfig or "").split(os.pathsep):
        # The library opens what is there, and would wait for a pipe.
        if path and os.path.exists(os.path.expanduser(path)):
            check_regular(os.path.expanduser(path))
    kubernetes.config.load_kube_config(kubeconfig, context, client_configuration=configuration)
    return context or str(kubernetes.config.list_kube_config_contexts(kubeconfig)[1]["name"])


def _override(configuration: Any, params: Mapping[str, Any]) -> None:
    """Options of the task win over the kubeconfig."""
    for name in ("client_cert", "client_key"):
        if params[name]:
            check_regular(params[name])
    fields = {
        "host": params["host"] and params["host"].strip().rstrip("/"),
        "cert_file": params["client_cert"],
        "key_file": params["client_key"],
        "ssl_ca_cert": params["ca_cert"] and _checked(params["ca_cert"]),
        "verify_ssl": params["validate_certs"],
        "proxy": params["proxy"],
        "no_proxy": params["no_proxy"],
    }
    for name, value in fields.items():
        if value is not None:
            setattr(configuration, name, value)
    if params["api_key"]:
        configuration.refresh_api_key_hook = None
        # Clients before 37 call it "authorization".
        configuration.api_key = {"authorization": "Bearer " + params["api_key"]}


def _checked(path: str) -> str:
    try:
        return check_authorities(path)
    except FilesError as error:
        hint = "Set ca_cert to a file with certificates in PEM format."
        raise WorkloadsError(error.what, where=path, hint=hint) from None


def _headers(params: Mapping[str, Any]) -> List[Tuple[str, str]]:
    headers = []
    if params["username"] and params["password"]:
        headers.append(("Authorization", basic_auth(params["username"], params["password"])))
    if params["impersonate_user"]:
        headers.append(("Impersonate-User", params["impersonate_user"]))
    headers += [("Impersonate-Group", group) for group in params["impersonate_groups"] or ()]
    return headers
