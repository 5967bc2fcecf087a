# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._resource import (
    SECRET_CHANGED,
    SECRET_KEPT,
    Resource,
    State,
    bring_about,
)


class Thing(Resource):
    """A thing in a dictionary that stands for an API."""

    write_only = ("secret",)

    def __init__(self, there: Optional[State], wanted: Optional[State], secret: bool = False) -> None:
        self.there = there
        self.wanted = wanted
        self.secret = secret
        self.done: List[Any] = []
        self.refuse: Dict[str, LongshoreError] = {}
        self.keep: Dict[str, Any] = {}
        # What another one makes in the moment between looking and creating.
        self.meanwhile: Optional[State] = None

    def observe(self) -> Optional[State]:
        self.done.append("observe")
        return None if self.there is None else dict(self.there)

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self.wanted is None:
            return None
        state = dict(current or {}, **self.wanted)
        if self.secret:
            state["secret"] = SECRET_CHANGED
        return state

    def _write(self, verb: str, state: Optional[State]) -> None:
        self.done.append(verb)
        if verb in self.refuse:
            self.there = self.meanwhile if verb == "create" else self.there
            raise self.refuse[verb]
        self.there = None if state is None else dict(state, **self.keep)
        if self.there and "secret" in self.there:
            self.there["secret"] = SECRET_KEPT

    def create(self, desired: State) -> None:
        self._write("create", desired)

    def update(self, current: State, desired: State) -> None:
        self._write("update", desired)

    def delete(self, current: State) -> None:
        self._write("delete", None)

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> LongshoreError:
        return LongshoreError("not kept: {0}".format(", ".join(fields) or ("there" if found else "gone")))


@pytest.mark.parametrize(
    ("there", "wanted", "verb"),
    [
        (None, {"name": "x", "size": 1}, "create"),
        ({"name": "x", "size": 1}, {"size": 2}, "update"),
        ({"name": "x", "size": 1}, {"size": 1}, None),
        ({"name": "x", "size": 1}, None, "delete"),
        (None, None, None),
    ],
)
def test_check_mode_predicts_what_is_done(there, wanted, verb):
    checked = Thing(there, wanted)
    prediction = bring_about(checked, check_mode=True)
    assert checked.done == ["observe"]
    real = Thing(there, wanted)
    outcome = bring_about(real, check_mode=False)
    assert real.done == (["observe", verb, "observe"] if verb else ["observe"])
    assert outcome == prediction
    assert outcome.changed == (verb is not None)
    assert outcome.diff() == {"before": there or {}, "after": outcome.after or {}}
    again = Thing(real.there, wanted)
    assert not bring_about(again, check_mode=False).changed


def test_a_secret_is_a_change_that_no_reading_confirms():
    thing = Thing({"name": "x", "secret": SECRET_KEPT}, {}, secret=True)
    outcome = bring_about(thing, check_mode=False)
    assert outcome.changed
    assert outcome.diff() == {
        "before": {"name": "x", "secret": "(a secret, unchanged)"},
        "after": {"name": "x", "secret": "(a secret, changed)"},
    }


def test_what_was_not_kept_is_an_error():
    thing = Thing({"name": "x", "size": 1}, {"size": 2})
    thing.keep = {"size": 1}
    with pytest.raises(LongshoreError, match="not kept: size"):
        bring_about(thing, check_mode=False)


@pytest.mark.parametrize(("there", "wanted", "said"), [(None, {"a": 1}, "gone"), ({"a": 1}, None, "there")])
def test_what_has_not_come_or_gone_is_an_error(there, wanted, said):
    thing = Thing(there, wanted)
    thing._write = lambda verb, state: None
    with pytest.raises(LongshoreError, match="not kept: " + said):
        bring_about(thing, check_mode=False)


@pytest.mark.parametrize(("made", "changed"), [({"name": "x", "size": 1}, True), ({"name": "x", "size": 2}, False)])
def test_what_another_one_made_meanwhile_is_adopted(made, changed):
    thing = Thing(None, {"name": "x", "size": 2})
    thing.refuse["create"] = LongshoreError("it exists", status=409)
    thing.meanwhile = made
    outcome = bring_about(thing, check_mode=False)
    assert (outcome.before, outcome.after, outcome.changed) == (made, {"name": "x", "size": 2}, changed)
    assert thing.done == ["observe", "create", "observe", *(["update"] if changed else []), "observe"]


@pytest.mark.parametrize("status", [409, 500])
def test_other_refusals_are_passed_on(status):
    thing = Thing(None, {"name": "x"})
    thing.refuse["create"] = LongshoreError("no", status=status)
    with pytest.raises(LongshoreError, match="no"):
        bring_about(thing, check_mode=False)


