# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report: well formed, complete, nothing of what a registry says is taken for markup, and small in memory."""

from __future__ import annotations

import json
import re
import stat
import tracemalloc
from html.parser import HTMLParser
from typing import Any, Dict, Iterator, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._page.rows import BATCH
from ansible_collections.longshore.swr.plugins.module_utils._registry.report import html as html_report
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.html import Page, write
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.html_images import repository_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import OUTCOMES
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor

VOID = {"meta", "br", "input", "rect", "polygon", "polyline", "line"}
DIGEST = "sha256:" + "a" * 64


class Tree(HTMLParser):
    """Reads a page strictly: every element is closed in its place.

    :ivar text: what is to be read. :ivar rows: of tables, by the last C(h2). :ivar images: the data of the list.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: List[str] = []
        self.elements: List[Any] = []
        self.text = ""
        self.rows: Dict[str, List[List[str]]] = {}
        self.images: List[Any] = []
        self._heading = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "h2":
            self._heading = ""
        if tag == "tr":
            self.rows.setdefault(self._heading, []).append([])
        if tag in ("td", "th"):
            self.rows[self._heading][-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            if self.elements[-1][1].get("class") == "rows":
                self.images += json.loads(data)
            return
        self.text += data
        if "h2" in self.open:
            self._heading += data
        elif "td" in self.open or "th" in self.open:
            self.rows[self._heading][-1][-1] += data

    def of(self, name: str) -> List[Dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def entry(outcome: str = "copied", tag: str = "1.0", repository: str = "team/app", **more: Any) -> Dict[str, Any]:
    made = {
        "source": "source.example:5000/{0}:{1}".format(repository, tag),
        "destination": "swr.example/{0}:{1}".format(repository, tag),
        "outcome": outcome,
        "rule": "images.json: 1",
    }
    if outcome == "failed":
        made["error"] = "it broke (HTTP 500, X). Remedy: mend it"
        made["details"] = {"what": "it broke", "hint": "mend it"}
    return dict(made, **more)


def facts_of(entries: List[Dict[str, Any]], **more: Any) -> Dict[str, Any]:
    counts = {name: sum(one["outcome"] == name for one in entries) for name in OUTCOMES}
    return dict({"images": dict(counts, total=len(entries))}, **more)


def page_of(entries: List[Dict[str, Any]], redact: Any = str, **more: Any) -> str:
    return "".join(Page(facts_of(entries, **more), lambda: iter(entries), redact).parts())


def test_everything_that_is_known_is_on_the_page() -> None:
    entries = [
        entry(tag="1", source_digest=DIGEST, destination_digest="sha256:b", converted=True, dropped=["attestation x"],
              bytes=3_000_000, seconds=2.5, platforms=["linux/amd64", "linux/arm64"]),
        entry("skipped", "2", source_digest=DIGEST, destination_digest=DIGEST),
        entry("filtered", "3", reason="none of its platforms was requested", dropped_platforms=2),
        entry("failed", "4", "other/app"),
        entry(tag="5", repository="big/app", bytes=9_000_000, seconds=1.5),
    ]  # fmt: skip
    page = Tree(
        page_of(
            entries,
            started_at="2026-07-23T08:46:07Z",
            duration=20.0,
            converted=1,
            collection="1.2.3",
            rules="images.json",
            registries={"sources": ["source.example:5000"], "destinations": ["swr.example"]},
            blobs={"uploaded": 3, "mounted": 2, "present": 1},
            bytes={"planned": 5_000_000, "uploaded": 4_000_000, "copied": 12_000_000},
            requests={"total": 9, "by_registry": {"swr.example": {"manifest_put": 4, "blob_head": 5}}},
            throughput={"seconds": 5.0, "bytes": [1_000_000, 3_000_000, 0, 0], "paused": [2, 3]},
            failed_images="/var/lib/failed.yaml",
            warnings=["the journal is full"],
        )
    )
    assert "Image migration to swr.example" in page.text
    assert "1 of 5 images failed" in page.text
    assert (
        "2026-07-23 08:46:07 to 08:46:27 UTC \N{MIDDLE DOT} from source.example:5000 \N{MIDDLE DOT} rules: images.json"
        " \N{MIDDLE DOT} longshore.swr 1.2.3" in page.text
    )
    assert "2 copied1 there already1 filtered out0 left for the next run1 failed" in page.text.replace("\n", "")
    assert "the journal is full" in page.text
    assert "it broke" in page.text
    assert "What to do: mend it" in page.text
    assert "source.example:5000/other/app:4 \N{RIGHTWARDS ARROW} swr.example/other/app:4 images.json: 1" in page.text
    assert "Then run again with images_file=/var/lib/failed.yaml" in page.text
    for figure in (
        "4.0 MB sent",
        "8.0 MB saved by shared layers",
        "20.0 s took",
        "200.0 kB/s average",
        "peak 600.0 kB/s",
    ):
        assert figure in page.text
    assert "10.0 s in which the run waited for a registry" in page.text
    transfer = dict(page.rows["Transfer"])
    assert transfer["Bytes to send, as planned"] == "5.0 MB"
    assert transfer["Images converted for their destination"] == "1"
    assert page.rows["Largest repositories"] == [["big/app", "", "9.0 MB"], ["team/app", "", "3.0 MB"]]
    assert page.rows["Slowest repositories"] == [["team/app", "", "2.5 s"], ["big/app", "", "1.5 s"]]
    assert page.rows["Requests"][1] == ["swr.example", "9", "blob head 5, manifest put 4"]
    titles = [title for title, _rows in page.images]
    arrow = " \N{RIGHTWARDS ARROW} "
    assert titles == [
        "source.example:5000/{0}{1}swr.example/{0}".format(name, arrow) for name in ("team/app", "other/app", "big/app")
    ]
    rows = [row for _title, rows in page.images for row in rows]
    names = list(html_report.OUTCOMES)
    assert [(row[0], names[row[1]]) for row in rows] == [
        ("1", "copied"), ("2", "skipped"), ("3", "filtered"), ("4", "failed"), ("5", "copied"),
    ]  # fmt: skip
    assert rows[0][2:] == [
        3_000_000,
        2.5,
        [DIGEST, "sha256:b"],
        ["converted for its destination", "left out: attestation x", "linux/amd64, linux/arm64"],
        "images.json: 1",
    ]
    assert rows[1][4] == [DIGEST]
    assert rows[2][5] == ["none of its platforms was requested", "2 platforms left out by the platform filter"]
    assert page.text.index("What to repair") < page.text.index("Transfer") < page.text.index("All images")


@pytest.mark.parametrize(
    ("entries", "more", "headline", "kind"),
    [
        ([], {}, "There was no image to copy", "good"),
        ([entry()], {}, "The image is at its destination", "good"),
        ([entry(), entry("skipped")], {}, "All 2 images are at their destination", "good"),
        ([entry(), entry("filtered")], {}, "1 of 2 images are at their destination, the others were", "good"),
        ([entry(), entry("postponed")], {}, "1 of 2 images are left for the next run", "warn"),
        ([entry("failed")], {}, "1 of 1 image failed", "bad"),
        ([entry()], {"problems": ["shard 2 is missing"]}, "The report is not complete: 1 problem", "bad"),
    ],
)
def test_the_headline_is_the_result(entries: Any, more: Any, headline: str, kind: str) -> None:
    page = Tree(page_of(entries, **more))
    assert headline in page.text
    assert [one["class"] for one in page.of("p") if one.get("class", "").startswith("headline")] == ["headline " + kind]
    assert ("What to repair" in page.text) == (kind == "bad")
    assert all(problem in page.text for problem in more.get("problems", ()))


def failed(what: str, tag: str, hint: str = "mend it", **more: Any) -> Dict[str, Any]:
    return dict(entry("failed", tag, **more), error=what, details={"what": what, "hint": hint, "code": "X"})


def test_failures_with_one_cause_are_one_thing_to_repair() -> None:
    entries = [failed("the digest is sha256:{0:064x}".format(number), str(number)) for number in range(150)]
    entries += [failed("it took {0} s".format(number), "t{0}".format(number)) for number in range(2)]
    entries += [failed("it took 9 s", "other", "wait")]
    page = Tree(page_of(entries))
    assert "153 of 153 images failed, for 3 reasons" in page.text
    assert (
        page.text.index("150 the digest is sha256:")
        < page.text.index("2 it took 0 s")
        < page.text.index("1 it took 9 s")
    )
    assert page.text.count("What to do: mend it") == 2
    assert "and 50 more" in page.text
    # What there are few of is shown at once.
    assert [("open" in found) for found in page.of("details")] == [False, True, True]


def test_endless_causes_are_bounded() -> None:
    entries = [failed("cause {0}".format("x" * number), str(number)) for number in range(1, 130)]
    page = Tree(page_of(entries))
    # There are many, but nothing to repair.
    assert page.text.index("1 cause x") < page.text.index("29 other causes")
    assert "29 other causes" in page.text
    assert "129 of 129 images failed, for more than 100 reasons" in page.text


def test_shards_have_a_row_each() -> None:
    entries = [entry(shard="shard-01"), entry("failed", shard="shard-02")]
    shard = {"name": "shard-01", "images": {"total": 1, "copied": 1}, "duration": 61, "bytes": {"uploaded": 7}}
    page = Tree(page_of(entries, shards=[shard]))
    assert page.rows["Shards"][1] == ["shard-01", "", "01:01", "1", "1", "0", "0", "0", "0", "7 B"]
    assert "shard-02: images.json: 1" in page.text
    assert [title.partition(":")[0] for title, _rows in page.images] == ["shard-01", "shard-02"]


def test_nothing_else_is_needed_or_can_be_loaded() -> None:
    text = page_of([entry()])
    page = Tree(text)
    assert not re.search(r"(?:https?:)?//\w|\b(?:src|href)=|url\(|@import| style=| on\w+=", text)
    assert not {"link", "img", "iframe", "object", "base", "form"} & {tag for tag, _attributes in page.elements}
    (policy,) = [meta["content"] for meta in page.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><!--</title></style></script></table>",
    "&lt;b&gt; & <b>",
    "\x00\x1b[31m\u202egnp.exe\ud800",
]


def page_full_of(text: str) -> str:
    """A page that has the text in every place that somebody else can fill."""
    one = entry("failed", text, reason=text, converted=True, dropped=[text], shard=text, source_digest=text)
    one.update(error=text + " Remedy: " + text, details={"hint": text}, rule=text)
    requests = {"total": 1, "by_registry": {text: {text: 1}}}
    return page_of(
        [one, entry(repository=text, platforms=[text], bytes=1, seconds=1.0), entry(bytes=1, seconds=1.0)],
        started_at=text,
        duration=1.0,
        collection=text,
        rules=text,
        failed_images=text,
        registries={"sources": [text], "destinations": [text]},
        warnings=[text],
        problems=[text],
        notes=[text],
        requests=requests,
        shards=[{"name": text, "started_at": text}],
    )


@given(name=st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=40)))
def test_names_are_never_markup(name: str) -> None:
    hostile = page_full_of(name)
    # The same elements and attributes, whatever the text.
    assert Tree(hostile).elements == Tree(page_full_of("x")).elements
    assert not re.search("[\x00-\x08\u202e\ud800-\udfff]", hostile)
    hostile.encode("utf-8")


def test_secrets_are_taken_out_before_escaping() -> None:
    secret = "pass<&>\"word'1"
    one = entry("failed", error="the server said {0}".format(secret), reason=secret)
    page = page_of([one], Redactor([secret]), warnings=[secret], started_at=secret)
    assert "word" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.DOTALL)
    assert secret not in Tree(page).text
    assert "********" in page


def many(count: int) -> Iterator[Dict[str, Any]]:
    for number in range(count):
        yield entry(OUTCOMES[number % 4], str(number), "team/app{0}".format(number // 3000), source_digest=DIGEST)


@pytest.mark.no_cover
def test_memory_does_not_grow_with_the_images(tmp_path: Any) -> None:
    count = 7500
    facts = {"images": {"total": count, "failed": count // 5, "copied": count // 5}}
    path = tmp_path / "report.html"
    tracemalloc.start()
    try:
        assert write(str(path), facts, lambda: many(count)) == []
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 800_000
    # One batch of rows, and what the page is written through; all rows at once would take several times this.
    assert peak < 1_200_000, peak
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_data_comes_in_batches() -> None:
    page = Tree(page_of([entry(tag=str(number)) for number in range(2 * BATCH + 1)]))
    assert [len(rows) for _title, rows in page.images] == [BATCH, BATCH, 1]


def test_a_page_that_cannot_be_written_is_a_warning(tmp_path: Any) -> None:
    assert write(None, {}, list) == []
    (warning,) = write(str(tmp_path / "no" / "page"), facts_of([]), list)
    assert warning.startswith("html_report_path was not written: ")


def test_a_page_that_breaks_off_leaves_the_old_one(tmp_path: Any, monkeypatch: Any) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def broken() -> Iterator[Dict[str, Any]]:
        yield entry()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(str(path), facts_of([entry()]), broken)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("reference", "repository"),
    [
        ("host:5000/a/b:1", "host:5000/a/b"),
        ("host/a/b@" + DIGEST, "host/a/b"),
        ("host:5000/a/b", "host:5000/a/b"),
        ("host:5000/a/b:/^v/", "host:5000/a/b"),
        (None, ""),
    ],
)
def test_groups_are_repositories(reference: Any, repository: str) -> None:
    assert repository_of(reference) == repository
