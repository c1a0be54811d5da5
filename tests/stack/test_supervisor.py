"""A program that ends is started again, ever later, until it is given up; its complaints reach the console."""

import sys
import time

from prm.stack.supervisor import RESTARTS, Program, Supervisor, delay


def supervisor(tmp_path, said):
    return Supervisor(logs=tmp_path, environ={}, say=said.append)


def until(condition, supervisor, seconds=10):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "took too long"
        supervisor.tick()
        time.sleep(0.01)


def test_delays_double():
    assert [delay(n) for n in (1, 2, 3, 4, 5)] == [1, 2, 4, 8, 16]


def test_a_dead_program_is_announced_and_started_again(tmp_path):
    said = []
    watch = supervisor(tmp_path, said)
    program = Program("web", [sys.executable, "-c", "import sys; sys.exit(3)"])
    watch.start(program)
    until(lambda: said, watch)
    assert said[0].startswith("web ended with 3; again in 1 s")
    program.again_at = 0
    until(lambda: len(said) > 1, watch)
    assert said[1] == "web is started again"


def test_what_keeps_failing_is_left_stopped(tmp_path):
    said = []
    watch = supervisor(tmp_path, said)
    program = Program("web", [sys.executable, "-c", "import sys; sys.exit(3)"], failures=RESTARTS)
    watch.start(program)
    until(lambda: program.given_up, watch)
    assert "keeps failing; left stopped" in said[-1]


def test_complaints_are_shown_and_everything_is_logged(tmp_path, capfd):
    watch = supervisor(tmp_path, [])
    script = "print('quiet'); print('ERROR loud'); print('Traceback (most recent call last):'); print('  where')"
    watch.start(Program("worker", [sys.executable, "-c", script]))
    log = tmp_path / "worker.log"
    until(lambda: log.exists() and "where" in log.read_text(), watch)
    shown = capfd.readouterr().out
    assert "ERROR loud" in shown
    assert "  where" in shown
    assert "quiet" not in shown
    assert "quiet" in log.read_text()


def test_stop_ends_programs_in_reverse_order(tmp_path):
    said = []
    watch = supervisor(tmp_path, said)
    for name in ("web", "worker"):
        watch.start(Program(name, [sys.executable, "-c", "import time; time.sleep(60)"]))
    watch.stop()
    assert [line.split()[0] for line in said] == ["worker", "web"]
    assert all(program.ended_with() is not None for program in watch.programs)