def test_what_has_gone_meanwhile_is_gone():
    thing = Thing({"name": "x"}, None)
    thing.refuse["delete"] = LongshoreError("not found", status=404)
    thing.observe = lambda: {"name": "x"} if "delete" not in thing.done else None
    assert bring_about(thing, check_mode=False).changed
    thing = Thing({"name": "x"}, None)
    thing.refuse["delete"] = LongshoreError("in use", status=412)
    with pytest.raises(LongshoreError, match="in use"):
        bring_about(thing, check_mode=False)


class Silent(Thing):
    """An API whose replies get lost.

    :ivar lost: how many more requests get no reply.
    :ivar works: whether they are carried out all the same.
    """

    lost = 1
    works = True

    def _write(self, verb: str, state: Optional[State]) -> None:
        if self.lost and not self.works:
            self.done.append(verb)
        else:
            super()._write(verb, state)
        if self.lost:
            self.lost -= 1
            error = LongshoreError("no reply")
            error.unsettled = True
            raise error


STATES = [
    (None, {"name": "x", "size": 1}, "create"),
    ({"name": "x", "size": 1}, {"size": 2}, "update"),
    ({"name": "x", "size": 1}, None, "delete"),
]


@pytest.mark.parametrize(("there", "wanted", "verb"), STATES)
def test_a_change_whose_reply_was_lost_is_made(there, wanted, verb):
    thing = Silent(there, wanted)
    change = bring_about(thing, check_mode=False)
    assert (change.changed, change.before) == (True, there)
    assert thing.done == ["observe", verb, "observe", "observe"]


@pytest.mark.parametrize(("there", "wanted", "verb"), STATES)
def test_what_was_not_carried_out_is_repeated_once(there, wanted, verb):
    thing = Silent(there, wanted)
    thing.works = False
    assert bring_about(thing, check_mode=False).changed
    assert thing.done == ["observe", verb, "observe", verb, "observe"]
    thing = Silent(there, wanted)
    thing.works, thing.lost = False, 9
    with pytest.raises(LongshoreError, match="no reply"):
        bring_about(thing, check_mode=False)
    assert thing.done == ["observe", verb, "observe", verb, "observe"]


class InSteps(Silent):
    """An API that takes one field at a time."""

    def update(self, current: State, desired: State) -> None:
        for name in desired:
            if desired[name] != current[name]:
                self._write("update " + name, dict(self.there or {}, **{name: desired[name]}))


def test_only_what_is_left_of_a_change_is_repeated():
    thing = InSteps({"name": "x", "size": 1, "colour": "red"}, {"size": 2, "colour": "blue"})
    assert bring_about(thing, check_mode=False).changed
    assert thing.done == ["observe", "update size", "observe", "update colour", "observe"]


def test_a_replacement_that_stopped_in_the_middle_is_completed():
    class Replaced(Silent):
        def update(self, current: State, desired: State) -> None:
            self.delete(current)
            self.create(desired)

    thing = Replaced({"name": "x", "size": 1}, {"size": 2})
    assert bring_about(thing, check_mode=False).changed
    assert thing.done == ["observe", "delete", "observe", "create", "observe"]


def test_a_change_that_another_one_made_meanwhile_is_made():
    class Crossed(Thing):
        def update(self, current: State, desired: State) -> None:
            self.done.append("update")
            self.there = desired
            raise LongshoreError("it has that already", status=409)

    thing = Crossed({"name": "x", "size": 1}, {"size": 2})
    assert bring_about(thing, check_mode=False).changed
    assert thing.done == ["observe", "update", "observe", "observe"]


@pytest.mark.parametrize("status", [404, 400])
def test_what_another_one_deleted_meanwhile_is_gone(status):
    thing = Thing({"name": "x"}, None)
    thing.refuse["delete"] = LongshoreError("gone", status=status)
    thing.is_gone = lambda error: error.status == 400
    if status == 404:
        with pytest.raises(LongshoreError, match="gone"):
            bring_about(thing, check_mode=False)
    else:
        thing.observe = lambda: None if "delete" in thing.done else {"name": "x"}
        assert bring_about(thing, check_mode=False).changed


def test_a_creation_that_was_only_slow_is_ours():
    class Slow(Silent):
        def _write(self, verb: str, state: Optional[State]) -> None:
            if not self.lost:
                self.there = state
                error = LongshoreError("it exists", status=409)
                raise error
            super()._write(verb, state)

    thing = Slow(None, {"name": "x"})
    thing.works = False
    change = bring_about(thing, check_mode=False)
    assert (change.changed, change.before) == (True, None)
    assert thing.done == ["observe", "create", "observe", "observe", "observe"]


def test_a_secret_whose_change_got_no_reply_is_not_taken_for_changed():
    thing = Silent({"name": "x", "secret": SECRET_KEPT}, {"name": "x"}, secret=True)
    with pytest.raises(LongshoreError, match="no reply"):
        bring_about(thing, check_mode=False)
