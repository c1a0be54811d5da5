import uuid
from decimal import Decimal

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models

import partners.models.company
import partners.models.recruitment
import prm.kernel.fields
import prm.kernel.tenancy.models


class Migration(migrations.Migration):
    replaces = [
        ("partners", "0001_initial"),
        ("partners", "0002_program_versions"),
        ("partners", "0003_tasks_and_alerts"),
        ("partners", "0004_suspensions_and_terminations"),
        ("partners", "0005_documents_have_versions"),
        ("partners", "0006_profile_people_activity"),
        ("partners", "0007_tiers_by_evaluation"),
        ("partners", "0008_recruiting"),
        ("partners", "0009_settings_imports_presence"),
        ("partners", "0010_onboarding"),
        ("partners", "0011_locator"),
        ("partners", "0012_prompts_by_company"),
        ("partners", "0013_bank_details"),
        ("partners", "0014_merges"),
    ]

    initial = True

    dependencies = [
        ("kernel", "0001_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("title", prm.kernel.fields.TextField(max_length=120)),
                ("text", prm.kernel.fields.TextField(max_length=2000)),
                ("link_label", prm.kernel.fields.TextField(blank=True, max_length=40)),
                ("link", models.CharField(blank=True, max_length=300)),
                ("from_date", models.DateField()),
                ("to_date", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "made_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("to_date__gte", models.F("from_date"))), name="announcement_dates"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("link", ""), models.Q(("link_label", ""), _negated=True), _connector="OR"),
                        name="announcement_link_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnouncementDelivery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("title", prm.kernel.fields.TextField(max_length=120)),
                ("text", prm.kernel.fields.TextField(max_length=2000)),
                ("link_label", prm.kernel.fields.TextField(blank=True, max_length=40)),
                ("link", models.CharField(blank=True, max_length=300)),
                ("from_date", models.DateField()),
                ("to_date", models.DateField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "announcement",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="partners.announcement",
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
        ),
        migrations.CreateModel(
            name="BulkEdit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("verb", models.CharField(max_length=30)),
                ("value", models.CharField(blank=True, max_length=300)),
                ("title", prm.kernel.fields.TextField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Being checked"),
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("done", "Done"),
                        ],
                        default="checking",
                        max_length=10,
                    ),
                ),
                (
                    "asked_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "job",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.job",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "number",
                    models.CharField(default=partners.models.company.random_number, editable=False, max_length=8),
                ),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("name", prm.kernel.fields.TextField(max_length=200)),
                ("sort_name", models.CharField(editable=False, max_length=400)),
                ("normalised_name", models.CharField(editable=False, max_length=400)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("country", models.CharField(max_length=2)),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("reseller", "Reseller"),
                            ("msp", "Managed service provider"),
                            ("si", "Systems integrator"),
                            ("isv", "Software vendor"),
                            ("consultant", "Consultant"),
                            ("referral", "Referral partner"),
                            ("distributor", "Distributor"),
                            ("master_agent", "Master agent"),
                        ],
                        default="reseller",
                        max_length=20,
                    ),
                ),
                (
                    "other_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("identified", "Identified"),
                            ("contacted", "Contacted"),
                            ("engaged", "Engaged"),
                            ("qualified", "Qualified"),
                            ("committed", "Committed"),
                            ("onboarding", "Onboarding"),
                            ("active", "Active"),
                            ("lapsed", "Lapsed"),
                            ("reactivating", "Reactivating"),
                            ("suspended", "Suspended"),
                            ("terminated", "Terminated"),
                            ("declined", "Declined"),
                        ],
                        default="identified",
                        max_length=20,
                    ),
                ),
                (
                    "life_stage",
                    models.CharField(
                        choices=[
                            ("recruit", "Recruit"),
                            ("onboard", "Onboard"),
                            ("sell", "Sales motivation"),
                            ("target", "Opportunity targeting"),
                            ("pipeline", "Pipeline activation"),
                            ("success", "Support success and profitability"),
                        ],
                        default="recruit",
                        max_length=20,
                    ),
                ),
                ("source", prm.kernel.fields.TextField(blank=True, max_length=60)),
                (
                    "merged_into",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_partners",
                        to="partners.partner",
                    ),
                ),
                (
                    "sponsor",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sponsored_partners",
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "sort_name", "id"], name="partner_by_name"),
                    models.Index(fields=["tenant", "state", "sort_name"], name="partner_by_state"),
                    models.Index(fields=["tenant", "normalised_name", "country"], name="partner_by_normalised"),
                    models.Index(fields=["tenant", "domain"], name="partner_by_domain"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "number"), name="partner_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("tenant", "external_id"),
                        name="partner_external_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sponsor", None), models.Q(("sponsor", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="partner_not_own_sponsor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreement", "Reseller agreement"),
                            ("terms", "Community terms"),
                            ("certificate", "Certificate"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", prm.kernel.fields.TextField(max_length=160)),
                ("signed_by", prm.kernel.fields.TextField(blank=True, max_length=160)),
                ("signed_on", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
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
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "partner", "kind"], name="document_by_partner")],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("name", prm.kernel.fields.TextField(blank=True, max_length=160)),
                ("sort_name", models.CharField(editable=False, max_length=320)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=60)),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("principal", "Principal"),
                            ("sales", "Sales"),
                            ("marketing", "Marketing"),
                            ("technical", "Technical"),
                            ("services", "Services"),
                            ("finance", "Finance"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=20,
                    ),
                ),
                ("title", prm.kernel.fields.TextField(blank=True, max_length=120)),
                ("is_champion", models.BooleanField(default=False)),
                ("headcount_relevant", models.BooleanField(default=False)),
                ("consent", models.JSONField(blank=True, default=dict)),
                ("objected", models.BooleanField(default=False)),
                ("left_on", models.DateField(blank=True, null=True)),
                (
                    "member",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "partner", "sort_name"], name="contact_by_partner"),
                    models.Index(fields=["tenant", "email"], name="contact_by_email"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("tenant", "external_id"),
                        name="contact_external_id",
                    ),
                    models.UniqueConstraint(fields=("tenant", "member"), name="contact_one_login"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("identified", "Identified"),
                            ("contacted", "Contacted"),
                            ("engaged", "Engaged"),
                            ("qualified", "Qualified"),
                            ("committed", "Committed"),
                            ("onboarded", "Onboarded"),
                            ("first_revenue", "First revenue"),
                        ],
                        default="identified",
                        max_length=16,
                    ),
                ),
                ("entered_on", models.DateField()),
                ("entered", models.JSONField(blank=True, default=dict)),
                ("closed", models.BooleanField(default=False)),
                ("closed_on", models.DateField(blank=True, null=True)),
                (
                    "close_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_fit", "Does not fit"),
                            ("covered", "Territory is covered"),
                            ("no_answer", "No answer"),
                            ("terms", "Terms not agreed"),
                            ("no_interest", "Not interested"),
                            ("timing", "Not now"),
                            ("other_vendor", "Chose another vendor"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("closed_by_partner", models.BooleanField(default=False)),
                ("fit_score", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("override_reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                ("agreement_sent_on", models.DateField(blank=True, null=True)),
                ("community_offered_on", models.DateField(blank=True, null=True)),
                ("joined_community_on", models.DateField(blank=True, null=True)),
                (
                    "override_by",
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
                (
                    "signer",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.contact",
                    ),
                ),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="candidates",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "closed", "stage", "entered_on"], name="candidate_by_stage")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner"), name="candidate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("closed", False), ("closed_on__isnull", False), _connector="OR"),
                        name="candidate_closed_with_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fit_score", None),
                            models.Q(("fit_score__gte", 0), ("fit_score__lte", 100)),
                            _connector="OR",
                        ),
                        name="candidate_fit_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkEditRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("position", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Not looked at yet"),
                            ("ready", "Will change"),
                            ("unchanged", "Is so already"),
                            ("refused", "Refused"),
                            ("changed", "Changed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("was", prm.kernel.fields.TextField(blank=True, max_length=200)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=300)),
                (
                    "edit",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="partners.bulkedit",
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
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "edit", "outcome", "position"], name="bulk_row_by_outcome")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "edit", "partner"), name="bulk_row_once")],
            },
        ),
        migrations.CreateModel(
            name="BankDetails",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("country", models.CharField(max_length=2)),
                ("sealed", models.TextField()),
                ("last_four", models.CharField(max_length=4)),
                ("changed_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
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
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
                (
                    "verified_by",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner"), name="bank_details_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verified_by", None),
                            ("entered_by", None),
                            models.Q(("verified_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="bank_details_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verified_at", None), ("verified_at__gte", models.F("changed_at")), _connector="OR"
                        ),
                        name="bank_details_verified_after_change",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("company", prm.kernel.fields.TextField(max_length=200)),
                ("normalised_name", models.CharField(editable=False, max_length=400)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("country", models.CharField(max_length=2)),
                ("website", models.CharField(blank=True, max_length=300)),
                ("name", prm.kernel.fields.TextField(max_length=160)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=60)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("reseller", "Reseller"),
                            ("msp", "Managed service provider"),
                            ("si", "Systems integrator"),
                            ("isv", "Software vendor"),
                            ("consultant", "Consultant"),
                            ("referral", "Referral partner"),
                            ("distributor", "Distributor"),
                            ("master_agent", "Master agent"),
                        ],
                        default="reseller",
                        max_length=20,
                    ),
                ),
                ("message", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                ("terms", prm.kernel.fields.TextField(blank=True, max_length=3000)),
                ("terms_accepted_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "Address not confirmed"),
                            ("confirmed", "To decide"),
                            ("taken", "Candidate"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Never confirmed"),
                        ],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("is_own_partner", models.BooleanField(default=False)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "decided_by",
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
                (
                    "became",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="partners.partner",
                    ),
                ),
                (
                    "looks_like",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "state", "created_at"], name="application_by_state"),
                    models.Index(fields=["tenant", "email", "created_at"], name="application_by_email"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taken"), _negated=True), ("became__isnull", False), _connector="OR"
                        ),
                        name="application_taken_became",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["sent", "expired"]), ("confirmed_at__isnull", False), _connector="OR"
                        ),
                        name="application_confirmed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnouncementReceipt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("seen_at", models.DateTimeField()),
                ("clicked_at", models.DateTimeField(blank=True, null=True)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "delivery",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="partners.announcementdelivery",
                    ),
                ),
                (
                    "member",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "delivery", "member"), name="announcement_receipt_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="announcementdelivery",
            name="partner",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="partners.partner",
            ),
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(max_length=60)),
                (
                    "level",
                    models.CharField(
                        choices=[("info", "For information"), ("warning", "Warning"), ("critical", "Critical")],
                        default="warning",
                        max_length=10,
                    ),
                ),
                ("text", prm.kernel.fields.TextField(max_length=300)),
                ("url", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("seen", "Seen"), ("dismissed", "Dismissed"), ("done", "Ended")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("count", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("quiet_since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "state", "last_at"], name="alert_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=("tenant", "partner", "kind"),
                        name="alert_live_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True), ("ended_at__isnull", False), _connector="OR"
                        ),
                        name="alert_ended_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("call", "Call"),
                            ("visit", "Visit"),
                            ("mail", "Mail"),
                            ("meeting", "Meeting"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", prm.kernel.fields.TextField(max_length=2000)),
                (
                    "intent",
                    models.CharField(
                        blank=True,
                        choices=[("returning", "Returning"), ("paused", "Paused"), ("leaving", "Leaving")],
                        max_length=10,
                    ),
                ),
                ("vendor_only", models.BooleanField(default=True)),
                (
                    "author",
                    prm.kernel.tenancy.models.TenantForeignKey(
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
                (
                    "contact",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="partners.contact",
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
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "partner", "at", "id"], name="activity_by_partner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("intent", ""), ("vendor_only", True), _connector="OR"),
                        name="activity_intent_is_ours",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerInternal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("fit_score", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("note", prm.kernel.fields.TextField(blank=True, max_length=4000)),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="internals",
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "partner"), name="internal_once")],
            },
        ),
        migrations.CreateModel(
            name="PartnerLocation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("address", prm.kernel.fields.TextField(blank=True, max_length=300)),
                ("city", prm.kernel.fields.TextField(blank=True, max_length=120)),
                ("state_province", prm.kernel.fields.TextField(blank=True, max_length=120)),
                ("postal_code", models.CharField(blank=True, max_length=20)),
                ("country", models.CharField(max_length=2)),
                ("is_main", models.BooleanField(default=False)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_main", True)), fields=("tenant", "partner"), name="location_main_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerProfile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("website", models.CharField(blank=True, max_length=300)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("about", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                ("employees", models.PositiveIntegerField(blank=True, null=True)),
                ("relevant_headcount", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "annual_revenue",
                    prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                (
                    "annual_revenue_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under_1m", "Under 1 million"),
                            ("1m_5m", "1 to 5 million"),
                            ("5m_20m", "5 to 20 million"),
                            ("20m_100m", "20 to 100 million"),
                            ("over_100m", "Over 100 million"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "annual_sales",
                    prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                ("founded", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("ownership_note", prm.kernel.fields.TextField(blank=True, max_length=300)),
                ("bank_name", prm.kernel.fields.TextField(blank=True, max_length=120)),
                (
                    "markets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "verticals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "functions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "sells_to",
                    models.CharField(
                        blank=True,
                        choices=[("it", "IT departments"), ("business", "Business departments"), ("both", "Both")],
                        max_length=10,
                    ),
                ),
                ("vertical_insight", prm.kernel.fields.TextField(blank=True, max_length=600)),
                ("product_focus", prm.kernel.fields.TextField(blank=True, max_length=120)),
                ("product_mix", prm.kernel.fields.TextField(blank=True, max_length=300)),
                (
                    "complementary_products",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "delivery_model",
                    models.CharField(
                        blank=True,
                        choices=[("on_premise", "On premise"), ("hybrid", "Hybrid"), ("cloud", "Cloud")],
                        max_length=12,
                    ),
                ),
                (
                    "certifications_held",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("sales_method", prm.kernel.fields.TextField(blank=True, max_length=300)),
                (
                    "demand_generation",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("order_frequency", prm.kernel.fields.TextField(blank=True, max_length=60)),
                (
                    "partner_to_partner",
                    models.CharField(
                        blank=True,
                        choices=[("never", "Not yet"), ("sometimes", "On some projects"), ("regularly", "As a rule")],
                        max_length=12,
                    ),
                ),
                ("lead_capacity", models.PositiveIntegerField(blank=True, null=True)),
                ("accepts_leads", models.BooleanField(default=False)),
                ("share_costs", models.BooleanField(default=True)),
                ("sources", models.JSONField(blank=True, default=dict)),
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
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "partner"), name="profile_once")],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("external_id", models.CharField(max_length=40)),
                ("name", prm.kernel.fields.TextField(max_length=120)),
                ("sort_name", models.CharField(editable=False, max_length=240)),
                ("country", models.CharField(max_length=2)),
                ("latitude", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                ("longitude", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                ("population", models.PositiveIntegerField(default=0)),
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
                "indexes": [models.Index(fields=["tenant", "sort_name", "country"], name="place_by_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "external_id"), name="place_external_id"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("latitude__gte", -90),
                            ("latitude__lte", 90),
                            ("longitude__gte", -180),
                            ("longitude__lte", 180),
                        ),
                        name="place_on_earth",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileQuestion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("field", models.CharField(max_length=40)),
                ("text", prm.kernel.fields.TextField(max_length=200)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=100)),
                ("refresh_months", models.PositiveSmallIntegerField(default=12)),
                ("active", models.BooleanField(default=True)),
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
                    models.UniqueConstraint(fields=("tenant", "field"), name="profile_question_once"),
                    models.CheckConstraint(condition=models.Q(("refresh_months__gte", 1)), name="profile_question_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfilePrompt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("answered_on", models.DateField(blank=True, null=True)),
                ("skips", models.PositiveSmallIntegerField(default=0)),
                ("skipped_on", models.DateField(blank=True, null=True)),
                (
                    "member",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
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
                    "question",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prompts",
                        to="partners.profilequestion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner", "member", "question"), name="prompt_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", prm.kernel.fields.TextField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                (
                    "revenue_basis",
                    models.CharField(
                        choices=[("vendor_net", "What the partner pays the vendor, less credit notes")],
                        default="vendor_net",
                        max_length=20,
                    ),
                ),
                ("entry_months", models.PositiveSmallIntegerField(default=12)),
                ("demotion_notice_days", models.PositiveSmallIntegerField(default=90)),
                ("override_max_months", models.PositiveSmallIntegerField(default=12)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "published_by",
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
                        condition=models.Q(("state", "published")),
                        fields=("tenant", "valid_from"),
                        name="program_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            ("valid_from__isnull", False),
                            _connector="OR",
                        ),
                        name="program_published_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("demotion_notice_days__lte", 366),
                            ("entry_months__lte", 60),
                            ("override_max_months__range", (1, 60)),
                        ),
                        name="program_settings",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgramPage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("headline", prm.kernel.fields.TextField(max_length=160)),
                ("intro", prm.kernel.fields.TextField(blank=True, max_length=3000)),
                ("terms", prm.kernel.fields.TextField(max_length=3000)),
                ("questions", models.JSONField(blank=True, default=list)),
                ("shows_tiers", models.BooleanField(default=True)),
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
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="program_page_once")],
            },
        ),
        migrations.CreateModel(
            name="RecruitmentRules",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "min_fit_score",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("55.0"), max_digits=30),
                ),
                ("reopen_after_days", models.PositiveSmallIntegerField(default=90)),
                ("age_limits", models.JSONField(default=partners.models.recruitment.default_limits)),
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
                    models.UniqueConstraint(fields=("tenant",), name="recruitment_rules_once"),
                    models.CheckConstraint(
                        condition=models.Q(("min_fit_score__gte", 0), ("min_fit_score__lte", 100)),
                        name="recruitment_rules_fit_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", prm.kernel.fields.TextField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[("dynamic", "Follows its rule every day"), ("fixed", "Stays as found when saved")],
                        default="dynamic",
                        max_length=10,
                    ),
                ),
                ("rule", models.JSONField(default=dict)),
                ("computed_at", models.DateTimeField(blank=True, null=True)),
                ("problem", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "owner",
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "name"), name="segment_name")],
            },
        ),
        migrations.AddField(
            model_name="announcement",
            name="segment",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="announcements",
                to="partners.segment",
            ),
        ),
        migrations.CreateModel(
            name="SegmentMember",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
                (
                    "segment",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="partners.segment",
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
                "indexes": [models.Index(fields=["tenant", "partner"], name="segment_member_partner")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "segment", "partner"), name="segment_member_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("from_date", models.DateField()),
                ("to_date", models.DateField(blank=True, null=True)),
                (
                    "state_before",
                    models.CharField(
                        choices=[
                            ("identified", "Identified"),
                            ("contacted", "Contacted"),
                            ("engaged", "Engaged"),
                            ("qualified", "Qualified"),
                            ("committed", "Committed"),
                            ("onboarding", "Onboarding"),
                            ("active", "Active"),
                            ("lapsed", "Lapsed"),
                            ("reactivating", "Reactivating"),
                            ("suspended", "Suspended"),
                            ("terminated", "Terminated"),
                            ("declined", "Declined"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", prm.kernel.fields.TextField(max_length=500)),
                ("lift_reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("to_date", None)), fields=("tenant", "partner"), name="suspension_one_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("title", prm.kernel.fields.TextField(max_length=300)),
                ("kind", models.CharField(max_length=40)),
                (
                    "side",
                    models.CharField(
                        choices=[("vendor", "Vendor"), ("partner", "Partner")], default="vendor", max_length=8
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=40)),
                ("due_on", models.DateField(blank=True, null=True)),
                ("required", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=160)),
                ("proof", models.CharField(blank=True, max_length=40)),
                ("url", models.CharField(blank=True, max_length=300)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "added_by",
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
                    "done_by",
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
                    "owner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="kernel.membership",
                    ),
                ),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "partner", "state", "due_on"], name="task_by_partner"),
                    models.Index(fields=["tenant", "owner", "state", "due_on"], name="task_by_owner"),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["tenant", "due_on"], name="task_open_by_day"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True), fields=("tenant", "key"), name="task_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("partner__isnull", False), ("side", "vendor"), _connector="OR"),
                        name="task_without_partner_is_the_vendors",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True), ("done_at__isnull", False), _connector="OR"
                        ),
                        name="task_done_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "cancelled"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="task_cancelled_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Termination",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("given", "Notice given"), ("withdrawn", "Withdrawn"), ("done", "Ended")],
                        default="given",
                        max_length=10,
                    ),
                ),
                ("given_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("reason", prm.kernel.fields.TextField(max_length=500)),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "given")),
                        fields=("tenant", "partner"),
                        name="termination_one_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("given_on"))), name="termination_dates"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Territory",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=60)),
                ("name", prm.kernel.fields.TextField(max_length=120)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("region", prm.kernel.fields.TextField(blank=True, max_length=80)),
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "code"), name="territory_code")],
            },
        ),
        migrations.AddField(
            model_name="partner",
            name="territory",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="partners",
                to="partners.territory",
            ),
        ),
        migrations.CreateModel(
            name="Tier",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=40)),
                ("name", prm.kernel.fields.TextField(max_length=80)),
                ("level", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("community", "Community: no revenue duty, no resale price"),
                            ("resale", "Resale"),
                            ("referral", "Referral"),
                        ],
                        default="resale",
                        max_length=20,
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
                    models.UniqueConstraint(fields=("tenant", "code"), name="tier_code"),
                    models.UniqueConstraint(fields=("tenant", "level"), name="tier_level"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgramTier",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("requirements", models.JSONField(blank=True, default=list)),
                (
                    "base_discount",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                (
                    "registration_discount",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                ("can_register_deals", models.BooleanField(default=False)),
                ("can_refer", models.BooleanField(default=False)),
                ("can_receive_leads", models.BooleanField(default=False)),
                ("protection_days", models.PositiveSmallIntegerField(default=0)),
                ("max_extensions", models.PositiveSmallIntegerField(default=0)),
                ("extension_days", models.PositiveSmallIntegerField(default=0)),
                ("mdf_eligible", models.BooleanField(default=False)),
                (
                    "mdf_vendor_share",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                (
                    "mdf_activity_cap",
                    prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                (
                    "mdf_quarter_cap",
                    prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True),
                ),
                ("mdf_prepay", models.BooleanField(default=False)),
                (
                    "mdf_prepay_max_share",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("0"), max_digits=30),
                ),
                ("locator", models.BooleanField(default=False)),
                (
                    "account_manager",
                    models.CharField(
                        choices=[("pooled", "Shared"), ("named", "A person of its own")],
                        default="pooled",
                        max_length=10,
                    ),
                ),
                (
                    "program",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rungs",
                        to="partners.program",
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
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="partners.tier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "program", "tier"), name="program_tier_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("base_discount__range", (Decimal("0"), Decimal("1"))),
                            ("mdf_prepay_max_share__range", (Decimal("0"), Decimal("1"))),
                            ("mdf_vendor_share__range", (Decimal("0"), Decimal("1"))),
                            ("registration_discount__range", (Decimal("0"), Decimal("1"))),
                            (
                                "base_discount__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.Value(Decimal("1")), "-", models.F("registration_discount")
                                ),
                            ),
                        ),
                        name="program_tier_rates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("mdf_activity_cap", None),
                                ("mdf_activity_cap__range", (0, Decimal("1E+12"))),
                                _connector="OR",
                            ),
                            models.Q(
                                ("mdf_quarter_cap", None),
                                ("mdf_quarter_cap__range", (0, Decimal("1E+12"))),
                                _connector="OR",
                            ),
                        ),
                        name="program_tier_caps",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="program",
            name="entry_referral",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.tier",
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="entry_resale",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.tier",
            ),
        ),
        migrations.CreateModel(
            name="PartnerTier",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("from_date", models.DateField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("entry", "Entry"),
                            ("evaluation", "Evaluation"),
                            ("override", "Override"),
                            ("import", "Import"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                ("until", models.DateField(blank=True, null=True)),
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
                    "returns_to",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
                    ),
                ),
                (
                    "tier",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holders",
                        to="partners.tier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner", "from_date"), name="partner_tier_one_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "override"), _negated=True),
                            ("until__gt", models.F("from_date")),
                            _connector="OR",
                        ),
                        name="partner_tier_override_ends",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="partner",
            name="tier",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="partners",
                to="partners.tier",
            ),
        ),
        migrations.CreateModel(
            name="TierEvaluation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("as_of", models.DateField()),
                ("progress", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("result", models.JSONField(default=dict)),
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
                    "program",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="partners.program",
                    ),
                ),
                (
                    "qualifying",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
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
                "indexes": [models.Index(fields=["tenant", "as_of", "qualifying"], name="evaluation_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner", "as_of"), name="evaluation_one_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="TierNotice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("given_on", models.DateField()),
                ("review_on", models.DateField()),
                ("withdrawn_on", models.DateField(blank=True, null=True)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                (
                    "evaluation",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="partners.tierevaluation",
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
                    "tier",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
                    ),
                ),
                (
                    "to_tier",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner", "review_on"), name="notice_once_a_year")
                ],
            },
        ),
        migrations.CreateModel(
            name="TierProposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(choices=[("promotion", "Promotion"), ("demotion", "Demotion")], max_length=10),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("declined", "Declined"),
                            ("applied", "In effect"),
                            ("lapsed", "No longer so"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_on", models.DateField()),
                ("effective_on", models.DateField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "decided_by",
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
                    "evaluation",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="partners.tierevaluation",
                    ),
                ),
                (
                    "from_tier",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
                    ),
                ),
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tier_proposals",
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
                    "to_tier",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.tier",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "state", "effective_on"], name="tier_proposal_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "confirmed"])),
                        fields=("tenant", "partner"),
                        name="tier_proposal_one_open",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "partner", "kind", "proposed_on"), name="tier_proposal_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VendorQuestion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", prm.kernel.fields.TextField(max_length=1000)),
                ("asked_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered"), ("waived", "Not answered")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                ("answered_on", models.DateField(blank=True, null=True)),
                (
                    "answered_by",
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
                    "application",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="partners.application",
                    ),
                ),
                (
                    "asked_by",
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
                        blank=True,
                        db_constraint=False,
                        null=True,
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
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "partner", "state"], name="question_by_partner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "answered"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="question_answered_has_answer",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationCount",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("kind", models.CharField(max_length=10)),
                ("who", models.CharField(max_length=64)),
                ("span", models.CharField(max_length=16)),
                ("count", models.PositiveIntegerField(default=0)),
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
                    models.UniqueConstraint(fields=("tenant", "kind", "who", "span"), name="application_count_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OnboardingStep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=40)),
                ("text", prm.kernel.fields.TextField(max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("partner_champion", "Champion"),
                            ("partner_sales", "Partner sales"),
                            ("partner_marketing", "Partner marketing"),
                            ("partner_technical", "Partner technical"),
                        ],
                        max_length=40,
                    ),
                ),
                ("due_days", models.PositiveSmallIntegerField(default=30)),
                ("required", models.BooleanField(default=True)),
                ("for_newcomers", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("proof", models.CharField(blank=True, max_length=40)),
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
                    models.UniqueConstraint(fields=("tenant", "code"), name="onboarding_step_code"),
                    models.CheckConstraint(
                        condition=models.Q(("due_days__gte", 1), ("due_days__lte", 365)), name="onboarding_step_days"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Onboarding",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("started_on", models.DateField()),
                ("completed_on", models.DateField(blank=True, null=True)),
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
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner"), name="onboarding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_on", None), ("completed_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="onboarding_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", prm.kernel.fields.TextField(max_length=4000)),
                ("at", models.DateTimeField()),
                (
                    "author",
                    prm.kernel.tenancy.models.TenantForeignKey(
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "partner", "at"], name="note_by_partner")],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("at", models.DateTimeField()),
                ("choices", models.JSONField(default=dict)),
                ("moved", models.JSONField(default=dict)),
                ("stayed", models.JSONField(default=dict)),
                ("detached", models.JSONField(default=dict)),
                ("paused", models.JSONField(default=list)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    prm.kernel.tenancy.models.TenantForeignKey(
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
                (
                    "undone_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "keep",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="partners.partner",
                    ),
                ),
                (
                    "other",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "indexes": [models.Index(fields=["tenant", "keep", "at"], name="merge_by_keep")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("tenant", "other"), name="merge_open_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ManagerAssignment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("main", "Main"), ("stand_in", "Stand-in")], default="main", max_length=10
                    ),
                ),
                ("from_date", models.DateField()),
                ("to_date", models.DateField(blank=True, null=True)),
                (
                    "manager",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "manager", "to_date"], name="assignment_by_manager")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "main"), ("to_date", None)),
                        fields=("tenant", "partner"),
                        name="assignment_one_main",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_date", None), ("to_date__gte", models.F("from_date")), _connector="OR"),
                        name="assignment_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LocatorProfile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                ("website", models.CharField(blank=True, max_length=300)),
                ("city", prm.kernel.fields.TextField(blank=True, max_length=120)),
                ("country", models.CharField(max_length=2)),
                (
                    "product_lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "verticals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("hidden", "Hidden")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("waits_since", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "published_by",
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "partner"), name="locator_profile_once")],
            },
        ),
        migrations.CreateModel(
            name="LocatorEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                ("website", models.CharField(blank=True, max_length=300)),
                ("city", prm.kernel.fields.TextField(blank=True, max_length=120)),
                ("country", models.CharField(max_length=2)),
                (
                    "product_lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "verticals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("name", prm.kernel.fields.TextField(max_length=200)),
                ("latitude", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("longitude", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("tier_name", prm.kernel.fields.TextField(blank=True, max_length=80)),
                ("tier_level", models.PositiveSmallIntegerField(default=0)),
                ("quartile", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("shown", models.BooleanField(default=True)),
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
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="locator_entries",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "shown", "country"], name="locator_by_country")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "partner"), name="locator_entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quartile", None), models.Q(("quartile__gte", 1), ("quartile__lte", 4)), _connector="OR"
                        ),
                        name="locator_entry_quartile",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", prm.kernel.fields.TextField(max_length=160)),
                ("company", prm.kernel.fields.TextField(blank=True, max_length=200)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("message", prm.kernel.fields.TextField(max_length=2000)),
                ("consented_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered")], default="open", max_length=10
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "partner", "state", "created_at"], name="inquiry_by_partner")
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("kept", "On file"),
                            ("sent", "Waits for signature"),
                            ("signed", "Signed"),
                            ("declined", "Declined"),
                        ],
                        default="kept",
                        max_length=10,
                    ),
                ),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("signed_name", prm.kernel.fields.TextField(blank=True, max_length=160)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("signed_sha256", models.CharField(blank=True, max_length=64)),
                ("decline_reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "document",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="partners.document",
                    ),
                ),
                (
                    "file",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "sent_by",
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
                    "signed_by",
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
                (
                    "partner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "document", "number"), name="document_version_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sent")), fields=("tenant", "document"), name="document_one_sent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "signed"), _negated=True),
                            models.Q(
                                models.Q(("signed_name", ""), _negated=True),
                                models.Q(("signed_sha256", ""), _negated=True),
                                ("signed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="document_signed_is_proven",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="announcementdelivery",
            index=models.Index(fields=["tenant", "partner", "to_date"], name="announcement_by_partner"),
        ),
        migrations.AddConstraint(
            model_name="announcementdelivery",
            constraint=models.UniqueConstraint(
                fields=("tenant", "announcement", "partner"), name="announcement_delivered_once"
            ),
        ),
        migrations.AddIndex(
            model_name="partner",
            index=models.Index(fields=["tenant", "tier"], name="partner_by_tier"),
        ),
    ]
