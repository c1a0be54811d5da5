"""Deals that were approved before opportunities were kept get theirs: as approved, or as they ended."""

from django.db import migrations

OPPORTUNITIES = """
insert into dealreg_opportunity (id, tenant_id, partner_id, version, created_at, updated_at, number, state, stage, name,
  source, external_id, customer_name, customer_domain, customer_country, normalised_name, normalised_domain, amount,
  currency, credit, opened_on, expected_close, next_step, next_step_due, worked_at, closed_on, loss_reason, reason,
  owner_id, created_by_id, registration_id, campaign)
select gen_random_uuid(), d.tenant_id, d.partner_id, 1, now(), now(),
  upper(translate(substr(replace(gen_random_uuid()::text, '-', ''), 1, 8), '01', 'xy')),
  case when d.state in ('won', 'lost') then d.state else 'open' end, 'registered', d.customer_name,
  d.source, '', d.customer_name, d.customer_domain, d.customer_country, d.normalised_name, d.normalised_domain,
  coalesce(d.amount, 0), d.currency, d.credit_share, d.submitted_at::date,
  coalesce(d.expected_close, d.closed_on, d.approved_on), d.next_step, d.next_step_due,
  coalesce(d.progress_at, d.decided_at, d.submitted_at), d.closed_on,
  case when d.state = 'lost' then coalesce(nullif(d.loss_reason, ''), 'other') else '' end, d.reason,
  d.owner_id, d.created_by_id, d.id, d.campaign
from dealreg_dealregistration d
where d.state in ('approved', 'expired', 'won', 'lost')
  and not exists (select 1 from dealreg_opportunity o where o.registration_id = d.id)
"""
# Parts that are equal but for the smallest units, which the first line takes: together they are the amount.
LINES = """
with parts as (
  select o.id, o.tenant_id, o.partner_id, o.currency, l.line_id, o.amount,
    trunc(o.amount / count(*) over (partition by o.id), app.currency_scale(o.currency)) as part,
    count(*) over (partition by o.id) as many, row_number() over (partition by o.id order by l.created_at, l.id) as place
  from dealreg_opportunity o join dealreg_dealline l on l.deal_id = o.registration_id and l.granted
  where not exists (select 1 from dealreg_opportunityline x where x.opportunity_id = o.id)
)
insert into dealreg_opportunityline (id, tenant_id, partner_id, version, created_at, updated_at, opportunity_id, line_id,
  amount, currency)
select gen_random_uuid(), tenant_id, partner_id, 1, now(), now(), id, line_id,
  case when place = 1 then amount - part * (many - 1) else part end, currency
from parts
"""
CREDITS = """
insert into dealreg_opportunitycredit (id, tenant_id, partner_id, version, created_at, updated_at, opportunity_id, share,
  kind)
select gen_random_uuid(), o.tenant_id, o.partner_id, 1, now(), now(), o.id, o.credit, 'source'
from dealreg_opportunity o
where o.registration_id is not null and o.credit > 0
  and not exists (select 1 from dealreg_opportunitycredit c where c.opportunity_id = o.id)
"""


class Migration(migrations.Migration):
    dependencies = [("dealreg", "0003_leads")]

    operations = [
        migrations.RunSQL(OPPORTUNITIES, migrations.RunSQL.noop),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
        migrations.RunSQL(CREDITS, migrations.RunSQL.noop),
    ]
