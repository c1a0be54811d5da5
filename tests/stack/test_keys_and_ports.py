"""Secrets are made once and for us alone; a taken port is passed over aloud."""

import base64
import socket
import stat

from prm.stack import keys
from prm.stack.dev import free_port
from prm.stack.lock import addresses_in
from prm.stack.places import ROOT


def test_secrets_are_made_once_and_private(tmp_path):
    first = keys.load_or_make(tmp_path)
    assert keys.load_or_make(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]


def test_a_key_ring_holds_a_key_of_32_bytes():
    name, key = keys.key_ring().split(":")
    assert name == "k1"
    assert len(base64.urlsafe_b64decode(key)) == 32


def test_a_taken_port_is_passed_over_aloud(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port
    assert f"port {port} is taken" in capsys.readouterr().out


def test_locks_name_no_address():
    for name in ("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        assert addresses_in((ROOT / name).read_text()) == []


def test_an_address_in_a_lock_is_found():
    assert addresses_in('x\n  "resolved": "y"\n') == ['"resolved": "y"']
    assert addresses_in('"funding": {\n "url": "https://example.org"\n}') == []
