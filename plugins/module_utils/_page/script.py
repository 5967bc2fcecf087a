# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of pages. Without them a page still says what happened and what to repair.

They make text nodes only, never markup. C(EXPLORER) shows a list that would be too large as HTML: C(script) elements of
the class C(rows) hold lists of groups, C([title, [row, ...], ...]) each, and a row is C([name, outcome, bytes, seconds,
[digest, ...], [note, ...], rest of its text]). Columns without a value are left out. C(FILTER) is for pages with few
rows: it shows those elements of C([data-rows]) that contain a text.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

EXPLORER = """
(function () {
  "use strict";
  var GROUPS = 100, ROWS = 200, OPEN = 300;
  var home = document.getElementById("everything");
  if (!home) { return; }
  var chips = [], chosen = {}, groups = [], total = 0, noun = home.getAttribute("data-noun");
  var has = {2: false, 3: false, 4: false};

  function make(tag, parent, text, name) {
    var element = document.createElement(tag);
    if (text) { element.textContent = text; }
    if (name) { element.className = name; }
    if (parent) { parent.appendChild(element); }
    return element;
  }
  function size(count) {
    var units = ["B", "kB", "MB", "GB", "TB"], unit = 0;
    while (count >= 1000 && unit < 4) { count /= 1000; unit += 1; }
    return count ? (unit ? count.toFixed(1) : count) + " " + units[unit] : "";
  }
  function time(seconds) {
    if (!seconds) { return ""; }
    if (seconds < 60) { return seconds.toFixed(1) + " s"; }
    var minutes = Math.floor(seconds / 60);
    return (minutes < 60 ? minutes + " min " : Math.floor(minutes / 60) + " h " + minutes % 60 + " min ") +
      (minutes < 60 ? Math.round(seconds % 60) + " s" : "");
  }

  document.querySelectorAll("script.rows").forEach(function (element) {
    JSON.parse(element.textContent).forEach(function (entry) {
      var last = groups[groups.length - 1];
      if (last && last.title === entry[0]) {
        last.rows = last.rows.concat(entry[1]);
      } else {
        groups.push({title: entry[0], rows: entry[1], at: groups.length});
      }
      total += entry[1].length;
      entry[1].forEach(function (row) {
        has[2] = has[2] || row[2] > 0;
        has[3] = has[3] || row[3] > 0;
        has[4] = has[4] || row[4].length > 0;
      });
    });
  });

  document.querySelectorAll("[data-outcome]").forEach(function (label) {
    var chip = document.createElement("button");
    chip.type = "button";
    while (label.firstChild) { chip.appendChild(label.firstChild); }
    chip.setAttribute("aria-pressed", "false");
    var outcome = label.getAttribute("data-outcome");
    chips.push({outcome: outcome, mood: chip.querySelector("b").className, label: chip.lastChild.textContent.trim()});
    chip.addEventListener("click", function () {
      chosen[outcome] = !chosen[outcome];
      chip.setAttribute("aria-pressed", String(chosen[outcome]));
      show();
      home.scrollIntoView();
    });
    label.replaceWith(chip);
  });

  var tools = make("div", null, "", "tools");
  home.querySelector("h2").after(tools);
  var label = make("label", tools, "Search");
  var field = make("input", label);
  field.type = "search";
  field.placeholder = "all these words";
  label = make("label", tools, "Sort");
  var order = make("select", label);
  ["as found", "by name", "largest first", "slowest first"].forEach(function (text, at) {
    if (at < 2 || has[at]) { make("option", order, text).value = at; }
  });
  var hits = make("span", tools, "", "dim");
  hits.setAttribute("role", "status");
  var list = make("div", home);
  var more = make("button", home, "Show more", "more");
  more.type = "button";

  var shown = [], next = 0, open = false;
  function sum(rows, at) { return rows.reduce(function (all, row) { return all + row[at]; }, 0); }
  function matches(group, row, words) {
    if (!words.length) { return true; }
    var text = [group.title, row[0], row[4].join(" "), row[5].join(" "), row[6]].join(" ").toLowerCase();
    return words.every(function (word) { return text.indexOf(word) >= 0; });
  }
  function show() {
    var words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    var any = chips.some(function (chip) { return chosen[chip.outcome]; });
    shown = [];
    var count = 0;
    groups.forEach(function (group) {
      var rows = group.rows.filter(function (row) {
        return (!any || chosen[chips[row[1]].outcome]) && matches(group, row, words);
      });
      if (rows.length) { shown.push({group: group, rows: rows}); count += rows.length; }
    });
    var by = Number(order.value);
    if (by === 1) {
      shown.sort(function (one, other) { return one.group.title < other.group.title ? -1 : 1; });
    } else if (by > 1) {
      shown.forEach(function (entry) {
        entry.rows = entry.rows.slice().sort(function (one, other) { return other[by] - one[by]; });
        entry.sum = sum(entry.rows, by);
      });
      shown.sort(function (one, other) { return other.sum - one.sum || one.group.at - other.group.at; });
    }
    hits.textContent = count.toLocaleString("en") + " of " + total.toLocaleString("en") + " " + noun;
    list.textContent = "";
    next = 0;
    open = count <= OPEN;
    page();
  }
  function page() {
    shown.slice(next, next + GROUPS).forEach(add);
    next += GROUPS;
    more.hidden = next >= shown.length;
  }
  function add(entry) {
    var details = make("details", list, "", "group");
    var summary = make("summary", details);
    make("span", summary, entry.group.title, "name");
    chips.forEach(function (chip, number) {
      var count = entry.rows.filter(function (row) { return row[1] === number; }).length;
      if (count) { make("span", summary, count + " " + chip.label, chip.mood); }
    });
    make("span", summary, size(sum(entry.rows, 2)), "number dim");
    details.addEventListener("toggle", function () {
      if (details.open && details.children.length === 1) { fill(details, entry.rows); }
    });
    details.open = open;
  }
  function fill(details, rows) {
    var wide = make("div", details, "", "wide");
    wide.tabIndex = 0;
    var table = make("table", wide, "", "stack"), head = make("tr", make("thead", table));
    [noun === "images" ? "Tag" : "Name", "Outcome", "Size", "Time", "Digest"].forEach(function (title, at) {
      if (at < 2 || has[at]) { make("th", head, title).scope = "col"; }
    });
    var body = make("tbody", table), at = 0;
    var further = make("button", details, "Show more", "more");
    further.type = "button";
    function some() {
      rows.slice(at, at + ROWS).forEach(function (row) { put(body, row); });
      at += ROWS;
      further.hidden = at >= rows.length;
    }
    further.addEventListener("click", some);
    some();
  }
  function put(body, row) {
    var line = make("tr", body);
    make("td", line, row[0]);
    var outcome = make("td", line);
    make("b", outcome, chips[row[1]].label, chips[row[1]].mood);
    row[5].forEach(function (note) { make("br", outcome); make("span", outcome, note); });
    if (has[2]) { make("td", line, size(row[2]), "number"); }
    if (has[3]) { make("td", line, time(row[3]), "number"); }
    if (!has[4]) { return; }
    var digests = make("td", line);
    row[4].forEach(function (digest, number) {
      if (number) { make("br", digests); }
      var details = make("details", digests), short = digest.replace(/^(\\w+:.{12}).*$/, "$1");
      make("code", make("summary", details), short);
      if (short !== digest) { make("code", details, digest); }
    });
  }
  var timer;
  field.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(show, 150); });
  order.addEventListener("change", show);
  more.addEventListener("click", page);
  show();
}());
"""

FILTER = """
(function () {
  "use strict";
  document.querySelectorAll("[data-rows]").forEach(function (home) {
    var rows = home.querySelectorAll(home.getAttribute("data-rows"));
    if (rows.length < 5) { return; }
    var tools = document.createElement("div"), label = document.createElement("label");
    var field = document.createElement("input"), hits = document.createElement("span");
    tools.className = "tools";
    label.textContent = "Search";
    field.type = "search";
    hits.className = "dim";
    hits.setAttribute("role", "status");
    label.appendChild(field);
    tools.appendChild(label);
    tools.appendChild(hits);
    home.querySelector("h2").after(tools);
    field.addEventListener("input", function () {
      var words = field.value.toLowerCase().split(/\\s+/).filter(Boolean), count = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
        count += row.hidden ? 0 : 1;
      });
      hits.textContent = words.length ? count + " of " + rows.length : "";
    });
  });
}());
"""
