# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients for the APIs of Huawei Cloud: one for each service in a region, with one set of keys.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple
from urllib.parse import quote

from ..._arguments import check_ranges
from ..._http import ApiClient, ApiReply
from ..._secrets import Redactor
from ..._text import quoted
from ..credentials import Credentials, find_credentials
from ..errors import NOT_OFFERED, THROTTLED, HuaweiCloudError, hide_authorization, hint_for, read_error
from ..regions import api_endpoint
from ..signing import RequestSigner

SUCCESS = (200, 201, 202, 204)
NAMES = {"swr": "SWR", "iam": "IAM", "vpc": "VPC", "vpcep": "VPC Endpoint", "nat": "NAT Gateway"}
SERVICES = tuple(NAMES)
VALID = 15 * 60
"""Seconds in which a signature is valid."""


def segment(text: str, option: str) -> str:
    """A name or ID as one part of a path.

    :raises HuaweiCloudError: it would be a step in the path: C(..), resolved before the request is sent, would make it
        one for what is above, such as a repository in the place of its trigger.
    """
    if text in ("", ".", ".."):
        raise HuaweiCloudError("invalid name or ID {0}".format(quoted(text)), where=option, hint="Check it.")
    return quote(text, safe="")


def client_for(
    service: str,
    credentials: Credentials,
    options: Mapping[str, Any],
    redact: Callable[[str], str],
    signer: Optional[RequestSigner] = None,
) -> ApiClient:
    """A client for a service's API in the credentials' region.

    :param options: C(endpoint), C(validate_certs), C(ca_path) and C(timeout) of the shared options.
    :raises HuaweiCloudError: the API's address is unknown.
    """
    endpoint = options.get("endpoint")
    if not endpoint:
        if not credentials.region:
            raise HuaweiCloudError(
                "the region is unknown",
                where="region",
                hint="Set region, or the environment variable HW_REGION_NAME, or endpoint.",
            )
        endpoint = api_endpoint(service, credentials.region, credentials.cloud)
    verify: Any = options.get("ca_path") or True
    if options.get("validate_certs") is False:
        verify = False
    return ApiClient(
        endpoint,
        HuaweiCloudError,
        read_error,
        hint_for=hint_for,
        auth=signer or _signer(credentials),
        verify=verify,
        timeout=options.get("timeout") or 30.0,
        redact=lambda text: redact(hide_authorization(text)),
        throttled=THROTTLED,
    )


def _signer(credentials: Credentials, domain_id: Optional[str] = None) -> RequestSigner:
    return RequestSigner(
        credentials.access_key,
        credentials.secret_key,
        credentials.security_token,
        None if domain_id else credentials.project_id,
        domain_id,
    )


