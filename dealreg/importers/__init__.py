"""What comes into deals and leads by files."""

from dealreg.importers import leads  # noqa: F401 - lends its importer
