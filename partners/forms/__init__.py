"""What people fill in about partners and their contacts."""

from partners.forms.company import (
    COUNTRY_CHOICES,
    ContactForm,
    PartnerForm,
    ProfileForm,
)
from partners.forms.documents import DeclineForm, DocumentForm, SignForm, VersionForm
from partners.forms.recruitment import (
    AnswerForm,
    ApplicationForm,
    AttachForm,
    CommitForm,
    CommunityForm,
    DeclineForm,
    NoteForm,
    ProgramPageForm,
    QualifyForm,
    QuestionForm,
    RulesForm,
    SignerForm,
    WhyForm,
    write_questions,
)
from partners.forms.standing import OptionalReasonForm, ReasonForm, TerminationForm

__all__ = [
    "COUNTRY_CHOICES",
    "AnswerForm",
    "ApplicationForm",
    "AttachForm",
    "CommitForm",
    "CommunityForm",
    "ContactForm",
    "DeclineForm",
    "DocumentForm",
    "NoteForm",
    "OptionalReasonForm",
    "PartnerForm",
    "ProfileForm",
    "ProgramPageForm",
    "QualifyForm",
    "QuestionForm",
    "ReasonForm",
    "SignForm",
    "TerminationForm",
    "VersionForm",
    "RulesForm",
    "SignerForm",
    "TerminationForm",
    "WhyForm",
    "write_questions",
]
