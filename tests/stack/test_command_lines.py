"""What bin/test and bin/dev make of what was typed, and of a .env file."""

import pytest

from prm.stack.dev import parse
from prm.stack.environment import load_env_file, read_env_file
from prm.stack.pytest_plugin import take_slot, wanted
from prm.stack.testing import pytest_arguments


def test_large_runs_use_all_cores():
    assert pytest_arguments([], 2) == ["-n", "2", "--dist", "worksteal"]
    assert pytest_arguments(["tests/kernel", "-k", "fence"], 2)[:2] == ["-n", "2"]


@pytest.mark.parametrize(
    "given", [["tests/kernel/test_a.py"], ["tests/a.py::test_b"], ["-n0"], ["-n", "4"], ["--pdb"], ["--pace"]]
)
def test_small_runs_and_explicit_choices_are_left_alone(given):
    assert pytest_arguments(given, 2) == given


def test_one_core_runs_alone():
    assert pytest_arguments([], 1) == []


def test_coverage_is_of_the_whole_program():
    assert "--cov=." in pytest_arguments(["--cov", "-n0"], 2)


def test_pace_and_long_tests_run_only_when_asked():
    assert wanted(set(), pace=False, long=False)
    assert not wanted({"pace"}, pace=False, long=True)
    assert not wanted({"long"}, pace=False, long=False)
    assert wanted({"long"}, pace=False, long=True)
    assert wanted({"pace"}, pace=True, long=False)
    assert not wanted(set(), pace=True, long=False)


def test_two_runs_get_two_slots(tmp_path):
    assert [take_slot(tmp_path).name, take_slot(tmp_path).name] == ["1", "2"]


def test_port_from_the_environment(monkeypatch):
    monkeypatch.setenv("PORT", "9100")
    assert parse([]).port == 9100
    assert parse(["--port", "9200"]).port == 9200


def test_env_file_is_read_as_people_write_it():
    text = """
    # a comment
    export SITE_URL="https://prm.example.com"
    SECRET_KEY='a=b'
    EMPTY=
    """
    assert read_env_file(text) == {"SITE_URL": "https://prm.example.com", "SECRET_KEY": "a=b", "EMPTY": ""}


def test_the_environment_wins_over_the_env_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("ONE=file\nTWO=file\nEMPTY=\n")
    environ = {"ONE": "environment"}
    load_env_file(file, environ)
    assert environ == {"ONE": "environment", "TWO": "file"}
