import uuid
from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models

import partners.models.company
import prm.kernel.fields
import prm.kernel.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_first_with_partners"),
        ("partners", "0001_first"),
        ("sales", "0002_target_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="DealRegistration",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "number",
                    models.CharField(default=partners.models.company.random_number, editable=False, max_length=8),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("info_requested", "Question asked"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("is_on_behalf", models.BooleanField(default=False)),
                ("customer_name", prm.kernel.fields.TextField(max_length=200)),
                ("customer_domain", models.CharField(blank=True, max_length=253)),
                ("customer_country", models.CharField(blank=True, max_length=2)),
                ("normalised_name", models.CharField(blank=True, editable=False, max_length=400)),
                ("normalised_domain", models.CharField(blank=True, editable=False, max_length=253)),
                ("domain_root", models.CharField(blank=True, editable=False, max_length=253)),
                ("contact_name", prm.kernel.fields.TextField(blank=True, max_length=160)),
                ("contact_email", models.EmailField(blank=True, max_length=254)),
                ("amount", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("expected_close", models.DateField(blank=True, null=True)),
                ("need", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                (
                    "source",
                    models.CharField(
                        choices=[("partner_led", "We found and opened it"), ("vendor_led", "It came from the vendor")],
                        default="partner_led",
                        max_length=12,
                    ),
                ),
                ("tender", models.BooleanField(default=False)),
                ("next_step", prm.kernel.fields.TextField(blank=True, max_length=300)),
                ("next_step_due", models.DateField(blank=True, null=True)),
                ("progress_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("review_due", models.DateField(blank=True, null=True)),
                ("pauses", models.JSONField(blank=True, default=list)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reject_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("duplicate", "Registered before by somebody else"),
                            ("existing_customer", "Existing customer"),
                            ("vendor_engaged", "The vendor's own sales is engaged"),
                            ("not_qualified", "Not qualified"),
                            ("outside_territory", "Outside the territory"),
                            ("incomplete", "Incomplete"),
                            ("public_tender", "Public tender"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                ("appealed_at", models.DateTimeField(blank=True, null=True)),
                ("appeal", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                ("approved_on", models.DateField(blank=True, null=True)),
                ("protection_days", models.PositiveSmallIntegerField(default=0)),
                ("max_extensions", models.PositiveSmallIntegerField(default=0)),
                ("extension_days", models.PositiveSmallIntegerField(default=0)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("discount", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                (
                    "credit_share",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("1"), max_digits=30),
                ),
                ("closed_on", models.DateField(blank=True, null=True)),
                (
                    "loss_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("price", "Price"),
                            ("product", "Product"),
                            ("competitor", "Competitor"),
                            ("no_decision", "No decision"),
                            ("budget", "Budget"),
                            ("timing", "Timing"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "created_by",
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
                    "submitted_by",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["submitted", "in_review", "info_requested", "approved"])),
                        fields=["tenant", "normalised_domain"],
                        name="deal_claims_by_domain",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["submitted", "in_review", "info_requested", "approved"])),
                        fields=["tenant", "normalised_name", "customer_country"],
                        name="deal_claims_by_name",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["submitted", "in_review", "info_requested", "approved"])),
                        fields=["tenant", "domain_root"],
                        name="deal_claims_by_root",
                    ),
                    models.Index(fields=["tenant", "partner", "state"], name="deal_by_partner"),
                    models.Index(fields=["tenant", "state", "review_due"], name="deal_by_review"),
                    models.Index(fields=["tenant", "state", "expires_on"], name="deal_by_expiry"),
                    models.Index(fields=["tenant", "submitted_at", "id"], name="deal_by_submission"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "number"), name="deal_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(("review_due__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="deal_submitted_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "expired", "won"]), _negated=True),
                            models.Q(
                                ("approved_on__isnull", False),
                                ("decided_at__isnull", False),
                                ("expires_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="deal_approved_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "rejected"), _negated=True),
                            models.Q(("reject_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="deal_rejected_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["won", "lost"]), _negated=True),
                            ("closed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="deal_closed_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credit_share__range", (0, 1))), name="deal_credit_share"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                models.Func(
                                    models.F("amount"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.Func(
                                            models.F("currency"),
                                            function="app.currency_scale",
                                            output_field=models.IntegerField(),
                                        ),
                                        "+",
                                        models.Value(0),
                                    ),
                                    function="round",
                                    output_field=prm.kernel.fields.NumericField(decimal_places=12, max_digits=30),
                                ),
                            ),
                            ("amount__gt", Decimal("-1E+12")),
                            ("amount__lt", Decimal("1E+12")),
                        ),
                        name="deal_amount_is_money",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", Decimal("0"))), name="deal_amount_from_0"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealReceipt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", models.TextField()),
                ("key_id", models.CharField(max_length=40)),
                ("signature", models.CharField(max_length=120)),
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "deal"), name="deal_receipt_once")],
            },
        ),
        migrations.CreateModel(
            name="DealQuestion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("question", prm.kernel.fields.TextField(max_length=1000)),
                ("asked_at", models.DateTimeField()),
                ("answer", prm.kernel.fields.TextField(blank=True, max_length=2000)),
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("tenant", "deal"),
                        name="deal_question_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DealProtection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("customer_key", models.CharField(max_length=420)),
                ("project_key", models.CharField(blank=True, max_length=20)),
                ("active", models.BooleanField(default=True)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                (
                    "line",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.productline",
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="protections",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("tenant", "customer_key", "line", "project_key"),
                        name="deal_exclusive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("active", True), ("ended_on", None)),
                            models.Q(("active", False), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="deal_protection_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealOpening",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("on", models.DateField()),
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "deal", "member", "on"), name="deal_opening_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="DealLine",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("granted", models.BooleanField(default=True)),
                (
                    "line",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.productline",
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "deal", "line"), name="deal_line_once")],
            },
        ),
        migrations.CreateModel(
            name="DealHistory",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "chain",
                    models.CharField(
                        choices=[("shared", "Both sides"), ("inner", "Vendor only")], default="shared", max_length=10
                    ),
                ),
                ("step", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("to_state", models.CharField(max_length=20)),
                ("data", models.JSONField(default=dict)),
                ("before", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "deal", "chain", "step"), name="deal_history_step")
                ],
            },
        ),
        migrations.CreateModel(
            name="DealHearing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("statement", prm.kernel.fields.TextField(max_length=1000)),
                ("due_on", models.DateField()),
                ("answer", prm.kernel.fields.TextField(blank=True, max_length=2000)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for you"),
                            ("answered", "Answered"),
                            ("kept", "The deal stays with you"),
                            ("moved", "The deal was transferred"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hearings",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome__in", ["open", "answered"])),
                        fields=("tenant", "deal"),
                        name="deal_hearing_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DealExtension",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("granted", "Granted"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                ("evidence", prm.kernel.fields.TextField(max_length=1000)),
                ("days", models.PositiveSmallIntegerField()),
                ("is_reinstatement", models.BooleanField(default=False)),
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extensions",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")),
                        fields=("tenant", "deal"),
                        name="deal_extension_one_asked",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DealConflict",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "match",
                    models.CharField(
                        choices=[("domain", "Same web domain"), ("name", "Same name and country")], max_length=10
                    ),
                ),
                ("shared_lines", models.JSONField(default=list)),
                ("existing_first", models.BooleanField(default=True)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("pending", "Not decided"),
                            ("reject_duplicate", "Rejected as duplicate"),
                            ("approve_other_lines", "For the other product lines"),
                            ("separate_project", "Separate project"),
                            ("joint", "Joint deal"),
                            ("transfer_proposed", "Transfer proposed, the first partner is heard"),
                            ("transfer", "Transferred to the later partner"),
                        ],
                        default="pending",
                        max_length=20,
                    ),
                ),
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
                    "tenant",
                    prm.kernel.tenancy.models.TenantKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.tenant",
                    ),
                ),
                (
                    "hearing",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dealreg.dealhearing",
                    ),
                ),
                (
                    "candidate",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts",
                        to="dealreg.dealregistration",
                    ),
                ),
                (
                    "existing",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "candidate", "existing"), name="deal_conflict_once"),
                    models.CheckConstraint(
                        condition=models.Q(("candidate", models.F("existing")), _negated=True),
                        name="deal_conflict_of_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("granted", "Granted"), ("refused", "Refused")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                ("amount", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                ("currency", models.CharField(max_length=3)),
                ("amount_before", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                ("new_lines", models.JSONField(default=list)),
                ("explanation", prm.kernel.fields.TextField(max_length=1000)),
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
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="dealreg.dealregistration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("tenant", "deal"), name="deal_change_one_asked"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                models.Func(
                                    models.F("amount"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.Func(
                                            models.F("currency"),
                                            function="app.currency_scale",
                                            output_field=models.IntegerField(),
                                        ),
                                        "+",
                                        models.Value(0),
                                    ),
                                    function="round",
                                    output_field=prm.kernel.fields.NumericField(decimal_places=12, max_digits=30),
                                ),
                            ),
                            ("amount__gt", Decimal("-1E+12")),
                            ("amount__lt", Decimal("1E+12")),
                        ),
                        name="deal_change_amount_is_money",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", Decimal("0"))), name="deal_change_amount_from_0"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("manager", "Account manager"),
                            ("operations", "Channel operations"),
                            ("chief", "Channel chief"),
                        ],
                        default="manager",
                        max_length=12,
                    ),
                ),
                (
                    "escalated_to",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("manager", "Account manager"),
                            ("operations", "Channel operations"),
                            ("chief", "Channel chief"),
                        ],
                        max_length=12,
                    ),
                ),
                ("has_conflict", models.BooleanField(default=False)),
                ("is_appeal", models.BooleanField(default=False)),
                ("is_joint", models.BooleanField(default=False)),
                ("project_key", models.CharField(blank=True, max_length=20)),
                (
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="dealreg.dealregistration",
                    ),
                ),
                (
                    "decider",
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
                    "reviewer",
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
                "indexes": [models.Index(fields=["tenant", "level"], name="deal_review_by_level")],
                "constraints": [models.UniqueConstraint(fields=("tenant", "deal"), name="deal_review_once")],
            },
        ),
        migrations.CreateModel(
            name="DealRules",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("review_days", models.PositiveSmallIntegerField(default=2)),
                ("escalate_days", models.PositiveSmallIntegerField(default=1)),
                ("answer_days", models.PositiveSmallIntegerField(default=5)),
                ("appeal_days", models.PositiveSmallIntegerField(default=10)),
                ("hearing_days", models.PositiveSmallIntegerField(default=3)),
                ("warn_days", models.PositiveSmallIntegerField(default=14)),
                ("last_warn_days", models.PositiveSmallIntegerField(default=3)),
                ("reinstate_days", models.PositiveSmallIntegerField(default=14)),
                (
                    "min_amount",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("1000.00"), max_digits=30),
                ),
                (
                    "manager_band",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("100000.00"), max_digits=30),
                ),
                (
                    "operations_band",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("250000.00"), max_digits=30),
                ),
                ("auto_approve", models.BooleanField(default=False)),
                (
                    "auto_max_amount",
                    prm.kernel.fields.NumericField(decimal_places=12, default=Decimal("25000.00"), max_digits=30),
                ),
                ("auto_after_hours", models.PositiveSmallIntegerField(default=4)),
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
                    models.UniqueConstraint(fields=("tenant",), name="deal_rules_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("auto_max_amount__range", (0, Decimal("1E+12"))),
                            ("manager_band__range", (0, Decimal("1E+12"))),
                            ("min_amount__range", (0, Decimal("1E+12"))),
                            ("operations_band__gte", models.F("manager_band")),
                            ("operations_band__lt", Decimal("1E+12")),
                        ),
                        name="deal_rules_amounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DealSharing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("is_opened", models.BooleanField(default=False)),
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "partner"), name="deal_sharing_once")],
            },
        ),
        migrations.CreateModel(
            name="DealSignature",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "matter",
                    models.CharField(
                        choices=[("approve", "Approval"), ("cancel", "Cancellation"), ("change", "Change")],
                        default="approve",
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("manager", "Account manager"),
                            ("operations", "Channel operations"),
                            ("chief", "Channel chief"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                ("is_void", models.BooleanField(default=False)),
                (
                    "deal",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="dealreg.dealregistration",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_void", False)),
                        fields=("tenant", "deal", "matter", "level"),
                        name="deal_signature_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_void", False)),
                        fields=("tenant", "deal", "matter", "member"),
                        name="deal_signature_two_people",
                    ),
                ],
            },
        ),
    ]
