# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps compiled code of zips: Ansible sends a module as a zip, and Python compiles all code in it for each task.

For all Pythons with this directory in PYTHONPATH, and a directory for the code in LONGSHORE_BYTECODE.
"""

from __future__ import annotations

import _imp
import hashlib
import marshal
import os
import sys
import types
import zipimport


def keep_code(folder: str) -> None:
    """The same source gives the same code."""
    compile_source = zipimport._compile_source

    def compiled(pathname: str, source: bytes) -> types.CodeType:
        path = os.path.join(folder, hashlib.sha256(source).hexdigest() + sys.implementation.cache_tag)
        try:
            with open(path, "rb") as kept:
                code: types.CodeType = marshal.load(kept)
        except OSError:
            code = compile_source(pathname, source)
            own = "{0}.{1}".format(path, os.getpid())
            try:
                with open(own, "wb") as new:
                    marshal.dump(code, new)
                os.replace(own, path)
            except OSError:
                # Without the directory everything works, only slower.
                return code
        else:
            _imp._fix_co_filename(code, pathname)
        return code

    zipimport._compile_source = compiled


if os.environ.get("LONGSHORE_BYTECODE"):
    keep_code(os.environ["LONGSHORE_BYTECODE"])
