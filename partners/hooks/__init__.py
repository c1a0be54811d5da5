"""What the partners app lends, by noun: navigation, measures, panels, worklists, home parts, daily work."""

from partners.hooks import company, program, recruitment, segments, standing, work

__all__ = ["company", "program", "standing"]
from partners.hooks import documents

__all__ = ["company", "documents", "program"]
__all__ = ["company", "program", "recruitment", "standing"]
__all__ = ["company", "program", "segments", "standing"]
__all__ = ["company", "program", "standing", "work"]
