# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration file of C(python -m tests.sandbox): several servers, checked before any is started."""

from __future__ import annotations

import importlib
import json
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from .auth import ALL_ACTIONS, BasicAuth, BearerAuth, NoAuth, Permission, User
from .faults import Fault
from .harbor import HarborServer
from .harbor_options import Options as HarborOptions
from .images import FACTORIES
from .registry import Options, Registry
from .swr import Manners, Swr
from .tls import Certificates
from .workloads import WORKLOADS

COMMON = {"name", "kind", "host", "port", "tls"}
KEYS = {
    "registry": COMMON | {"auth", "storage", "faults", "options", "images"},
    "swr": COMMON
    | {"keys", "project", "organizations", "public", "manners", "obs_host", "obs_port", "obs_address", "token"}
    | {"storage", "faults", "options", "images"},
    "harbor": COMMON | {"version", "users", "registry", "options", "resolve", "ca_path", "faults", "images"},
    "huaweicloud": COMMON
    | {
        "accounts",
        "region",
        "registry",
        "swr",
        "users",
        "instances",
        "organizations",
        "foreign",
        "quota",
        "steps",
        "addresses",
        "page",
        "faults",
    },
    "kubernetes": COMMON | {"tokens", "objects", "many", "resources", "clients", "controllers", "version", "faults"},
}
AUTH_KEYS = {
    "none": {"kind"},
    "basic": {"kind", "users", "anonymous"},
    "bearer": {"kind", "users", "anonymous", "realm", "service", "ttl", "max_uses", "tell_expiry"},
}
TOKEN_KEYS = {"ttl", "max_uses", "tell_expiry", "realm"}
IMAGE_KEYS = {"factory", "workload", "repository", "tag", "options"}


