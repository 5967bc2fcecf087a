# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: registry_logins
short_description: Logins to registries, complete for another host
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Reads logins as M(longshore.swr.image_copy) does, on the controller, and returns them with every environment
    variable in them replaced by its value.
  - So a task on another host can be given the logins of a file of the controller, without the file and without the
    environment.
options:
  _terms:
    description:
      - Files with logins, as in O(longshore.swr.image_copy#module:auth_file). Of entries for the same registry that of
        the first file counts.
    type: list
    elements: path
  auth:
    description:
      - Logins, as in O(longshore.swr.image_copy#module:auth). They count before those of the files.
    type: dict
notes:
  - The result contains passwords. Give it to an option that hides it, such as O(longshore.swr.image_copy#module:auth),
    and set C(no_log) on any other task that would show it.
  - Files of Docker and Podman are not read. They are looked for where the images are copied.
seealso:
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Copy images on a host that has neither the file nor the variables that it names
  longshore.swr.image_copy:
    images:
      "registry.example.com/team/app:1.0": "swr.cn-north-4.myhuaweicloud.com/team/app"
    auth: "{{ lookup('longshore.swr.registry_logins', 'auth.json') }}"
"""

RETURN = r"""
_list:
  description:
    - One mapping, in the form of the option O(longshore.swr.image_copy#module:auth).
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

    :raises RulesError: with every problem; never with a password.
    """
    stores: List[CredentialStore] = []
    problems: List[str] = []
    documents = [("auth", lambda: auth)] if auth else []
    documents += [(path, lambda path=path: load_document(os.path.expanduser(path))) for path in paths]
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
    """What Ansible looks for in this file."""

    def run(self, terms: List[str], variables: Optional[Dict[str, Any]] = None, **kwargs: Any) -> List[Dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            return [read_logins(self.get_option("auth"), [str(term) for term in terms])]
        except LongshoreError as error:
            raise AnsibleLookupError("longshore.swr.registry_logins: {0}".format(error)) from None
