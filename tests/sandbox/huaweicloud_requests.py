# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every call of the sandbox's Huawei Cloud has in common: who signed it, and how a refusal looks.

The verifier shares no code with the product's signer (API Request Signing Guide; checked by driving the sandbox with
Huawei's own SDK).
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional
from urllib.parse import quote, unquote

from .http_message import Request, Response

FLAT, ERRORS, LIST, BOTH, PLAIN, PLAINEST = "flat", "errors", "list", "both", "plain", "plainest"
# It tells who has which rights, for those who may decode it: nobody else is to see it.
ENCODED = "CiQxZjU4" + "ZW5jb2RlZC1hdXRob3JpemF0aW9uLW1lc3NhZ2U" * 4
_SKEW = 15 * 60


@dataclass
class Account:
    """A key that may call the stand-in.

    :ivar security_token: set for a temporary key: requests must carry it, signed.
    :ivar projects: name to id, as IAM lists them.
    :ivar denied: paths that this key has no permission for, alone or after a method, as in C(GET /v1/pid-1/vpcs).
    :ivar user_id: of the IAM user whose key it is; C(user_name) is the name.
    :ivar domain_id: of the account that the user belongs to.
    :ivar looks_up_users: whether the user may ask IAM for others.
    """

    access_key: str
    secret_key: str = field(repr=False)
    security_token: Optional[str] = field(default=None, repr=False)
    projects: Dict[str, str] = field(default_factory=dict)
    denied: List[str] = field(default_factory=list)
    user_id: str = "10000000000000000000000000000001"
    user_name: str = "operator"
    domain_id: str = "d0000000000000000000000000000001"
    looks_up_users: bool = True


class RefusedError(Exception):
    """The request ends with an error reply.

    :param shape: which of the shapes of error bodies to use.
    """

    def __init__(self, status: int, code: str, message: str, shape: str = FLAT, retry_after: Optional[str] = None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.shape = shape
        self.retry_after = retry_after

    def response(self) -> Response:
        swr = {"errorCode": self.code, "errorMessage": self.message}
        bodies: Dict[str, Any] = {
            FLAT: {"error_code": self.code, "error_msg": self.message, "request_id": "sandbox"},
            ERRORS: {"errors": [swr]},
            LIST: [swr],
            PLAIN: swr,
            PLAINEST: {"code": self.code, "message": self.message},
            BOTH: {
                "errors": [dict(swr, detail="", encoded_authorization_message=ENCODED)],
                "error_code": self.code,
                "error_msg": self.message,
                "details": [],
            },
        }
        reply = reply_json(self.status, bodies[self.shape])
        if self.retry_after is not None:
            reply.headers["Retry-After"] = self.retry_after
        return reply


def reply_json(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def unauthorized(why: str) -> RefusedError:
    return RefusedError(401, "APIGW.0301", "Incorrect IAM authentication information: " + why)


class SignatureVerifier:
    """Judges the C(Authorization) header of a request as the API gateway does.

    :param accounts: access key to account.
    :param clock: seconds since the epoch.
    """

    SCHEME = "SDK-HMAC-SHA256 "

    def __init__(self, accounts: Dict[str, Account], clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._clock = clock

    def verify(self, request: Request, body: bytes) -> Account:
        """The account that signed.

        :raises RefusedError: with 401, for whatever is wrong.
        """
        given = self._fields(request.headers.get("authorization", ""))
        account = self._accounts.get(given["Access"])
        if account is None:
            raise unauthorized("unknown access key")
        names = given["SignedHeaders"].split(";")
        # The host need not be signed: clients in Go do not.
        if names != sorted(names) or "x-sdk-date" not in names:
            raise unauthorized("SignedHeaders must be sorted and have x-sdk-date")
        self._check_date(request.headers.get("x-sdk-date", ""))
        token = request.headers.get("x-security-token")
        if token != account.security_token:
            raise unauthorized("the security token does not belong to the access key")
        if token is not None and "x-security-token" not in names:
            raise unauthorized("x-security-token is not signed")
        if not hmac.compare_digest(self._signature(request, body, names, account.secret_key), given["Signature"]):
            raise unauthorized("verify aksk signature fail")
        return account

    def _fields(self, header: str) -> Dict[str, str]:
        if not header.startswith(self.SCHEME):
            raise unauthorized("no signature")
        fields = {}
        for part in header[len(self.SCHEME) :].split(", "):
            name, equals, value = part.partition("=")
            if not equals:
                raise unauthorized("malformed signature")
            fields[name] = value
        if sorted(fields) != ["Access", "Signature", "SignedHeaders"]:
            raise unauthorized("malformed signature")
        return fields

    def _check_date(self, text: str) -> None:
        try:
            then = calendar.timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
        except ValueError:
            raise unauthorized("X-Sdk-Date is no date") from None
        if abs(self._clock() - then) > _SKEW:
            raise unauthorized("the signature has expired")

    @staticmethod
    def _signature(request: Request, body: bytes, names: List[str], key: str) -> str:
        path = quote(unquote(request.target.split("?")[0]), safe="/~")
        fields = []
        for item in filter(None, request.raw_query.replace("+", "%20").split("&")):
            name, _equals, value = item.partition("=")
            fields.append((unquote(name), unquote(value)))
        fields.sort()
        text = request.method + "\n"
        text += path + ("" if path.endswith("/") else "/") + "\n"
        text += "&".join(quote(name, safe="~") + "=" + quote(value, safe="~") for name, value in fields) + "\n"
        for name in names:
            if name not in request.headers:
                raise unauthorized("the signed header " + name + " is missing")
            text += name + ":" + request.headers[name] + "\n"
        text += "\n" + ";".join(names) + "\n" + hashlib.sha256(body).hexdigest()
        signed = "SDK-HMAC-SHA256\n" + request.headers["x-sdk-date"] + "\n" + hashlib.sha256(text.encode()).hexdigest()
        return hmac.new(key.encode(), signed.encode(), "sha256").hexdigest()
