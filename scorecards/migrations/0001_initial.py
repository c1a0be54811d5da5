import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import prm.kernel.fields
import prm.kernel.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_first"),
        ("partners", "0001_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("partner", "Partner's scorecard"),
                            ("vendor_view", "Vendor's view"),
                            ("screening", "Screening"),
                        ],
                        default="partner",
                        max_length=12,
                    ),
                ),
                ("vendor_only", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_progress", "In progress"),
                            ("submitted", "Submitted"),
                            ("reviewed", "Reviewed"),
                            ("superseded", "Superseded"),
                            ("discarded", "Discarded"),
                        ],
                        default="in_progress",
                        max_length=12,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("last_answer_at", models.DateTimeField(blank=True, null=True)),
                ("active_seconds", models.PositiveIntegerField(default=0)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("overall", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("review_comment", prm.kernel.fields.TextField(blank=True, max_length=2000)),
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
                    "previous",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="following",
                        to="scorecards.assessment",
                    ),
                ),
                (
                    "started_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.membership",
                    ),
                ),
                (
                    "submitted_by",
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
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "partner", "submitted_at"], name="assessment_by_partner")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_progress")),
                        fields=("tenant", "partner", "kind"),
                        name="assessment_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "partner"), ("vendor_only", True), _connector="XOR"),
                        name="assessment_vendor_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["submitted", "reviewed"]), _negated=True),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="assessment_submitted_has_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("vendor_only", models.BooleanField(default=False)),
                ("code", models.CharField(max_length=80)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("text", prm.kernel.fields.TextField(max_length=1000)),
                ("help_text", prm.kernel.fields.TextField(blank=True, max_length=1000)),
                (
                    "kind",
                    models.CharField(
                        choices=[("single", "One answer"), ("multi", "Tick all that apply"), ("text", "Open text")],
                        max_length=10,
                    ),
                ),
                ("scored", models.BooleanField(default=True)),
                ("weight", prm.kernel.fields.NumericField(decimal_places=12, default=1, max_digits=30)),
                ("required", models.BooleanField(default=True)),
                ("allow_na", models.BooleanField(default=False)),
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
            name="AnswerRevision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("vendor_only", models.BooleanField(default=False)),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("is_na", models.BooleanField(default=False)),
                ("text", prm.kernel.fields.TextField(blank=True, max_length=4000)),
                ("answered_at", models.DateTimeField()),
                (
                    "answered_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
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
                    "assessment",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="scorecards.assessment",
                    ),
                ),
                (
                    "question",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scorecards.question",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="QuestionBank",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.CharField(max_length=80)),
                ("edition", models.PositiveIntegerField(default=1)),
                ("name", prm.kernel.fields.TextField(max_length=160)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("green_from", prm.kernel.fields.NumericField(decimal_places=12, default=75, max_digits=30)),
                ("yellow_from", prm.kernel.fields.NumericField(decimal_places=12, default=50, max_digits=30)),
                ("min_peers", models.PositiveSmallIntegerField(default=5)),
                ("peer_months", models.PositiveSmallIntegerField(default=12)),
                ("lenses", models.JSONField(default=list)),
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
                    models.UniqueConstraint(fields=("tenant", "code", "edition"), name="bank_edition"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("tenant", "code"), name="bank_one_active"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="question",
            name="bank",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="scorecards.questionbank",
            ),
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("vendor_only", models.BooleanField(default=False)),
                ("code", models.CharField(max_length=80)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("name", prm.kernel.fields.TextField(max_length=160)),
                ("weight", prm.kernel.fields.NumericField(decimal_places=12, default=1, max_digits=30)),
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
                    "bank",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="categories",
                        to="scorecards.questionbank",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "bank", "code"), name="category_code")],
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="bank",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assessments",
                to="scorecards.questionbank",
            ),
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("vendor_only", models.BooleanField(default=False)),
                ("code", models.CharField(max_length=80)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("name", prm.kernel.fields.TextField(max_length=160)),
                ("weight", prm.kernel.fields.NumericField(decimal_places=12, default=1, max_digits=30)),
                ("best_practice", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
                ("lens", models.CharField(blank=True, max_length=60)),
                (
                    "life_stages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("action_text", prm.kernel.fields.TextField(blank=True, max_length=1000)),
                ("action_owner", models.CharField(blank=True, max_length=40)),
                ("action_days", models.PositiveSmallIntegerField(default=60)),
                (
                    "bank",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="topics",
                        to="scorecards.questionbank",
                    ),
                ),
                (
                    "category",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="topics",
                        to="scorecards.category",
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
                "constraints": [models.UniqueConstraint(fields=("tenant", "bank", "code"), name="topic_code")],
            },
        ),
        migrations.AddField(
            model_name="question",
            name="topic",
            field=prm.kernel.tenancy.models.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="scorecards.topic",
            ),
        ),
        migrations.CreateModel(
            name="ActionItem",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("improvement", "Improvement"), ("commitment", "Commitment"), ("other", "Other")],
                        default="improvement",
                        max_length=12,
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "Partner"), ("vendor", "Vendor")], default="partner", max_length=8
                    ),
                ),
                ("text", prm.kernel.fields.TextField(max_length=1000)),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("recommended", "Recommended"),
                            ("not_started", "Not started"),
                            ("in_progress", "In progress"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                        ],
                        default="recommended",
                        max_length=12,
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True)),
                ("reason", prm.kernel.fields.TextField(blank=True, max_length=500)),
                (
                    "owner",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_items",
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
                    "assessment",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_items",
                        to="scorecards.assessment",
                    ),
                ),
                (
                    "topic",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="action_items",
                        to="scorecards.topic",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "partner", "state"], name="action_by_partner")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "recommended")),
                        fields=("tenant", "partner", "topic"),
                        name="action_recommended_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["recommended", "dropped"]), ("due_on__isnull", False), _connector="OR"
                        ),
                        name="action_accepted_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Option",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("vendor_only", models.BooleanField(default=False)),
                ("code", models.CharField(max_length=80)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("text", prm.kernel.fields.TextField(max_length=1000)),
                ("score", prm.kernel.fields.NumericField(decimal_places=12, max_digits=30)),
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
                        related_name="options",
                        to="scorecards.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "question", "code"), name="option_code"),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 1), ("score__lte", 100)), name="option_score"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("vendor_only", models.BooleanField(default=False)),
                (
                    "options",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("is_na", models.BooleanField(default=False)),
                ("text", prm.kernel.fields.TextField(blank=True, max_length=4000)),
                ("score", prm.kernel.fields.NumericField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ("answered_at", models.DateTimeField()),
                (
                    "answered_by",
                    prm.kernel.tenancy.models.TenantForeignKey(
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
                    "assessment",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="scorecards.assessment",
                    ),
                ),
                (
                    "question",
                    prm.kernel.tenancy.models.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="scorecards.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "assessment", "question"), name="answer_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(fields=("tenant", "bank", "code"), name="question_code"),
        ),
    ]
