# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style of the HTML report, and its one convenience, a filter field.

Style and script are part of the page, and the page's own policy forbids loading or running anything else: a name that
looks like a script is doubly harmless.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; --text: #1c1f24; --page: #ffffff; --soft: #f3f4f6; --line: #d5d9de; --dim: #5b6470;
  --good: #116329; --bad: #b3161f; --warn: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --page: #14171b; --soft: #1e2228; --line: #3a4048;
  --dim: #a0a8b2; --good: #57c074; --bad: #ff8087; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; color: var(--text); background: var(--page);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.1rem; margin: 0; color: var(--dim); }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
.headline { font-size: 1.5rem; font-weight: 600; margin: .2rem 0; }
.good { color: var(--good); }
.headline.bad, section.bad h2, tr.failed b, li.failed b { color: var(--bad); }
section.warn h2 { color: var(--warn); }
.counters { display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; list-style: none; }
.counters li { background: var(--soft); border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .8rem; }
.counters b { display: block; font-size: 1.5rem; }
.counters .none { color: var(--dim); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 6rem; }
thead th { background: var(--soft); }
.number { text-align: right; white-space: nowrap; min-width: 0; }
code { font-size: .85em; color: var(--dim); }
summary { cursor: pointer; padding: .3rem 0; overflow-wrap: anywhere; }
small { color: var(--dim); }
input { font: inherit; padding: .3rem .6rem; width: min(30rem, 100%); color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: .3rem; }
@media print { details > * { display: block; } }
"""

# Without scripts there is no field, and nothing is lost: the browser can search the page.
SCRIPT = """
(function () {
  var section = document.getElementById("images");
  if (!section) { return; }
  var field = document.createElement("input");
  field.type = "search";
  field.placeholder = "Show only images with this text";
  field.setAttribute("aria-label", field.placeholder);
  section.insertBefore(field, section.querySelector("details"));
  field.addEventListener("change", function () {
    var wanted = field.value.toLowerCase();
    section.querySelectorAll("details").forEach(function (group) {
      var found = false;
      group.querySelectorAll("tbody tr").forEach(function (row) {
        row.hidden = row.textContent.toLowerCase().indexOf(wanted) < 0;
        found = found || !row.hidden;
      });
      group.hidden = !found;
      if (wanted && found) { group.open = true; }
    });
  });
}());
"""


def _hash(text: str) -> str:
    """An inline text as named in a policy (Content Security Policy Level 3, section 2.3.1, C(hash-source))."""
    return "'sha256-{0}'".format(base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii"))


CSP = "default-src 'none'; style-src {0}; script-src {1}; base-uri 'none'; form-action 'none'".format(
    _hash(STYLE), _hash(SCRIPT)
)
