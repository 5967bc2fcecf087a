# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import os
import stat
import threading
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor, read_text, write_private
from ansible_collections.longshore.swr.plugins.module_utils._text import MASK

SECRETS = st.text(min_size=4, max_size=40).filter(lambda text: text.strip("*"))
CLOSE_SECRETS = st.text(alphabet="ab*", min_size=4, max_size=9).filter(lambda text: text.strip("*"))


def utf8(text):
    return text.encode("utf-8", "surrogatepass")


def spellings(secret):
    yield secret
    yield quote(utf8(secret), safe="")
    yield quote_plus(utf8(secret))
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(utf8(secret)).decode()
    yield base64.urlsafe_b64encode(utf8(secret)).decode()


@given(st.lists(SECRETS, min_size=1, max_size=4), st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_no_secret_survives_in_any_form(secrets, between):
    redact = Redactor(secrets)
    for secret in secrets:
        for form in spellings(secret):
            masked = redact(form.join(between + [""]))
            for other in secrets:
                assert not [found for found in spellings(other) if found in masked]


@given(st.lists(CLOSE_SECRETS, min_size=1, max_size=5), st.text(alphabet="ab*", max_size=60))
@example(["abbb", "bbba"], "abbba")
@example(["aaaa", "a***"], "aaaaa")
def test_overlapping_secrets_leave_nothing(secrets, text):
    masked = Redactor(secrets)(text)
    assert not [secret for secret in secrets if secret in masked]
    assert Redactor(secrets)(masked) == masked


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=9, max_size=40),
    st.text(max_size=6),
    st.text(max_size=6),
)
def test_a_basic_header_does_not_give_the_password_away(password, before, after):
    header = base64.b64encode(utf8(before + password + after)).decode()
    masked = Redactor([password])("Authorization: Basic " + header)
    assert MASK in masked or not password.strip("*")
    kept = "".join(part for part in masked[len("Authorization: Basic ") :].split(MASK))
    # What remains is the text around the password, and at most the characters that it shares with it.
    assert len(kept) <= len(header) - (len(password) * 8 // 6 - 2)


@given(st.text(alphabet="xyz ", max_size=50))
def test_text_without_a_secret_is_untouched(text):
    assert Redactor(["secret-value"])(text) == text


def test_longest_secret_is_masked_whole():
    assert Redactor(["pass", "password1", "word1234"])("password1 password1234 pass") == "{0} {0} {0}".format(MASK)


def test_short_and_missing_values_are_ignored():
    redact = Redactor()
    redact.add(None, "", "abc", "****")
    assert redact("abc None ****") == "abc None ****"


def test_adding_later_masks_from_then_on():
    redact = Redactor()
    assert redact("hunter22") == "hunter22"
    redact.add("hunter22")
    assert redact("hunter22") == MASK


def test_clean_goes_through_keys_lists_and_leaves_other_values():
    redact = Redactor(["s3cret"])
    dirty = {"a s3cret": ["s3cret", ("x s3cret", 7)], "n": None, "b": True, "f": 1.5}
    assert redact.clean(dirty) == {"a " + MASK: [MASK, ["x " + MASK, 7]], "n": None, "b": True, "f": 1.5}
    assert "a s3cret" in dirty


def test_threads_may_add_and_mask_together():
    redact = Redactor()
    values = ["value-{0:04d}".format(number) for number in range(40)]
    failures = []

    def work(mine):
        for value in mine:
            redact.add(value)
            if value in redact("x" + value):
                failures.append(value)

    threads = [threading.Thread(target=work, args=(values[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert redact(" ".join(values)) == " ".join([MASK] * len(values))


def test_write_private_makes_a_file_for_its_owner_only(tmp_path):
    path = tmp_path / "auth.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, '{"k": "ü"}')
    assert path.read_bytes() == '{"k": "ü"}'.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(str(tmp_path)) == ["auth.json"]


def test_write_private_ignores_a_lax_umask(tmp_path):
    before = os.umask(0)
    try:
        write_private(tmp_path / "f", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600


def test_write_private_keeps_a_symbolic_link(tmp_path):
    real = tmp_path / "real.json"
    real.write_text("old")
    link = tmp_path / "link.json"
    link.symlink_to(real)
    write_private(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "auth.json"
    path.write_text("old")

    def refuse(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(LongshoreError) as caught:
        write_private(path, "the-secret")
    assert "auth.json" in str(caught.value)
    assert "No space left" in str(caught.value)
    assert "the-secret" not in str(caught.value)
    assert path.read_text() == "old"
    assert os.listdir(str(tmp_path)) == ["auth.json"]


def test_write_private_into_an_absent_directory_names_the_file(tmp_path):
    with pytest.raises(LongshoreError) as caught:
        write_private(tmp_path / "no" / "auth.json", "x")
    assert caught.value.where.endswith("no/auth.json")
    assert "directory" in caught.value.hint


def test_read_text_tolerates_a_byte_order_mark(tmp_path):
    path = tmp_path / "f.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert read_text(path) == "{}"


def test_read_text_names_what_is_wrong_without_quoting_the_file(tmp_path):
    with pytest.raises(LongshoreError, match="does not exist"):
        read_text(tmp_path / "absent")
    with pytest.raises(LongshoreError, match="it is a directory"):
        read_text(tmp_path)
    path = tmp_path / "latin1"
    path.write_bytes(b"ok\npassword=caf\xe9\n")
    with pytest.raises(LongshoreError) as caught:
        read_text(path)
    assert "line 2" in str(caught.value)
    assert "caf" not in str(caught.value)
