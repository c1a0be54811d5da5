"""The average deal size is read from the deals, in money, against a target that is set per partner.

A vendor that has entered shares or targets of its own for this KPI, or judges it its own way, keeps it as it is.
"""

from django.db import migrations

MEND = """
with untouched as (
    select id from scorecards_kpidefinition as kpi
    where measure = 'average_deal_size_to_target'
      and not exists (select from scorecards_kpiactual where kpi_id = kpi.id)
      and not exists (select from scorecards_kpitarget where kpi_id = kpi.id)
      and not exists (select from scorecards_partnerkpitarget where kpi_id = kpi.id)
      and not exists (select from scorecards_kpitargetproposal where kpi_id = kpi.id)
      and not exists (select from scorecards_kpisetting
                      where kpi_id = kpi.id and (target_kind <> 'fixed' or target <> 1))
), judged as (
    update scorecards_kpisetting set target_kind = 'per_partner', target = null
    where kpi_id in (select id from untouched)
)
update scorecards_kpidefinition
set measure = 'average_deal_size', unit = 'money', formula = 'won revenue / won deals of the quarter'
where id in (select id from untouched)
"""


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0007_partner_standings")]

    operations = [migrations.RunSQL(MEND, migrations.RunSQL.noop)]
