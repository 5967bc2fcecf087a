# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A base image for the reference Dockerfile of the role audit: this machine's shell, and stand-ins for node and npm."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

PROGRAMS = ("dash", "cat", "chmod", "chown", "id", "ls", "mkdir", "sleep")
NODE = """#!/bin/sh
trap 'echo stopped by SIGTERM; exit 0' TERM
echo "process $$ runs $*"
while :; do sleep 0.05; done
"""


def base_archive(folder: Path) -> Path:
    """A root file system as an archive."""
    root = folder / "root"
    for name in PROGRAMS:
        _add(root, Path(shutil.which(name) or "/bin/" + name))
    (root / "bin" / "sh").symlink_to("dash")
    local = root / "usr" / "local" / "bin"
    local.mkdir(parents=True)
    for name, text in (("node", NODE), ("npm", "#!/bin/sh\n")):
        (local / name).write_text(text, encoding="ascii")
        (local / name).chmod(0o755)
    (root / "etc").mkdir()
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/:/bin/sh\n", encoding="ascii")
    archive = folder / "base.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(root, ".")
    return archive


def _add(root: Path, program: Path) -> None:
    """A program and the libraries that it loads, at their own paths."""
    (root / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(program.resolve(), root / "bin" / program.name)
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"/\S+", listed):
        place = root / library.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, place)
