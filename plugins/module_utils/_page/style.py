# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one style of all pages: from 360 pixels to a wall, light, dark and printed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --text: #16191d; --dim: #59626d; --line: #d9dde2;
  --soft: #eef1f4; --good: #14703f; --bad: #b9212b; --calm: #2f62a8; --warn: #7d5200; }
@media (prefers-color-scheme: dark) { :root { --page: #0f1216; --card: #171b21; --text: #e7eaee; --dim: #9aa4af;
  --line: #2f363f; --soft: #20262e; --good: #4cc38a; --bad: #ff8087; --calm: #7aa9f0; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.2rem; }
main { padding-bottom: 2rem; }
h1 { font-size: .95rem; font-weight: 600; margin: 0; color: var(--dim); overflow-wrap: anywhere; }
a { color: var(--calm); }
h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: .8rem 0 .3rem; overflow-wrap: anywhere; }
.headline { font-size: 1.6rem; font-weight: 700; line-height: 1.25; margin: .1rem 0 .3rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .calm { color: var(--calm); } .warn { color: var(--warn); }
.dim, small { color: var(--dim); }
header p { margin: 0 0 .4rem; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem;
  margin: 0 0 1rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 1rem; }
.figures { display: flex; flex-wrap: wrap; gap: .5rem 1.4rem; margin: 0 0 .6rem; padding: 0; list-style: none; }
.figures li { color: var(--dim); } .figures b { display: block; font-size: 1.3rem; color: var(--text); }
.bar { display: block; width: 100%; height: .7rem; border-radius: .35rem; background: var(--soft); margin: .8rem 0 0; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; margin: .8rem 0 1.1rem; padding: 0; list-style: none; }
.chips button, .chips span { display: block; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 1.2rem; padding: .2rem .8rem; }
.chips button { cursor: pointer; } .chips b { margin-right: .25rem; }
[aria-pressed=true] { border-color: var(--calm); box-shadow: 0 0 0 1px var(--calm); }
button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible, a:focus-visible,
  [tabindex]:focus-visible { outline: 2px solid var(--calm); outline-offset: 2px; }
.fill-good { fill: var(--good); } .fill-bad { fill: var(--bad); } .fill-calm { fill: var(--calm); }
.fill-warn { fill: var(--warn); } .fill-dim { fill: var(--dim); }
.chart { display: block; width: 100%; height: auto; }
.axis { display: flex; justify-content: space-between; gap: .5rem; margin: 0 0 .6rem; font-size: .85rem; }
.chart .area { fill: var(--calm); opacity: .2; } .chart .line { fill: none; stroke: var(--calm); stroke-width: 2; }
.chart .axis { stroke: var(--line); } .chart .paused { fill: var(--warn); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
thead th { color: var(--dim); font-weight: 600; overflow-wrap: normal; } tbody th { font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
.grid td, .grid thead th, .whole { overflow-wrap: normal; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.share { width: 35%; min-width: 4rem; } .share svg { display: block; width: 100%; height: .6rem; margin-top: .45rem; }
.cause { border-left: 4px solid var(--line); background: var(--soft); border-radius: .4rem; margin: .6rem 0;
  padding: .2rem .8rem; }
.cause.bad, .cause.warn { color: inherit; }
.cause.bad { border-color: var(--bad); } .cause.warn { border-color: var(--warn); }
.cause p { margin: .2rem 0 .5rem; overflow-wrap: anywhere; }
.cause h3 { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; font-weight: 400;
  margin: .3rem 0; }
.cause h3 b { font-size: 1.15rem; }
.what { flex: 1 1 8rem; overflow-wrap: anywhere; }
.tag { font-size: .8rem; color: var(--dim); border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem;
  background: var(--card); }
.places { margin: .2rem 0 .6rem; padding-left: 1.1rem; max-height: 18rem; overflow: auto; }
.places li { overflow-wrap: anywhere; }
code { font-size: .88em; overflow-wrap: anywhere; }
pre { font-size: .88em; overflow-x: auto; background: var(--soft); border-radius: .4rem; padding: .5rem .7rem; }
.diff { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 0; }
summary { cursor: pointer; padding: .35rem 0; overflow-wrap: anywhere; }
.group { border-top: 1px solid var(--line); } .group > summary { display: flex; gap: .2rem .6rem; flex-wrap: wrap; }
.group > summary::before { content: "\\25B8"; color: var(--dim); } .group[open] > summary::before { content: "\\25BE"; }
.name { flex: 1 1 14rem; overflow-wrap: anywhere; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: center; padding: .4rem 0;
  position: sticky; top: 0; background: var(--card); z-index: 1; }
.tools label { display: flex; gap: .4rem; align-items: center; }
input, select, .more { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line);
  border-radius: .4rem; padding: .3rem .6rem; max-width: 100%; }
.tools input { width: 24rem; } .more { cursor: pointer; margin: .6rem 0 0; }
[hidden] { display: none !important; }
@media (max-width: 40rem) { .headline { font-size: 1.3rem; } .tools { position: static; } .tools input { width: 100%; }
  .tools label { flex: 1 1 100%; }
  .stack thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  .stack tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .stack td, .stack th { display: block; border: 0; padding: 0; text-align: left; }
  .stack td:first-child { font-weight: 600; } }
@media print { details::details-content { content-visibility: visible; }
  body { background: none; } section { border: 0; padding: 0; } .tools, .more { display: none; }
  .places { max-height: none; } .cause, section { break-inside: avoid-page; } }
"""
