"""What comes into deals by files: leads, and open business of a CRM."""

from dealreg.importers import leads, opportunities  # noqa: F401 - each lends its importer
