# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: registry_logins
short_description: Read registry logins on the controller for use on another host
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Reads logins on the controller, in the format of M(longshore.swr.image_copy), and returns them with all environment
    variables replaced by their values.
  - A task on another host can then use the logins of a file on the controller, without the file or the environment.
options:
  _terms:
    description:
      - Files with logins, as in O(longshore.swr.image_copy#module:auth_file). If several have an entry for the same
        registry, the first file wins.
      - A relative path starts at the directory of the playbook, as it does for a module with a local connection.
        An empty one is not set.
    type: list
    elements: path
  auth:
    description:
      - Logins, as in O(longshore.swr.image_copy#module:auth). They take precedence over those of the files.
    type: dict
notes:
  - The result contains passwords. Pass it to an option that hides it, such as O(longshore.swr.image_copy#module:auth),
    and set C(no_log) on any other task that would show it.
  - Paths of certificates are returned as they are. The files are read on the host that copies the images.
  - The credential files of Docker and Podman are not read here, but on the host that copies the images.
seealso:
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Copy images on a host that has neither the file nor its environment variables
  longshore.swr.image_copy:
    images:
      "registry.example.com/team/app:1.0": "swr.cn-north-4.myhuaweicloud.com/team/app"
    auth: "{{ lookup('longshore.swr.registry_logins', 'auth.json') }}"
"""

RETURN = r"""
_list:
  description:
    - One mapping, like the option O(longshore.swr.image_copy#module:auth).
  type: list
  elements: dict
"""

import os
from typing import Any, Dict, List, Optional

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import load_document
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError


def read_logins(auth: Optional[Dict[str, Any]], paths: List[str]) -> Dict[str, Dict[str, Any]]:
    """The logins of a mapping and of files, as one mapping.

    :raises RulesError: with all problems, but no passwords.
    """
    stores: List[CredentialStore] = []
    problems: List[str] = []
    documents = [("auth", lambda: auth)] if auth else []
    documents += [(path, lambda path=path: load_document(path)) for path in paths]
    for where, load in documents:
        try:
            stores.append(CredentialStore.from_document(load(), where=where, environ=os.environ))
        except RulesError as error:
            problems.extend(error.problems)
        except LongshoreError as error:
            problems.append(str(error))
    if problems:
        raise RulesError(problems)
    return CredentialStore.merged(stores).as_document()


class LookupModule(LookupBase):
    """The plugin that Ansible loads."""

    def run(self, terms: List[str], variables: Optional[Dict[str, Any]] = None, **kwargs: Any) -> List[Dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            start = self._loader.get_basedir()
            paths = [os.path.join(start, os.path.expanduser(str(term))) for term in terms if term]
            return [read_logins(self.get_option("auth"), paths)]
        except LongshoreError as error:
            raise AnsibleLookupError("longshore.swr.registry_logins: {0}".format(error)) from None
