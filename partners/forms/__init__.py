"""What people fill in about partners and their contacts."""

from partners.forms.company import COUNTRY_CHOICES, ContactForm, PartnerForm, ProfileForm
from partners.forms.documents import DeclineForm, DocumentForm, SignForm, VersionForm
from partners.forms.standing import OptionalReasonForm, ReasonForm, TerminationForm
from partners.forms.work import AssignForm, CancelForm, StepForm, TaskForm

__all__ = [
    "COUNTRY_CHOICES",
    "AssignForm",
    "CancelForm",
    "ContactForm",
    "DeclineForm",
    "DocumentForm",
    "OptionalReasonForm",
    "PartnerForm",
    "ProfileForm",
    "ReasonForm",
    "SignForm",
    "StepForm",
    "TaskForm",
    "TerminationForm",
    "VersionForm",
]
