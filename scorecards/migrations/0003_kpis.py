import uuid
from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import prm.kernel.fields
import prm.kernel.tenancy.models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_first_with_partners"),
        ("partners", "0001_first"),
        ("scorecards", "0002_question_bank_editions"),
    ]

    operations = [
        migrations.CreateModel(
            name="KpiDefinition",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=60)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("fit", "Fit with the brand"),
                            ("customer", "Customers and offer"),
                            ("capabilities", "Sales and delivery capabilities"),
                            ("activation", "Activation"),
                            ("performance", "Performance"),
                        ],
                        default="performance",
                        max_length=20,
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("name", prm.kernel.fields.TextField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("metric", "Computed"),
                            ("topic", "Topic of the scorecard"),
                            ("entered", "Entered or imported"),
                        ],
                        default="metric",
                        max_length=10,
                    ),
                ),
                ("measure", models.CharField(blank=True, default="", max_length=60)),
                ("formula", prm.kernel.fields.TextField(blank=True, max_length=300)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("score", "Score"),
                            ("ratio", "Percent"),
                            ("count", "Count"),
                            ("money", "Money"),
                            ("multiple", "Multiple"),
                            ("days", "Days"),
                            ("flag", "Yes or no"),
                        ],
                        default="score",
                        max_length=10,
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("higher", "Higher is better"), ("lower", "Lower is better")],
                        default="higher",
                        max_length=10,
                    ),
                ),
                (
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "code"), name="kpi_code"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "topic"), _negated=True),
                            models.Q(("measure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="kpi_topic_is_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiActual",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("month", models.DateField()),
                ("value", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                (
                    "source",
                    models.CharField(
                        choices=[("manual", "Entered"), ("import", "Imported")], default="manual", max_length=10
                    ),
                ),
                (
                    "entered_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
                (
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
                (
                    "kpi",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actuals",
                        to="scorecards.kpidefinition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner", "kpi", "month"), name="kpi_actual_once"),
                    models.CheckConstraint(condition=models.Q(("month__day", 1)), name="kpi_actual_first_of_month"),
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", Decimal("-1E+12")), ("value__lt", Decimal("1E+12"))),
                        name="kpi_actual_value",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiSetting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("valid_from", models.DateField()),
                ("in_use", models.BooleanField(default=True)),
                (
                    "life_stages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "target_kind",
                    models.CharField(
                        choices=[
                            ("none", "None: the value itself is judged"),
                            ("fixed", "One for all"),
                            ("per_partner", "Set per partner, tier or programme"),
                        ],
                        default="none",
                        max_length=12,
                    ),
                ),
                ("target", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("green", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                ("yellow", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                (
                    "kpi",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settings",
                        to="scorecards.kpidefinition",
                    ),
                ),
                (
                    "set_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "kpi", "valid_from"), name="kpi_setting_one_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("green__gt", Decimal("-1E+12")),
                            ("green__lt", Decimal("1E+12")),
                            ("yellow__gt", Decimal("-1E+12")),
                            ("yellow__lt", Decimal("1E+12")),
                        ),
                        name="kpi_setting_borders",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("target", None),
                                models.Q(("target__gt", Decimal("-1E+12")), ("target__lt", Decimal("1E+12"))),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("target_kind", "fixed"), _negated=True),
                                ("target__isnull", False),
                                _connector="OR",
                            ),
                        ),
                        name="kpi_setting_target",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KpiTarget",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("month", models.DateField(blank=True, null=True)),
                ("fiscal_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("value", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                (
                    "source",
                    models.CharField(
                        choices=[("manual", "Entered"), ("import", "Imported")], default="manual", max_length=10
                    ),
                ),
                (
                    "kpi",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="scorecards.kpidefinition",
                    ),
                ),
                (
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
                (
                    "tier",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "kpi", "tier", "month", "fiscal_year"),
                        name="kpi_target_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fiscal_year", None), ("month__day", 1)),
                            models.Q(("fiscal_year__isnull", False), ("month", None)),
                            _connector="OR",
                        ),
                        name="kpi_target_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", Decimal("-1E+12")), ("value__lt", Decimal("1E+12"))),
                        name="kpi_target_value",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerKpiTarget",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("month", models.DateField(blank=True, null=True)),
                ("fiscal_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("value", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                (
                    "source",
                    models.CharField(
                        choices=[("manual", "Entered"), ("import", "Imported")], default="manual", max_length=10
                    ),
                ),
                (
                    "confirmed_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "kpi",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partner_targets",
                        to="scorecards.kpidefinition",
                    ),
                ),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
                (
                    "proposed_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "partner", "kpi", "month", "fiscal_year"),
                        name="partner_kpi_target_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fiscal_year", None), ("month__day", 1)),
                            models.Q(("fiscal_year__isnull", False), ("month", None)),
                            _connector="OR",
                        ),
                        name="partner_kpi_target_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", Decimal("-1E+12")), ("value__lt", Decimal("1E+12"))),
                        name="partner_kpi_target_value",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StageWeights",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "life_stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("recruit", "Recruit"),
                            ("onboard", "Onboard"),
                            ("sell", "Sales motivation"),
                            ("target", "Opportunity targeting"),
                            ("pipeline", "Pipeline activation"),
                            ("success", "Support success and profitability"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("weights", models.JSONField(default=dict)),
                ("min_share", prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("0.5"), max_digits=30)),
                (
                    "set_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "life_stage", "valid_from"), name="stage_weights_one_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("min_share__range", (0, 1))), name="stage_weights_share"
                    ),
                ],
            },
        ),
    ]
