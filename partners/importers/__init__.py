"""Partners, their people and who looks after them, from files."""

from partners.importers import companies, people, places  # noqa: F401 - each lends its importers
from partners.importers.companies import Company, Partners
from partners.importers.keys import PERMISSION, UnknownPartner, known_partner, partners_by_external_id

__all__ = ["PERMISSION", "Company", "Partners", "UnknownPartner", "known_partner", "partners_by_external_id"]
