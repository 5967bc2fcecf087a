# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable from any checkout, and skips tests whose programs are missing.

Python finds C(ansible_collections.longshore.swr) only below a folder of that name. Unless the checkout lies in one, a
link in C(.cache/collections) makes it so; programs that tests start (ansible-playbook) get the same place from the
environment.
"""

from __future__ import annotations

import atexit
import gc
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import List, Optional

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMESPACE, NAME = "longshore", "swr"
PLUGIN = "ansible_collections.longshore.swr.tests.sandbox.pytest_plugin"

# marker -> the programs that it stands for
PROGRAMS = {
    "needs_registry": ("docker-registry",),
    "needs_skopeo": ("skopeo",),
    "needs_podman": ("podman", "runc"),
}
OWN_SETTINGS = ("DEFAULT_REGISTRY", "DEFAULT_NAMESPACE", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE")

# No deadline: a busy machine is no defect. The same examples in every run, so that what a run says is said of the
# change and not of chance; HYPOTHESIS_PROFILE=search looks for new ones. The profile "few" is for other versions of
# Python and ansible-core, and for everyday use: "make test" runs the same tests with all examples.
hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("few", hypothesis.settings.get_profile("steady"), max_examples=20)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def collections_root(checkout: Path = ROOT) -> Path:
    """The folder that holds C(ansible_collections/longshore/swr), made if need be, by many processes at once too."""
    if checkout.parts[-3:] == ("ansible_collections", NAMESPACE, NAME):
        return checkout.parents[2]
    root = checkout / ".cache" / "collections"
    link = root / "ansible_collections" / NAMESPACE / NAME
    link.parent.mkdir(parents=True, exist_ok=True)
    if not (link / "galaxy.yml").is_file():
        # A name of its own first, then a rename: another process sees the old link or the new one, never none.
        temporary = link.with_name("{0}.{1}".format(NAME, os.getpid()))
        temporary.symlink_to(os.path.relpath(str(checkout), str(link.parent)), target_is_directory=True)
        os.replace(str(temporary), str(link))
    return root


def make_importable() -> None:
    root = str(collections_root())
    if root not in sys.path:
        sys.path.insert(0, root)
    others = os.environ.get("ANSIBLE_COLLECTIONS_PATH", "").split(os.pathsep)
    paths = [root] + [path for path in others if path not in ("", root)]
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = os.pathsep.join(paths)


make_importable()
if (
    importlib.util.find_spec("ansible_collections.longshore.swr.tests")
    and (ROOT / "tests" / "sandbox" / "pytest_plugin.py").is_file()
):
    pytest_plugins = [PLUGIN]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Coverage ignores property tests: it would slow down each of a hundred examples, which take the same lines."""
    if isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.obj):
        item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """The garbage collector ignores what stays until the end, thousands of tests, and at the end everything."""
    gc.freeze()
    atexit.register(gc.freeze)


def missing_requirement(item: pytest.Item) -> Optional[str]:
    """Why a test cannot run on this machine, or None."""
    programs: List[str] = [name for marker in item.iter_markers("needs_program") for name in marker.args]
    for marker, names in PROGRAMS.items():
        if item.get_closest_marker(marker):
            programs.extend(names)
    absent = sorted({name for name in programs if shutil.which(name) is None})
    if absent:
        return "needs {0} (not on the PATH)".format(", ".join(absent))
    if (item.get_closest_marker("needs_root") or item.get_closest_marker("needs_podman")) and os.geteuid() != 0:
        return "needs root"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = missing_requirement(item)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def collection_root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def collections_path() -> Path:
    """What ANSIBLE_COLLECTIONS_PATH must hold for this checkout to be found."""
    return collections_root()


@pytest.fixture(autouse=True)
def _own_credentials_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own cloud and cluster credentials and defaults must neither help nor hurt a test."""
    for name in list(os.environ):
        if name.startswith(("HUAWEICLOUD_", "HW_", "K8S_AUTH_", "KUBECONFIG", "KUBERNETES_")) or name in OWN_SETTINGS:
            monkeypatch.delenv(name)