class ConfigError(ValueError):
    """The configuration is wrong.

    :ivar problems: every problem, each with its place.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class Checker:
    """Collects problems with their places."""

    def __init__(self) -> None:
        self.problems: List[str] = []

    def say(self, where: str, what: str) -> None:
        self.problems.append("{0}: {1}".format(where, what))

    def mapping(self, where: str, value: Any, known: Optional[Any] = None) -> Dict[str, Any]:
        """The value if it is a mapping of known keys, else an empty one and a problem."""
        if not isinstance(value, Mapping):
            self.say(where, "must be a mapping, not {0}".format(type(value).__name__))
            return {}
        for key in value:
            if known is not None and key not in known:
                self.say("{0}.{1}".format(where, key), "unknown; known: {0}".format(", ".join(sorted(known))))
        return {str(key): item for key, item in value.items() if known is None or key in known}

    def sequence(self, where: str, value: Any) -> List[Any]:
        if not isinstance(value, (list, tuple)):
            self.say(where, "must be a list, not {0}".format(type(value).__name__))
            return []
        return list(value)

    def build(self, where: str, make: Callable[[], Any]) -> Any:
        """What C(make) returns; what it does not like becomes a problem."""
        try:
            return make()
        except (TypeError, ValueError, KeyError, AttributeError) as problem:
            self.say(where, str(problem) or type(problem).__name__)
            return None


class Plan:
    """One server to start and the images to put into it."""

    def __init__(self, name: str, server: Any, images: Sequence[Callable[[], Any]] = ()) -> None:
        self.name = name
        self.server = server
        self.images = list(images)


def read_config(path: str) -> Any:
    """The content of a JSON or (names other than C(*.json)) YAML file.

    :raises ConfigError: the file cannot be read or parsed.
    """
    try:
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
        if path.endswith(".json"):
            return json.loads(text)
        return importlib.import_module("yaml").safe_load(text)
    except ImportError as problem:
        raise ConfigError(["{0}: YAML needs PyYAML; use a file named *.json".format(path)]) from problem
    except (OSError, ValueError) as problem:
        raise ConfigError(["{0}: {1}".format(path, problem)]) from problem
    except Exception as problem:
        # The YAML library's errors have a base class of their own, which may not be importable here.
        if type(problem).__module__.startswith("yaml"):
            raise ConfigError(["{0}: {1}".format(path, problem)]) from problem
        raise


def plan_servers(document: Any) -> List[Plan]:
    """The servers that the configuration describes, not yet started.

    :raises ConfigError: with every problem.
    """
    check = Checker()
    top = check.mapping("configuration", document, {"instances", "tls_directory"})
    instances = check.sequence("instances", top.get("instances", []))
    if not instances and not check.problems:
        check.say("instances", "no server is described")
    plans: List[Plan] = []
    names: List[Any] = [item.get("name") for item in instances if isinstance(item, Mapping)]
    for name in sorted({name for name in names if isinstance(name, str) and names.count(name) > 1}):
        check.say("instances", "the name {0!r} occurs twice".format(name))
    for number, item in enumerate(instances):
        plan = _plan(check, "instances[{0}]".format(number), item, top.get("tls_directory"), plans)
        if plan is not None:
            plans.append(plan)
    _join(check, plans, instances)
    if check.problems:
        raise ConfigError(check.problems)
    return plans


def _join(check: Checker, plans: Sequence[Plan], instances: Sequence[Any]) -> None:
    """Clouds speak for the SWR that their key C(swr) names."""
    servers = {plan.name: plan.server for plan in plans}
    for number, item in enumerate(instances):
        named = item.get("swr") if isinstance(item, Mapping) and item.get("kind") == "huaweicloud" else None
        if named is None or item.get("name") not in servers:
            continue
        if getattr(servers.get(named), "kind", None) != "swr":
            check.say("instances[{0}].swr".format(number), "there is no instance {0!r} of the kind swr".format(named))
        else:
            servers[item["name"]].serve(servers[named])


def _plan(
    check: Checker, where: str, item: Any, tls_directory: Optional[str], earlier: Sequence[Plan]
) -> Optional[Plan]:
    kind = item.get("kind", "registry") if isinstance(item, Mapping) else None
    if kind is not None and kind not in KEYS:
        check.say(where + ".kind", "{0!r} is none of {1}".format(kind, ", ".join(KEYS)))
        return None
    values = check.mapping(where, item, KEYS.get(kind or "", set()))
    name = values.get("name")
    if not isinstance(name, str) or not name:
        check.say(where + ".name", "missing")
        return None
    before = len(check.problems)
    common = _common(check, where, name, values, tls_directory)
    if kind == "huaweicloud":
        return None if len(check.problems) > before else _huaweicloud(check, where, values, common)
    if kind == "kubernetes":
        return None if len(check.problems) > before else _kubernetes(check, where, values, common)
    if kind == "harbor":
        server = _harbor(check, where, values, common, {plan.name: plan.server for plan in earlier})
    else:
        server = (_registry if kind == "registry" else _swr)(check, where, values, common)
    if server is None or len(check.problems) > before:
        return None
    images = [
        _image(check, "{0}.images[{1}]".format(where, number), entry, server)
        for number, entry in enumerate(check.sequence(where + ".images", values.get("images", [])))
    ]
    return Plan(name, server, [image for image in images if image is not None])


def _common(check: Checker, where: str, name: str, values: Mapping[str, Any], tls_directory: Any) -> Dict[str, Any]:
    port = values.get("port", 0)
    if not isinstance(port, int) or not 0 <= port <= 65535:
        check.say(where + ".port", "must be a number from 0 (any free port) to 65535")
    tls = values.get("tls", False)
    if not isinstance(tls, bool):
        tls = _certificates(check, where + ".tls", name, tls_directory, tls)
    elif tls and tls_directory:
        tls = check.build(where + ".tls", lambda: Certificates(tls_directory))
    storage = values.get("storage", "memory")
    if not isinstance(storage, str):
        check.say(where + ".storage", "must be 'memory' or a directory")
    faults = []
    for number, fault in enumerate(check.sequence(where + ".faults", values.get("faults", []))):
        place = "{0}.faults[{1}]".format(where, number)
        rule = check.mapping(place, fault)
        faults.append(check.build(place, lambda rule=rule: Fault.from_mapping(rule)))
    known = HarborOptions._fields if values.get("kind") == "harbor" else Options._fields
    options = check.mapping(where + ".options", values.get("options", {}), set(known))
    return {
        "name": name,
        "host": values.get("host", "127.0.0.1"),
        "port": port,
        "tls": tls,
        "storage": None if storage == "memory" else storage,
        "faults": [fault for fault in faults if fault is not None],
        "options": options,
    }


def _certificates(check: Checker, where: str, name: str, directory: Optional[str], value: Any) -> Any:
    """A certificate of the server's own, from the authority in the directory that all servers share."""
    if not isinstance(value, Mapping):
        check.say(where, "must be true or false, or a mapping with names and days")
        return None
    before = len(check.problems)
    values = check.mapping(where, value, {"names", "days"})
    names = check.sequence(where + ".names", values.get("names", []))
    days = values.get("days", 3650)
    if not directory:
        check.say(where, "a certificate of its own needs a tls_directory")
    if not names or not all(isinstance(item, str) for item in names):
        check.say(where + ".names", "needs at least one name or address")
    if not isinstance(days, int) or isinstance(days, bool):
        check.say(where + ".days", "must be a number")
    if directory is None or len(check.problems) > before:
        return None
    return check.build(where, lambda: Certificates(directory, names, days, name))


