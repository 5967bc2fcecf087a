# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One transaction that brings a server to its desired state, or leaves it unchanged.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._secrets import write_private
from ..client import DnsReply
from ..errors import DnsError
from ..named.files import NamedFiles
from ..named.programs import Named
from ..zones.options import ServerSpec, Settings, ZoneSpec
from ..zones.serial import following
from ..zones.zone import MARK as ZONE_MARK
from ..zones.zone import update, with_serial
from .layout import Layout, Paths, layout, owned_zones
from .refusals import choose_views, refuse_added_zones, refuse_conflicts, refuse_unanswered
from .signals import Interrupted, Signals
from .transaction import (
    FileChange,
    FileTransaction,
    Left,
    differs,
    is_link,
    left_behind,
    read_file,
    remove_left,
    written_at,
)
from .watch import Watch


class ZoneChange(NamedTuple):
    """What was done.

    :param serials: by zone; None on a secondary.
    """

    changed: bool
    changes: Tuple[FileChange, ...]
    serials: Dict[str, Optional[int]]
    reloaded: Tuple[str, ...]


class Server:
    """A DNS server and its desired state.

    :param desired: None to remove everything of ours.
    :param ask: queries it for addresses; None if it would not answer this host from the correct view.
    """

    def __init__(
        self,
        desired: Optional[ServerSpec],
        paths: Paths,
        named: Named,
        ask: Optional[Callable[[str, str], DnsReply]],
        settings: Settings,
    ) -> None:
        self._desired = desired or ServerSpec()
        self._wanted = desired is not None
        self._paths = paths
        self._named = named
        self._settings = settings
        self._watch = Watch(self._desired, named, ask, settings.timeout)

    def bring_about(self, check_mode: bool) -> ZoneChange:
        """Make the necessary changes. With C(check_mode), only report them.

        :raises DnsError: it is impossible, and nothing was changed; or it failed, and everything was restored.
        """
        files = NamedFiles(self._paths.config)
        left = self._left_behind(files)
        owned = self._owned(left)
        unneeded = not self._wanted and not owned and not left
        if unneeded and not any(differs(change) for change in self._plan(files, Layout({}, {}), {})):
            return ZoneChange(False, (), {}, ())
        self._named.refuse_broken()
        configured = self._named.last_configured()
        views, version = self._views(files, owned), self._named.version()
        wanted = self._layout(self._paths, version, views)
        changes = tuple(change for change in self._plan(files, wanted, owned) if differs(change))
        self._check_zone_files(changes)
        stale = self._watch.stale(ask=not changes)
        if not (changes or stale or left or self._is_behind(configured, wanted)):
            return ZoneChange(False, (), self._watch.serials, ())
        if check_mode:
            self._forecast(
                changes, self._layout(self._paths._replace(zone_dir=self._settings.temporary), version, views)
            )
        else:
            self._commit(changes, owned, stale)
            remove_left(left)
        return ZoneChange(True, changes, self._watch.serials, () if changes else stale)

    def _layout(self, paths: Paths, version: Tuple[int, ...], views: Tuple[str, ...]) -> Layout:
        return layout(self._desired, paths, version, views) if self._wanted else Layout({}, {})

    def _left_behind(self, files: NamedFiles) -> List[Left]:
        """Files that a killed run left next to files of this module."""
        zone_dir = os.path.realpath(self._paths.zone_dir)
        ours = {*files.texts, *map(os.path.realpath, (self._paths.key, *self._paths.included))}

        def is_ours(path: str) -> bool:
            folder, name = os.path.split(path)
            return path in ours or (folder == zone_dir and name.endswith((".zone", ".zone.jnl")))

        return left_behind([zone_dir, *map(os.path.dirname, ours)], is_ours)

    def _owned(self, left: Sequence[Left]) -> Dict[str, Tuple[str, str]]:
        """The zones of the current fragment, and of the one before a killed run."""
        found: Dict[str, Tuple[str, str]] = {}
        for path in [item.path for item in left if item.of == self._paths.fragment and not is_link(item)] + [
            self._paths.fragment
        ]:
            text = read_file(path)
            found.update(owned_zones(None if text is None else text.decode("utf-8", "replace"), path))
        return found

    def _is_behind(self, configured: Optional[float], wanted: Layout) -> bool:
        """Whether the server has not read its configuration since our last write."""
        return configured is not None and any(int(written_at(path)) > configured for path in wanted.texts)

    def _views(self, files: NamedFiles, owned: Dict[str, Any]) -> Tuple[str, ...]:
        """The views to put the zones in.

        :raises DnsError: the server cannot have them.
        """
        if not self._wanted:
            contexts = [place.context for place in files.includes if files.names(place, self._paths.fragment)]
            self._watch.view = contexts[0][1] if contexts and contexts[0][:1] == ("view",) else ""
            return ()
        views = choose_views(files, self._desired)
        self._watch.view = views[0] if views else ""
        refuse_conflicts(files, self._desired, self._paths, owned, views)
        refuse_added_zones(self._named, self._desired, owned, views)
        if self._settings.asked_from:
            refuse_unanswered(files, self._desired, self._settings.asked_from)
        return views

    def _plan(self, files: NamedFiles, wanted: Layout, owned: Dict[str, Tuple[str, str]]) -> List[FileChange]:
        """All files, in an order that keeps the configuration valid at every moment."""
        group = self._settings.group
        zones, stale = [], []
        for zone in self._desired.with_data:
            zones += self._zone_change(zone, group)
        kept = {change.path for change in zones} | {
            self._paths.zone_file(zone.name) for zone in self._desired.with_data
        }
        for kind, path in owned.values():
            old = read_file(path) if path and path not in kept else None
            # A secondary's file is written by the server.
            if old is not None and (kind in ("secondary", "slave") or ZONE_MARK.encode() in old):
                stale.append(FileChange(path, old, None))
            journal = read_file(path + ".jnl") if old is not None else None
            if journal is not None:
                stale.append(FileChange(path + ".jnl", journal, None))
        texts = {path: wanted.texts.get(path) for path in (self._paths.key, *self._paths.included)}
        if not self._desired.rpz:
            # Remove the policy before its zone.
            texts = dict([(self._paths.options, texts[self._paths.options])] + list(texts.items()))
        written, removed = [], []
        for path, text in texts.items():
            secret = path == self._paths.key
            change = FileChange(path, read_file(path), None if text is None else text.encode("utf-8"), secret=secret)
            change = change._replace(mode=0o640 if secret else 0o644, group=group)
            (removed if text is None else written).append(change)
        lines: List[FileChange] = []
        less: List[FileChange] = []
        for path, text in files.edited(wanted.includes, self._paths.included, self._paths.include_in).items():
            change = FileChange(path, read_file(path), text, in_place=self._settings.in_place)
            (less if len(change.new or b"") < len(change.old or b"") else lines).append(change)
        return zones + less + written + lines + removed + stale

    def _zone_change(self, zone: ZoneSpec, group: int) -> List[FileChange]:
        if zone.zone is None:
            self._watch.serials[zone.name] = None
            return []
        path = self._paths.zone_file(zone.name)
        old = read_file(path)
        current = None if old is None else old.decode("utf-8", "replace")
        rendered = update(zone.zone, current, time.time(), zone.serial, where=path)
        self._watch.serials[zone.name] = rendered.serial
        return [FileChange(path, old, rendered.text.encode("utf-8"), 0o644, group)]

    def _check_zone_files(self, changes: Sequence[FileChange]) -> None:
        names = {self._paths.zone_file(zone.name): zone.name for zone in self._desired.with_data}
        for change in changes:
            if change.path in names and change.new is not None:
                temporary = os.path.join(self._settings.temporary, os.path.basename(change.path))
                write_private(temporary, change.new)
                self._named.check_zone(names[change.path], temporary)

    def _forecast(self, changes: Sequence[FileChange], wanted: Layout) -> None:
        """
        :param wanted: with zone files in the private directory.
        :raises DnsError: the configuration would be broken.
        """
        instead = {os.path.realpath(change.path): change.new for change in changes}
        for zone in self._desired.with_data:
            path = self._paths.zone_file(zone.name)
            if zone.zone is not None and os.path.realpath(path) not in instead:
                write_private(os.path.join(self._settings.temporary, os.path.basename(path)), read_file(path) or b"")
        instead.update((os.path.realpath(path), text.encode("utf-8")) for path, text in wanted.texts.items())
        whole = os.path.join(self._settings.temporary, "named.conf")
        write_private(whole, NamedFiles(self._paths.config, instead).flat())
        self._refuse_trouble(self._named.trouble(whole))

    def _refuse_trouble(self, trouble: Optional[str]) -> None:
        if trouble:
            raise DnsError("the configuration would be broken: {0}".format(trouble), where=self._paths.config)

    def _commit(self, changes: Sequence[FileChange], owned: Dict[str, Tuple[str, str]], stale: Sequence[str]) -> None:
        """
        :param stale: zones whose files the server has not read, or a secondary not fetched, yet.
        :raises DnsError: it failed. Everything was restored, or the error says what was not.
        """
        paths = {change.path for change in changes}
        rewritten = [name for name in owned if owned[name][1] in paths and name in self._watch.serials]
        gone = [name for name in owned if name not in self._watch.serials and owned[name][1]]
        before = self._watch.answers(name for name in owned if owned[name][1])
        files, touched = FileTransaction(changes), []
        with Signals() as signals:
            try:
                files.prepare()
                files.commit()
                self._refuse_trouble(self._named.trouble())
                touched.append(True)
                self._named.reconfigure()
                for name in dict.fromkeys([*rewritten, *(name for name in stale if name in owned)]):
                    self._read_again(name)
                self._watch.await_served(gone)
                signals.ignore()
            except BaseException as error:
                signals.ignore()
                state = self._roll_back(files, rewritten if touched else None, before)
                if not isinstance(error, (LongshoreError, OSError, Interrupted)):
                    raise
                raise DnsError(
                    "{0}. {1}".format(getattr(error, "what", str(error)).rstrip("."), state),
                    where=getattr(error, "where", None),
                    hint=getattr(error, "hint", None),
                ) from error
            finally:
                files.close()

    def _read_again(self, name: str) -> None:
        is_policy = self._desired.rpz is not None and name == self._desired.rpz.name
        step = self._named.reload if self._desired.kind == "primary" or is_policy else self._named.refresh
        step(name, self._watch.view)

    def _roll_back(self, files: FileTransaction, reload: Optional[Sequence[str]], before: Dict[str, DnsReply]) -> str:
        """Roll back; returns a sentence on the outcome.

        :param reload: zones that the server must reload, None if it has read nothing yet.
        """
        fetched = self._may_be_fetched(reload or ())
        trouble = files.roll_back()
        state = "All files are as before"
        if fetched:
            try:
                state += ", but " + self._overtake(fetched)
            except DnsError as error:
                trouble.append(str(error))
        if reload is not None:
            steps: List[Callable[[], None]] = [self._named.reconfigure]
            steps += [lambda name=name: self._named.reload(name, self._watch.view) for name in reload]
            for step in steps:
                try:
                    step()
                except DnsError as error:
                    trouble.append(str(error))
        try:
            self._watch.await_answers(before)
        except DnsError as error:
            trouble.append(str(error))
        if trouble:
            return "The rollback was incomplete: {0}".format("; ".join(trouble))
        return state + ", and the server answers as before"

    def _may_be_fetched(self, names: Sequence[str]) -> List[str]:
        """Zones that secondaries may have fetched meanwhile, except those with a given serial."""
        if self._desired.kind != "primary" or self._desired.allow_transfer == ("none",):
            return []
        ours = {zone.name for zone in self._desired.zones if zone.serial is None}
        return [name for name in names if name in ours and self._watch.serial(name) == self._watch.serials[name]]

    def _overtake(self, names: Sequence[str]) -> str:
        """Give rolled-back zones later serials than the withdrawn ones: secondaries keep the latest.

        :raises DnsError: a file cannot be written.
        """
        changes, said = [], []
        for name in names:
            path = self._paths.zone_file(name)
            old = read_file(path) or b""
            serial = following(self._watch.serials[name], time.time())
            changes.append(FileChange(path, old, with_serial(old.decode("utf-8", "replace"), serial).encode("utf-8")))
            said.append(
                "the zone {0} now has the serial {1}, because secondaries may have fetched it".format(name, serial)
            )
        files = FileTransaction(changes)
        try:
            files.prepare()
            files.commit()
        finally:
            files.close()
        return ", ".join(said)
