# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx' settings for the documentation site; tools/site uses them."""

from __future__ import annotations

import re
from typing import Any, Dict, Optional

from docutils import nodes
from sphinx import addnodes

project = "longshore.swr"
author = "longshore.swr contributors"
project_copyright = "2026, " + author

extensions = ["sphinx_antsibull_ext"]
nitpicky = True
smartquotes = False

html_theme = "sphinx_ansible_theme"
html_title = html_short_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False

ANSIBLE = "https://docs.ansible.com/ansible/latest/"
LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
"""What pages of plugins refer to in Ansible's own documentation."""

BUILTIN = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+_(?:module|filter|lookup|test))")


def of_ansible(app: Any, env: Any, node: Any, text: Any) -> Optional[nodes.reference]:
    """A reference to Ansible's own documentation. Its list of labels cannot be read without a network."""
    target = node.get("reftarget", "")
    plugin = BUILTIN.fullmatch(target)
    page = "collections/ansible/builtin/{0}.html".format(plugin.group(1)) if plugin else LABELS.get(target)
    return nodes.reference("", "", text, internal=False, refuri=ANSIBLE + page) if page else None


PLUGIN = re.compile(r"(\w+)_(?:module|filter|lookup|role)")


def shorten_navigation(app: Any, doctree: Any) -> None:
    """Of the index: its headings over the lists of the navigation, and plugins there by their names alone."""
    if app.env.docname != app.config.root_doc:
        return
    for tree in doctree.findall(addnodes.toctree):
        section = tree.parent
        while not isinstance(section, nodes.section):
            section = section.parent
        tree["caption"] = tree["rawcaption"] = section.next_node(nodes.title).astext()
        entries = [(PLUGIN.fullmatch(page), title, page) for title, page in tree["entries"]]
        tree["entries"] = [(plugin.group(1) if plugin else title, page) for plugin, title, page in entries]


def setup(app: Any) -> Dict[str, bool]:
    # Before Sphinx collects the lists for its navigation, at 500.
    app.connect("doctree-read", shorten_navigation, priority=400)
    app.connect("missing-reference", of_ansible)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
