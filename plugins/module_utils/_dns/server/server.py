# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One transaction that makes a server serve what it is to, or leaves it as it was.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._secrets import write_private
from ..client import DnsReply
from ..errors import DnsError
from ..named.files import NamedFiles
from ..named.programs import Named
from ..zones.options import ServerSpec, Settings, ZoneSpec
from ..zones.serial import following, is_later
from ..zones.zone import MARK as ZONE_MARK
from ..zones.zone import update, with_serial
from .layout import Layout, Paths, layout, owned_zones
from .refusals import choose_views, refuse_conflicts
from .signals import Interrupted, Signals
from .transaction import FileChange, FileTransaction, differs, read_file

_PAUSE = 0.2
_REFRESH_EVERY = 2.0


class ZoneChange(NamedTuple):
    """What was done.

    :param serials: by zone; None on a secondary.
    """

    changed: bool
    changes: Tuple[FileChange, ...]
    serials: Dict[str, Optional[int]]
    reloaded: Tuple[str, ...]


class Server:
    """A DNS server that is to serve something.

    :param desired: None for nothing of ours.
    :param ask: asks it for addresses; None where it would not answer this host from the right view.
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
        self._ask = ask
        self._settings = settings
        self._view = ""
        self._serials: Dict[str, Optional[int]] = {}

    def bring_about(self, check_mode: bool) -> ZoneChange:
        """Change what has to change. With C(check_mode) only say what would be changed.

        :raises DnsError: it cannot be done, and nothing was changed; or it did not work, and everything is as before.
        """
        old = read_file(self._paths.fragment)
        owned = owned_zones(None if old is None else old.decode("utf-8", "replace"), self._paths.fragment)
        files = NamedFiles(self._paths.config)
        if (
            not self._wanted
            and not owned
            and not any(differs(change) for change in self._plan(files, Layout({}, {}), {}))
        ):
            return ZoneChange(False, (), {}, ())
        self._named.refuse_broken()
        self._named.refuse_stopped()
        views = self._views(files, owned)
        wanted = layout(self._desired, self._paths, self._named.version(), views) if self._wanted else Layout({}, {})
        changes = tuple(change for change in self._plan(files, wanted, owned) if differs(change))
        self._check_zone_files(changes)
        if changes:
            if not check_mode:
                self._commit(changes, owned)
            return ZoneChange(True, changes, self._serials, ())
        stale = tuple(zone.name for zone in self._desired.with_data if self._problem(zone))
        if stale and not check_mode:
            self._catch_up(stale)
        return ZoneChange(bool(stale), (), self._serials, stale)

    def _views(self, files: NamedFiles, owned: Dict[str, Any]) -> Tuple[str, ...]:
        """The views that are to have the zones.

        :raises DnsError: the server cannot have them.
        """
        if not self._wanted:
            contexts = [place.context for place in files.includes if files.names(place, self._paths.fragment)]
            self._view = contexts[0][1] if contexts and contexts[0][:1] == ("view",) else ""
            return ()
        views = choose_views(files, self._desired)
        self._view = views[0] if views else ""
        refuse_conflicts(files, self._desired, self._paths, owned, views)
        return views

    def _plan(self, files: NamedFiles, wanted: Layout, owned: Dict[str, Tuple[str, str]]) -> List[FileChange]:
        """All files, in an order in which the configuration is good at every moment: what is named is there."""
        group = self._settings.group
        zones, stale = [], []
        for zone in self._desired.with_data:
            zones += self._zone_change(zone, group)
        kept = {change.path for change in zones} | {
            self._paths.zone_file(zone.name) for zone in self._desired.with_data
        }
        for kind, path in owned.values():
            old = read_file(path) if path and path not in kept else None
            # Whatever is in a secondary's file was written by the server.
            if old is not None and (kind in ("secondary", "slave") or ZONE_MARK.encode() in old):
                stale.append(FileChange(path, old, None))
            journal = read_file(path + ".jnl") if old is not None else None
            if journal is not None:
                stale.append(FileChange(path + ".jnl", journal, None))
        texts = {path: wanted.texts.get(path) for path in (self._paths.key, *self._paths.included)}
        if not self._desired.rpz:
            # The policy goes before its zone does.
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
            self._serials[zone.name] = None
            return []
        path = self._paths.zone_file(zone.name)
        old = read_file(path)
        current = None if old is None else old.decode("utf-8", "replace")
        rendered = update(zone.zone, current, time.time(), zone.serial, where=path)
        self._serials[zone.name] = rendered.serial
        return [FileChange(path, old, rendered.text.encode("utf-8"), 0o644, group)]

    def _check_zone_files(self, changes: Sequence[FileChange]) -> None:
        names = {self._paths.zone_file(zone.name): zone.name for zone in self._desired.with_data}
        for change in changes:
            if change.path in names and change.new is not None:
                temporary = os.path.join(self._settings.temporary, "zone")
                write_private(temporary, change.new)
                self._named.check_zone(names[change.path], temporary)

    def _problem(self, zone: ZoneSpec) -> Optional[str]:
        """Why the server does not serve a zone as it is to, None when it does."""
        serial, wanted = self._named.serial(zone.name, self._view), self._serials[zone.name]
        if serial is None:
            return "the zone {0} is not loaded".format(zone.name)
        if wanted is not None and serial != wanted:
            return "the zone {0} has the serial {1}, not {2}".format(zone.name, serial, wanted)
        # A secondary may be ahead of who says what to wait for.
        awaited = zone.serial if zone.zone is None else None
        if awaited not in (None, serial) and not is_later(serial, awaited):
            return "the zone {0} has the serial {1}, not {2} or later".format(zone.name, serial, awaited)
        for name, addresses in zone.asked if self._ask else ():
            problem = self._wrong_answer(name, addresses)
            if problem:
                return problem
        return None

    def _wrong_answer(self, name: str, addresses: Optional[Tuple[str, ...]]) -> Optional[str]:
        replies = [self._ask(name, kind) for kind in ("A", "AAAA")]
        found = tuple(sorted(address for reply in replies for address in reply.addresses))
        rcodes = [reply.rcode for reply in replies if reply.rcode != "NOERROR"]
        if rcodes:
            return "the server answers {0} for {1}".format(rcodes[0], name)
        if not found if addresses is None else found != addresses:
            return "the server says that {0} is {1}, not {2}".format(
                name, ", ".join(found) or "nowhere", ", ".join(addresses or ("an address",))
            )
        return None

    def _await(self, problem: Callable[[], Optional[str]]) -> None:
        """
        :raises DnsError: the problem is still there at the end of the time.
        """
        deadline = time.monotonic() + self._settings.timeout
        refreshed = time.monotonic()
        while True:
            try:
                found, where = problem(), None
            except DnsError as error:
                found, where = error.what, error.where
            if not found:
                return
            if time.monotonic() > deadline:
                raise DnsError(found, where=where, hint="Look at the log of named.")
            if self._desired.kind == "secondary" and time.monotonic() - refreshed > _REFRESH_EVERY:
                refreshed = time.monotonic()
                for zone in self._desired.zones:
                    # A zone that is not loaded yet cannot be refreshed; that it stays so is found above.
                    with contextlib.suppress(DnsError):
                        self._named.refresh(zone.name, self._view)
            time.sleep(_PAUSE)

    def _all_served(self, gone: Sequence[str]) -> Optional[str]:
        for zone in self._desired.with_data:
            problem = self._problem(zone)
            if problem:
                return problem
        for name in gone:
            if self._named.serial(name, self._view) is not None:
                return "the zone {0} is still there".format(name)
        return None

    def _catch_up(self, stale: Sequence[str]) -> None:
        """The files are right, and the server does not serve them: let it read them again."""
        self._named.reconfigure()
        for name in stale:
            if self._desired.kind == "primary" or (self._desired.rpz and name == self._desired.rpz.name):
                self._named.reload(name, self._view)
            else:
                self._named.refresh(name, self._view)
        self._await(lambda: self._all_served(()))

    def _commit(self, changes: Sequence[FileChange], owned: Dict[str, Tuple[str, str]]) -> None:
        """
        :raises DnsError: it did not work. Everything is as before, or the error says what is not.
        """
        paths = {change.path for change in changes}
        reload = [name for name in owned if owned[name][1] in paths and name in self._serials]
        gone = [name for name in owned if name not in self._serials and owned[name][1]]
        before = self._answers(name for name in owned if owned[name][1])
        files, touched = FileTransaction(changes), []
        with Signals() as signals:
            try:
                files.prepare()
                files.commit()
                trouble = self._named.trouble()
                if trouble:
                    raise DnsError("the configuration would be broken: {0}".format(trouble), where=self._paths.config)
                touched.append(True)
                self._named.reconfigure()
                for name in reload:
                    self._named.reload(name, self._view)
                self._await(lambda: self._all_served(gone))
                signals.ignore()
            except BaseException as error:
                signals.ignore()
                state = self._roll_back(files, reload if touched else None, before)
                if not isinstance(error, (LongshoreError, OSError, Interrupted)):
                    raise
                raise DnsError(
                    "{0}. {1}".format(getattr(error, "what", str(error)).rstrip("."), state),
                    where=getattr(error, "where", None),
                    hint=getattr(error, "hint", None),
                ) from error
            finally:
                files.close()

    def _answers(self, names: Iterator[str]) -> Dict[str, DnsReply]:
        """What the server says now, so that it can be seen whether it says so again."""
        found = {}
        for name in names if self._ask else ():
            with contextlib.suppress(DnsError):
                found[name] = self._ask(name, "A")
        return found

    def _roll_back(self, files: FileTransaction, reload: Optional[Sequence[str]], before: Dict[str, DnsReply]) -> str:
        """Go back; a sentence that says how that went.

        :param reload: zones that the server has to read again, None when it has read nothing yet.
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
            steps += [lambda name=name: self._named.reload(name, self._view) for name in reload]
            for step in steps:
                try:
                    step()
                except DnsError as error:
                    trouble.append(str(error))
        try:
            self._await(lambda: self._differing(before))
        except DnsError as error:
            trouble.append(str(error))
        if trouble:
            return "Going back did not work altogether: {0}".format("; ".join(trouble))
        return state + ", and the server answers as before"

    def _may_be_fetched(self, names: Sequence[str]) -> List[str]:
        """Zones that secondaries may have got meanwhile. Where the serial was given, others have them rightly."""
        if self._desired.kind != "primary" or self._desired.allow_transfer == ("none",):
            return []
        ours = {zone.name for zone in self._desired.zones if zone.serial is None}
        return [name for name in names if name in ours and self._named.serial(name, self._view) == self._serials[name]]

    def _overtake(self, names: Sequence[str]) -> str:
        """Let zones that went back have later serials than what was taken back: secondaries keep the latest.

        :raises DnsError: a file cannot be written.
        """
        changes, said = [], []
        for name in names:
            path = self._paths.zone_file(name)
            old = read_file(path) or b""
            serial = following(self._serials[name], time.time())
            changes.append(FileChange(path, old, with_serial(old.decode("utf-8", "replace"), serial).encode("utf-8")))
            said.append("for secondaries that have got the zone {0} it has the serial {1} now".format(name, serial))
        files = FileTransaction(changes)
        try:
            files.prepare()
            files.commit()
        finally:
            files.close()
        return ", ".join(said)

    def _differing(self, before: Dict[str, DnsReply]) -> Optional[str]:
        for name, reply in before.items():
            now = self._ask(name, "A")
            if now != reply:
                return "{0} is {1} now".format(name, ", ".join(now.addresses) or now.rcode)
        return None
