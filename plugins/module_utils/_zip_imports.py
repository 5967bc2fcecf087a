# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faster imports from the archive in which Ansible sends a module.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import sys
import zipimport


class _Importer(zipimport.zipimporter):
    """Compiles each file once. Python's own importer also compiles it to learn its name, and forgets the result."""

    def get_filename(self, fullname: str) -> str:
        name = fullname.rpartition(".")[2]
        inside = name + "/__init__.py" if self.is_package(fullname) else name + ".py"
        return "{0}/{1}{2}".format(self.archive, self.prefix, inside)


def speed_up(loader: object) -> None:
    """Use it from now on, if C(loader) reads such an archive; otherwise do nothing."""
    if not isinstance(loader, zipimport.zipimporter) or isinstance(loader, _Importer):
        return
    sys.path_hooks[:] = [_Importer if hook is zipimport.zipimporter else hook for hook in sys.path_hooks]
    for path, known in list(sys.path_importer_cache.items()):
        if isinstance(known, zipimport.zipimporter) and not isinstance(known, _Importer):
            del sys.path_importer_cache[path]
