"""What deals lend: navigation, words, figures, panels, worklists, alerts, letters, and the work of the night."""

from dealreg import tasks  # noqa: F401 - what follows an action, and the work of the night
from dealreg.hooks import (  # noqa: F401
    calendar,
    contracts,
    figures,
    lead_news,
    leads,
    pages,
    pipeline,
    samples,
    upload,
    waiting,
    words,
)
