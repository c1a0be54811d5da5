"""What people fill in about partners and their contacts."""

from partners.forms.company import (
    COUNTRY_CHOICES,
    ContactForm,
    PartnerForm,
    ProfileForm,
)

__all__ = [
    "COUNTRY_CHOICES",
    "ContactForm",
    "PartnerForm",
    "ProfileForm",
]
