"""What deals lend: navigation, words, figures, panels, worklists, alerts, letters, and the work of the night."""

from dealreg import tasks  # noqa: F401 - what follows an action, and the work of the night
from dealreg.hooks import calendar, figures, lead_news, leads, pages, pipeline, samples, waiting, words  # noqa: F401
