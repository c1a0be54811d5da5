"""What comes into deals by files: leads, contracts, and open business of a CRM."""

from dealreg.importers import contracts, leads, opportunities  # noqa: F401 - each lends its importer
