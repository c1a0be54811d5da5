"""What people fill in about partners and their contacts."""

from partners.forms.bank import BankDetailsForm, VerifyForm
from partners.forms.company import (
    COUNTRY_CHOICES,
    NewPartnerForm,
    PartnerForm,
)
from partners.forms.documents import DeclineForm, DocumentForm, SignForm, VersionForm
from partners.forms.locator import InquiryForm, LocatorProfileForm, LocatorSearchForm
from partners.forms.managers import ManagerForm, ReassignForm, SecondForm, SponsorForm, StandInForm
from partners.forms.merges import MergeForm
from partners.forms.people import ActivityForm, ContactForm, LeaveForm, NoteForm
from partners.forms.profile import AnswerForm, LocationForm, ProfileForm, QuestionForm, in_fields
from partners.forms.recruitment import (
    ApplicationForm,
    AttachForm,
    CommitForm,
    CommunityForm,
    ProgramPageForm,
    QualifyForm,
    RulesForm,
    SignerForm,
    WhyForm,
    write_questions,
)
from partners.forms.standing import OptionalReasonForm, ReasonForm, TerminationForm
from partners.forms.work import AssignForm, CancelForm, StepForm, TaskForm

__all__ = [
    "COUNTRY_CHOICES",
    "ActivityForm",
    "AnswerForm",
    "ApplicationForm",
    "AssignForm",
    "AttachForm",
    "BankDetailsForm",
    "CancelForm",
    "CommitForm",
    "CommunityForm",
    "ContactForm",
    "DeclineForm",
    "DocumentForm",
    "InquiryForm",
    "LeaveForm",
    "LocationForm",
    "LocatorProfileForm",
    "LocatorSearchForm",
    "ManagerForm",
    "MergeForm",
    "NewPartnerForm",
    "NoteForm",
    "OptionalReasonForm",
    "PartnerForm",
    "ProfileForm",
    "ProgramPageForm",
    "QualifyForm",
    "QuestionForm",
    "ReasonForm",
    "ReassignForm",
    "RulesForm",
    "SecondForm",
    "SignForm",
    "SignerForm",
    "SponsorForm",
    "StandInForm",
    "StepForm",
    "TaskForm",
    "TerminationForm",
    "VerifyForm",
    "VersionForm",
    "WhyForm",
    "in_fields",
    "write_questions",
]
