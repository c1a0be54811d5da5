"""A test database is copied again only while nothing that shapes it has changed."""

from prm.stack.databases import fingerprint


def test_only_shaping_files_count(tmp_path):
    migration = tmp_path / "deals" / "migrations" / "0001_initial.py"
    migration.parent.mkdir(parents=True)
    migration.write_text("1")
    before = fingerprint(tmp_path)
    (tmp_path / "deals" / "views.py").write_text("anything")
    assert fingerprint(tmp_path) == before
    migration.write_text("2")
    assert fingerprint(tmp_path) != before
