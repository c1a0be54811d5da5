"""How close a partner is: what its people read, attend and answer, and who goes quiet.

Events give points that fade with time and may call for a phone call; recency, frequency and money sort
partners into segments; inactivity levels run from ok over watch and warning to dormant. Surveys measure
satisfaction, and loyalty points are earned, redeemed and expire.
"""