class ServiceClient:
    """One service's API. Its errors name the cause: the keys, the clock, a permission, or the region.

    :param service: one of C(SERVICES).
    :param options: those of C(client_for).
    :param hints: the remedies for the service's error codes, with C({grant}) for that of a missing permission.
    :param domain_id: of the account, for the APIs of IAM outside projects.
    """

    def __init__(
        self,
        service: str,
        credentials: Credentials,
        options: Mapping[str, Any],
        redact: Callable[[str], str],
        hints: Optional[Mapping[str, str]] = None,
        domain_id: Optional[str] = None,
    ) -> None:
        self._service = service
        self._temporary = credentials.security_token is not None
        self._place = credentials.region or "this region"
        self._hints = hints or {}
        self._signer = _signer(credentials, domain_id)
        self._client = client_for(service, credentials, options, redact, signer=self._signer)

    def call(
        self,
        method: str,
        path: str,
        params: Optional[Sequence[Tuple[str, str]]] = None,
        body: Any = None,
        expect: Sequence[int] = SUCCESS,
        action: Optional[str] = None,
        on: Optional[str] = None,
    ) -> ApiReply:
        """As L(ApiClient.call,#).

        :param action: the IAM action that the call needs.
        :param on: its object, for messages: C(repository team/app).
        :raises HuaweiCloudError: without a status for an API that the region lacks, so that nothing takes it
            for a missing object.
        """
        try:
            return self._client.call(method, path, params, body, expect)
        except HuaweiCloudError as error:
            raise self._explained(error, action, on) from None

    @property
    def skew(self) -> Optional[float]:
        """Seconds by which this machine's clock is ahead of the server's, from its last reply; None: unknown."""
        return self._signer.skew

    def _explained(self, error: HuaweiCloudError, action: Optional[str], on: Optional[str]) -> HuaweiCloudError:
        if error.code == NOT_OFFERED:
            name = NAMES[self._service]
            return HuaweiCloudError(
                "{0} in {1} does not have this API: {2}".format(name, self._place, error.what),
                where=error.where,
                code=error.code,
                hint="Check region and endpoint. Not every region has every service and function.",
            )
        grant = "Grant the user the IAM permission {0}{1}.".format(
            action or "for this call", " for the {0}".format(on) if on else ""
        )
        if error.code in self._hints:
            error.hint = self._hints[error.code].replace("{grant}", grant)
        elif error.status == 401:
            error.hint = self._about_keys() or error.hint
        elif error.status == 403 and error.code not in THROTTLED and action is not None:
            error.hint = grant
        return error

    def _about_keys(self) -> Optional[str]:
        skew = self._signer.skew
        if skew is not None and abs(skew) > VALID - 60:
            return "Set this machine's clock: it is {0:.0f} minutes {1} the server's.".format(
                abs(skew) / 60, "ahead of" if skew > 0 else "behind"
            )
        if self._temporary:
            return "Get new temporary keys: these may have expired. All three parts must belong together."
        return None


class Cloud:
    """The APIs of one region for one set of keys: a client for each service, created on first use.

    :param service: the one that the option C(endpoint) applies to.
    :param options: C(endpoint) and C(endpoints), service to base URL, and the others for C(client_for).
    :ivar credentials: the keys.
    """

    def __init__(
        self, service: str, credentials: Credentials, options: Mapping[str, Any], redact: Callable[[str], str]
    ) -> None:
        self._service = service
        self.credentials = credentials
        self._options = options
        self._redact = redact
        self._clients: Dict[Any, ServiceClient] = {}
        unknown = sorted(set(options.get("endpoints") or {}) - set(SERVICES))
        if unknown:
            raise HuaweiCloudError(
                "unknown service {0}".format(", ".join(unknown)),
                where="endpoints",
                hint="Use {0}.".format(", ".join(sorted(SERVICES))),
            )

    @property
    def skew(self) -> Optional[float]:
        """That of its clients, see L(ServiceClient.skew,#)."""
        return next((one.skew for one in self._clients.values() if one.skew is not None), None)

    def in_project(self, project_id: Optional[str]) -> Cloud:
        """The same with clients of its own, and with the project in its requests."""
        credentials = dataclasses.replace(self.credentials, project_id=project_id)
        return Cloud(self._service, credentials, self._options, self._redact)

    def client(
        self, service: str, hints: Optional[Mapping[str, str]] = None, domain_id: Optional[str] = None
    ) -> ServiceClient:
        """
        :raises HuaweiCloudError: the API's address is unknown.
        """
        key = (service, domain_id, id(hints))
        if key not in self._clients:
            endpoint = (self._options.get("endpoints") or {}).get(service)
            if service == self._service:
                endpoint = self._options.get("endpoint") or endpoint
            options = dict(self._options, endpoint=endpoint)
            self._clients[key] = ServiceClient(service, self.credentials, options, self._redact, hints, domain_id)
        return self._clients[key]


def cloud_from(
    service: str,
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    redactor: Redactor,
    home: Optional[str] = None,
) -> Cloud:
    """The APIs for a module's options.

    :param service: the module's own.
    :param options: those of C(ARGUMENTS) and C(API_ARGUMENTS).
    :param redactor: learns every secret as soon as it is known.
    :raises LongshoreError: there are no keys, they are incomplete, or the timeout is out of range.
    """
    check_ranges(options, {"timeout": (0.1, 86400)})
    redactor.add(options.get("secret_key"), options.get("security_token"))
    credentials = find_credentials(options, environ, home)
    redactor.add(*credentials.secrets())
    return Cloud(service, credentials, options, redactor)
