# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the role audit to start from follow their own rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.dockerfile import DockerfileAudit

# Ansible's, on a controller. A target node has none.
jinja2 = pytest.importorskip("jinja2")
ROLE = Path(__file__).resolve().parents[5] / "roles" / "audit"
FILES = {"Dockerfile": "Dockerfile.j2", "entrypoint.sh": "entrypoint.sh.j2", ".dockerignore": "dockerignore.j2"}
OF_THE_SERVICE = ("package.json", "package-lock.json", "server.js", "healthcheck.js", ".env", "id.key", ".git/config")


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service with the files of the role and its own, some of which must not be in an image."""
    base = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))["audit_reference_base"]
    # As Ansible renders templates.
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)
    for name, template in FILES.items():
        text = (ROLE / "templates" / template).read_text(encoding="utf-8")
        rendered = environment.from_string(text).render({"__audit": {"reference_base": base}})
        (tmp_path / name).write_text(rendered, encoding="utf-8")
    (tmp_path / "entrypoint.sh").chmod(0o755)
    for name in OF_THE_SERVICE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}\n", encoding="utf-8")
    return tmp_path


def audit(path: Path, **options: Any) -> Dict[str, Any]:
    given: Dict[str, Any] = {"path": str(path), "fail_on": "info", "findings_shown": 50, "unneeded_packages": True}
    return DockerfileAudit(dict(given, **options)).run(check_mode=True)


@pytest.mark.parametrize("profile", ["source_document", "recommended", "strict"])
def test_nothing_is_found_and_everything_judged(service: Path, profile: str) -> None:
    result = audit(service, profile=profile)
    assert result["summary"][1:] == []
    assert (result["audit"]["findings"], result["audit"]["problems"]) == ([], [])


@pytest.mark.parametrize(
    ("name", "right", "wrong", "rule"),
    [
        ("entrypoint.sh", 'exec "$@"', '"$@"', 9),
        (".dockerignore", ".git\n", "", 17),
        (".dockerignore", ".env\n.env.*\n*.key\n", "", 17),
        ("Dockerfile", "COPY . .", "ADD . .", 10),
        ("Dockerfile", 'CMD ["node", "server.js"]', "CMD node server.js", 7),
        ("Dockerfile", "EXPOSE 8080\n", "", 13),
        ("Dockerfile", "npm ci --omit=dev && npm cache clean --force", "npm ci --omit=dev", 5),
    ],
)
def test_each_part_is_needed(service: Path, name: str, right: str, wrong: str, rule: int) -> None:
    path = service / name
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    found = {finding["rule"] for finding in audit(service, profile="strict")["audit"]["findings"]}
    assert "SWR-DF-{0:03}".format(rule) in found
