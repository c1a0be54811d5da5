"""What people fill in about partners and their contacts."""

from partners.forms.company import (
    COUNTRY_CHOICES,
    ContactForm,
    PartnerForm,
    ProfileForm,
)
from partners.forms.standing import OptionalReasonForm, ReasonForm, TerminationForm

__all__ = [
    "COUNTRY_CHOICES",
    "ContactForm",
    "OptionalReasonForm",
    "PartnerForm",
    "ProfileForm",
    "ReasonForm",
    "TerminationForm",
]
