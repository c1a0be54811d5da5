"""Addresses are computed without starting anything, and a given one wins."""

from pathlib import Path

from prm.stack import default_urls, redis_client_url, redis_url_with_db
from prm.stack.places import SOCKET_FOLDER_LIMIT, socket_folder


def test_computed_in_var_run(tmp_path):
    urls = default_urls(Path("/srv/prm"), {})
    assert urls == {
        "DATABASE_URL": "postgres://prm_app@/prm?host=/srv/prm/var/run",
        "DATABASE_OWNER_URL": "postgres://prm_owner@/prm?host=/srv/prm/var/run",
        "REDIS_URL": "redis+socket:///srv/prm/var/run/redis.sock?virtual_host=0",
    }


def test_given_address_wins():
    given = {"REDIS_URL": "redis://cache:6379/0", "DATABASE_URL": ""}
    urls = default_urls(Path("/srv/prm"), given)
    assert urls["REDIS_URL"] == "redis://cache:6379/0"
    assert urls["DATABASE_URL"].startswith("postgres://prm_app@/prm")


def test_prm_var_moves_the_sockets():
    assert "host=/srv/elsewhere/run" in default_urls(environ={"PRM_VAR": "/srv/elsewhere"})["DATABASE_URL"]


def test_long_path_gets_a_short_socket_folder():
    long = Path("/srv") / ("deep" * 30)
    assert len(str(socket_folder(long))) <= SOCKET_FOLDER_LIMIT
    assert socket_folder(long) != socket_folder(long / "other")
    assert socket_folder(Path("/srv/prm/var")) == Path("/srv/prm/var/run")


def test_numbered_databases_of_every_spelling():
    assert redis_url_with_db("redis://cache:6379/0", 3) == "redis://cache:6379/3"
    assert redis_url_with_db("unix:///run/r.sock?db=0", 3) == "unix:///run/r.sock?db=3"
    assert redis_url_with_db("redis+socket:///run/r.sock?virtual_host=0", 3) == (
        "redis+socket:///run/r.sock?virtual_host=3"
    )


def test_client_spelling_of_a_socket():
    assert redis_client_url("redis+socket:///run/r.sock?virtual_host=2") == "unix:///run/r.sock?db=2"
    assert redis_client_url("redis://cache:6379/1") == "redis://cache:6379/1"
