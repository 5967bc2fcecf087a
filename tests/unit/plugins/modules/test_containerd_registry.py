# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module containerd_registry, with a containerd that prints what versions 1.6 to 2.2 print."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.modules import containerd_registry

DIRECTORY = "/etc/containerd/certs.d"
BOTH = DIRECTORY + ":/etc/docker/certs.d"
# As "containerd config dump" writes them, without what is no concern here.
V2 = """disabled_plugins = []
imports = ["/etc/containerd/config.toml"]
version = 2

[plugins]

  [plugins."io.containerd.grpc.v1.cri"]
    sandbox_image = "registry.k8s.io/pause:3.6"

    [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "PATH"

      [plugins."io.containerd.grpc.v1.cri".registry.auths]

      [plugins."io.containerd.grpc.v1.cri".registry.configs]
CONFIGS
      [plugins."io.containerd.grpc.v1.cri".registry.headers]

      [plugins."io.containerd.grpc.v1.cri".registry.mirrors]
MIRRORS
[timeouts]
  "io.containerd.timeout.shim.cleanup" = "5s"
"""
V3 = V2.replace("version = 2", "version = 3").replace("io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images")
V3 = V3.replace('plugins."io.containerd.cri.v1.images"', "plugins.'io.containerd.cri.v1.images'")
TABLE = '[plugins."io.containerd.grpc.v1.cri".registry.{0}]\n'
MIRRORS = TABLE.format('mirrors."docker.io"') + 'endpoint = ["https://m"]\n'
TLS = TABLE.format('configs."a"') + TABLE.format('configs."a".tls')
AUTH = TABLE.format('configs."a".auth') + 'password = "pAss"\n'


def dumped(shape: str, path: str = "", mirrors: str = "", configs: str = "") -> str:
    text = shape.replace("PATH", path)
    if shape is V3:
        mirrors, configs = (item.replace("grpc.v1.cri", "cri.v1.images") for item in (mirrors, configs))
    return text.replace("MIRRORS\n", mirrors).replace("CONFIGS\n", configs)


class Module:
    """What the module uses of AnsibleModule. C(containerd) turns the text of a file into what the program prints."""

    def __init__(self, folder: Path, containerd: Any, check_mode: bool = False, **options: Any) -> None:
        defaults = {"config": str(folder / "config.toml"), "directory": DIRECTORY, "set_config_path": False}
        self.params = dict(defaults, **options)
        self.check_mode, self._diff = check_mode, True
        self.tmpdir = str(folder / "tmp")
        os.makedirs(self.tmpdir, exist_ok=True)
        self.no_log_values: Set[str] = set()
        self.result: Dict[str, Any] = {}
        self.warnings: List[str] = []
        self._containerd = containerd

    def get_bin_path(self, _name: str, opt_dirs: Any) -> Optional[str]:
        return "/usr/bin/containerd" if self._containerd and opt_dirs else None

    def run(self, words: List[str]) -> Tuple[int, bytes, bytes]:
        if words[1:] == ["config", "default"]:
            output = self._containerd(None)
        else:
            assert words[1] == "--config"
            output = self._containerd(Path(words[2]).read_text(encoding="utf-8"))
        return (1, b"", b"containerd: no\x1b TOML") if output is None else (0, output.encode(), b"")

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def exit_json(self, **result: Any) -> None:
        self.result = result

    def fail_json(self, **result: Any) -> None:
        self.result = dict(result, failed=True)


def run(folder: Path, containerd: Any = None, **options: Any) -> Module:
    module = Module(folder, containerd, **options)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(containerd_registry, "run_to_end", module.run)
        containerd_registry.run(module)
    return module


def prints(shape: str, **settings: str) -> Any:
    """A containerd that takes config_path from the file, where that has it."""

    def containerd(text: Optional[str]) -> str:
        path = settings.get("path", "")
        for line in (text or "").splitlines():
            path = line.partition('"')[2].rstrip('"') if line.strip().startswith("config_path") else path
        return dumped(shape, **dict(settings, path=path))

    return containerd


@pytest.mark.parametrize("shape", [V2, V3], ids=["1.6 and 1.7", "2.x"])
def test_empty_tables_do_no_harm(tmp_path: Path, shape: str) -> None:
    (tmp_path / "config.toml").write_text(dumped(shape, DIRECTORY))
    for program in (prints(shape), None):
        module = run(tmp_path, program)
        assert (module.result["changed"], module.result["config_path"]) == (False, DIRECTORY)
        assert module.warnings == []


