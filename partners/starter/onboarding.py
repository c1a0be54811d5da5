"""The starter blueprint of onboarding, which every vendor begins with and may change."""

from __future__ import annotations

from pathlib import Path

import yaml

from partners.models import OnboardingStep

BLUEPRINT = Path(__file__).with_name("onboarding.yaml")


def copy_blueprint() -> int:
    """Give the tenant the starter steps if it has none at all; what it changed or switched off stays so."""
    if OnboardingStep.objects.exists():
        return 0
    wanted = yaml.safe_load(BLUEPRINT.read_text(encoding="utf-8"))["onboarding_tasks"]
    steps = [OnboardingStep(code=step.pop("id"), **step) for step in wanted]
    OnboardingStep.objects.bulk_create(steps, ignore_conflicts=True)
    return len(steps)
