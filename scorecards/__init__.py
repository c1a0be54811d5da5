"""How good a partner is, in numbers both sides accept: questionnaires, KPIs and the scorecard.

An assessment is a filled-in questionnaire (in progress, submitted, reviewed, superseded by the next one);
it gives capability scores by category and lens. KPIs turn measures into colours, and the composite
score weighs them into one figure that ranks partners for the vendor and compares them with peers.
"""