@pytest.mark.parametrize("shape", [V2, V3], ids=["1.6 and 1.7", "2.x"])
@pytest.mark.parametrize(("key", "text"), [("mirrors", MIRRORS), ("configs", TLS)])
@pytest.mark.parametrize("wanted", [True, False])
def test_what_containerd_refuses_beside_a_directory(
    tmp_path: Path, shape: str, key: str, text: str, wanted: bool
) -> None:
    (tmp_path / "config.toml").write_text("version = 2\n")
    result = run(tmp_path, prints(shape, **{key: text}), set_config_path=wanted).result
    assert "registry.{0}".format(key) in result["msg"]
    assert "hosts.toml" in result["error"]["hint"]


def test_a_login_of_a_registry_is_none_of_these_and_is_not_shown(tmp_path: Path) -> None:
    text = dumped(V2, "", configs=AUTH)
    (tmp_path / "config.toml").write_text(text)
    module = run(tmp_path, None, set_config_path=True)
    assert module.result["changed"] is True
    assert "pAss" not in str(module.result)
    assert (tmp_path / "config.toml").read_text() == text.replace(
        'config_path = ""', 'config_path = "{0}"'.format(DIRECTORY)
    )


@pytest.mark.parametrize(("shape", "version"), [(V2, 2), (V3, 3)])
@pytest.mark.parametrize("text", ["version = 2\n# mine\n", None, ""])
def test_config_path_is_set_on_request(tmp_path: Path, shape: str, version: int, text: Optional[str]) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    refused = run(tmp_path, prints(shape)).result
    assert "set_config_path" in refused["error"]["hint"]
    predicted = run(tmp_path, prints(shape), set_config_path=True, check_mode=True).result
    assert path.exists() is (text is not None)
    done = run(tmp_path, prints(shape), set_config_path=True).result
    assert predicted == done
    assert (done["changed"], done["version"], done["config_path"]) == (True, version, DIRECTORY)
    assert path.read_text().startswith(text or "")
    assert run(tmp_path, prints(shape), set_config_path=True).result["changed"] is False
    assert run(tmp_path, prints(shape)).result["changed"] is False


def test_a_list_is_one_directory_to_containerd_2(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("version = 3\n")
    module = run(tmp_path, prints(V3, path=BOTH))
    assert "several directories" in module.warnings[0]
    assert run(tmp_path, prints(V3, path=BOTH), set_config_path=True).result["config_path"] == DIRECTORY
    # containerd 1 looks into each.
    assert run(tmp_path, prints(V2, path=BOTH), set_config_path=True).warnings == []


def test_an_import_that_replaces_the_table(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("version = 2\n")
    result = run(tmp_path, lambda _text: dumped(V2), set_config_path=True).result
    assert "would stay empty" in result["msg"]
    assert (tmp_path / "config.toml").read_text() == "version = 2\n"


def test_what_a_file_imports_is_beside_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('imports = ["conf.d/*.toml", \n"/etc/\\"x" ] # ours\nversion = 2\n')
    seen: List[str] = []
    run(tmp_path, lambda text: seen.append(text or "") or dumped(V2, DIRECTORY))
    beside = 'imports = ["{0}/conf.d/*.toml", "/etc/\\"x"] # ours\nversion = 2\n'.format(tmp_path)
    assert seen == [beside]


def test_without_the_plugin_there_is_nothing_to_judge(tmp_path: Path) -> None:
    """As Docker's package has it."""
    (tmp_path / "config.toml").write_text('disabled_plugins = ["cri"]\n')
    assert run(tmp_path, None).result["changed"] is False


def test_a_host_without_containerd(tmp_path: Path) -> None:
    assert run(tmp_path, None, set_config_path=True).result == {"changed": False, "version": 0, "config_path": ""}


@pytest.mark.parametrize(
    "text",
    [
        "version = [",
        "version = 9\n",
        "version = [2]\n",
        "version = true\n",
        'plugins = "x"\n',
        "[[plugins]]\n",
        "plugins = {}\nversion = 2\n",
        "version = 2\n[plugins]\n'io.containerd.grpc.v1.cri'.registry.mirrors = {}\n",
    ],
)
def test_what_cannot_be_read_or_changed(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    assert run(tmp_path, None, set_config_path=True).result["failed"] is True
    assert (tmp_path / "config.toml").read_text() == text


def test_what_containerd_refuses(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("x = [\n")
    result = run(tmp_path, lambda _text: None).result
    assert "containerd does not accept it" in result["msg"]
    assert "\x1b" not in str(result)