def _registry(check: Checker, where: str, values: Mapping[str, Any], common: Dict[str, Any]) -> Optional[Registry]:
    auth = _auth(check, where + ".auth", values.get("auth", {"kind": "none"}))
    return None if check.problems else check.build(where, lambda: Registry(auth=auth, **common))


def _auth(check: Checker, where: str, value: Any) -> Optional[NoAuth]:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if kind not in AUTH_KEYS:
        check.say(where + ".kind", "{0!r} is none of {1}".format(kind, ", ".join(AUTH_KEYS)))
        return None
    options = check.mapping(where, value, AUTH_KEYS[kind])
    options.pop("kind", None)
    if kind == "none":
        return NoAuth()
    users = check.mapping(where + ".users", options.pop("users", {}))
    made = {name: _user(check, "{0}.users.{1}".format(where, name), user) for name, user in users.items()}
    anonymous = _permissions(check, where + ".anonymous", options.pop("anonymous", []))
    kind_of_auth = BasicAuth if kind == "basic" else BearerAuth
    return check.build(where, lambda: kind_of_auth(made, anonymous, **options))


def _user(check: Checker, where: str, value: Any) -> User:
    if isinstance(value, str):
        return User(value)
    values = check.mapping(where, value, {"password", "permissions"})
    if not isinstance(values.get("password"), str):
        check.say(where + ".password", "must be a text")
    given = values.get("permissions")
    return User(
        str(values.get("password")), None if given is None else _permissions(check, where + ".permissions", given)
    )


def _permissions(check: Checker, where: str, value: Any) -> Tuple[Permission, ...]:
    found = []
    for number, item in enumerate(check.sequence(where, value)):
        place = "{0}[{1}]".format(where, number)
        values = check.mapping(place, item, {"repository", "actions"})
        actions = check.sequence(place + ".actions", values.get("actions", list(ALL_ACTIONS)))
        wrong = [action for action in actions if action not in ALL_ACTIONS]
        if wrong or not isinstance(values.get("repository"), str):
            check.say(place, "needs a repository (pattern) and actions of {0}".format(", ".join(ALL_ACTIONS)))
        found.append(Permission(str(values.get("repository")), tuple(actions)))
    return tuple(found)


def _swr(check: Checker, where: str, values: Mapping[str, Any], common: Dict[str, Any]) -> Optional[Swr]:
    keys = check.mapping(where + ".keys", values.get("keys", {}))
    if not keys or not all(isinstance(secret, str) for secret in keys.values()):
        check.say(where + ".keys", "needs at least one access key with its secret key as a text")
    manners = check.mapping(where + ".manners", values.get("manners", {}), set(Manners._fields))
    token = check.mapping(where + ".token", values.get("token", {}), TOKEN_KEYS)
    lists = {
        name: check.sequence("{0}.{1}".format(where, name), values.get(name, []))
        for name in ("organizations", "public")
    }
    plain = {name: values[name] for name in ("project", "obs_host", "obs_port", "obs_address") if name in values}
    if check.problems:
        return None
    return check.build(where, lambda: Swr(keys, manners=manners, token_options=token, **lists, **plain, **common))


def _harbor(
    check: Checker, where: str, values: Mapping[str, Any], common: Dict[str, Any], earlier: Mapping[str, Any]
) -> Optional[HarborServer]:
    """A Harbor. Its storage, and where host names are found, may be instances that stand before it in the file."""
    users = check.mapping(where + ".users", values.get("users", {}))
    made = {
        name: user if isinstance(user, str) else _user(check, "{0}.users.{1}".format(where, name), user)
        for name, user in users.items()
    }
    resolve = check.mapping(where + ".resolve", values.get("resolve", {}))
    found = {host: earlier.get(target, target) for host, target in resolve.items()}
    for host, target in found.items():
        if isinstance(target, str) and ":" not in target:
            check.say("{0}.resolve.{1}".format(where, host), "{0!r} is no instance before this one".format(target))
    registry = earlier.get(values.get("registry", ""))
    if "registry" in values and getattr(registry, "kind", None) != "registry":
        check.say(where + ".registry", "{0!r} is no registry before this one".format(values["registry"]))
    plain = {name: values[name] for name in ("version", "ca_path") if name in values}
    own = {name: item for name, item in common.items() if name != "storage"}
    if check.problems:
        return None
    return check.build(where, lambda: HarborServer(users=made, registry=registry, resolve=found, **plain, **own))


def _huaweicloud(check: Checker, where: str, values: Mapping[str, Any], common: Dict[str, Any]) -> Optional[Plan]:
    # Loaded only when it is asked for: most tests need no cloud.
    module = importlib.import_module(".huaweicloud", __package__)
    options = {key: item for key, item in values.items() if key not in ("name", "kind", "swr", "faults")}
    accounts = []
    for number, account in enumerate(check.sequence(where + ".accounts", options.pop("accounts", []))):
        place = "{0}.accounts[{1}]".format(where, number)
        fields = check.mapping(place, account)
        accounts.append(check.build(place, lambda fields=fields: module.Account(**fields)))
    if not accounts:
        check.say(where + ".accounts", "needs at least one account with access_key and secret_key")
    options.update({name: common[name] for name in ("host", "port", "tls", "faults")})
    server = check.build(where, lambda: module.HuaweiCloudServer(accounts, **options))
    return None if server is None else Plan(common["name"], server)


def _kubernetes(check: Checker, where: str, values: Mapping[str, Any], common: Dict[str, Any]) -> Optional[Plan]:
    # Loaded only when it is asked for, as above.
    module = importlib.import_module(".kubernetes", __package__)
    kinds = importlib.import_module(".kubernetes_kinds", __package__)
    objects = importlib.import_module(".kubernetes_objects", __package__)
    own = {name: common[name] for name in ("name", "host", "port", "tls", "faults")}
    plain = {name: values[name] for name in ("clients", "controllers", "version") if name in values}
    tokens = check.mapping(where + ".tokens", values.get("tokens", {module.TOKEN: "admin"}))
    given = check.sequence(where + ".objects", values.get("objects", []))
    many = check.mapping(where + ".many", values.get("many", {}))
    resources = []
    for number, resource in enumerate(check.sequence(where + ".resources", values.get("resources", []))):
        place = "{0}.resources[{1}]".format(where, number)
        fields = check.mapping(place, resource)
        resources.append(check.build(place, lambda fields=fields: kinds.custom(**fields)))
    if check.problems:
        return None
    server = check.build(
        where, lambda: module.KubernetesServer(tokens=tokens, objects=given, resources=resources, **plain, **own)
    )
    if server is not None and many:
        check.build(where + ".many", lambda: server.load(objects.many(**many)))
    return None if server is None else Plan(common["name"], server)


def _image(check: Checker, where: str, value: Any, registry: Registry) -> Optional[Callable[[], Any]]:
    before = len(check.problems)
    values = check.mapping(where, value, IMAGE_KEYS)
    options = check.mapping(where + ".options", values.get("options", {}))
    factory, workload = values.get("factory"), values.get("workload")
    if (factory in FACTORIES) == (workload in WORKLOADS):
        text = "needs a factory ({0}) or a workload ({1})"
        check.say(where, text.format(", ".join(FACTORIES), ", ".join(WORKLOADS)))
    if factory and not isinstance(values.get("repository"), str):
        check.say(where + ".repository", "missing")
    if len(check.problems) > before:
        return None
    if workload:
        return lambda: [registry.load(item.image, item.repository, item.tag) for item in WORKLOADS[workload](**options)]
    tag = str(values.get("tag", "latest"))
    seed = options.pop("seed", "{0}:{1}".format(values["repository"], tag))
    return lambda: registry.load(FACTORIES[factory](seed, **options), values["repository"], tag)
