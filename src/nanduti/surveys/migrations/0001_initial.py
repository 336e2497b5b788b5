import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("foundation", "0001_initial"),
        ("foundation", "__first__"),
        ("programme", "0001_initial"),
        ("register", "0003_duplicates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Instrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "source_place",
                    models.CharField(blank=True, max_length=200, verbose_name="place in the source"),
                ),
                ("code", models.CharField(max_length=255, verbose_name="form id")),
                ("title", models.CharField(max_length=255, verbose_name="title")),
                ("title_es", models.CharField(blank=True, max_length=255, verbose_name="title in Spanish")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("census", "census"),
                            ("visit_log", "log of visits"),
                            ("attendance", "attendance"),
                            ("questionnaire", "questionnaire"),
                            ("roster", "roster of relations"),
                            ("audit", "audit"),
                            ("assessment", "assessment"),
                            ("survey", "survey"),
                        ],
                        default="survey",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("library_code", models.CharField(blank=True, max_length=80)),
                ("is_open", models.BooleanField(default=True, verbose_name="takes answers")),
                ("columns_known", models.JSONField(blank=True, default=dict)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instruments",
                        to="programme.programme",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.sourcedocument",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "instrument",
                "verbose_name_plural": "instruments",
                "ordering": ["programme", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "code"), name="instrument_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enumerator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("code", models.SlugField(max_length=80, verbose_name="code")),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="called")),
                ("is_shared", models.BooleanField(default=False, verbose_name="shared by a project")),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("digest_secret", models.CharField(blank=True, max_length=32)),
                ("enrolled_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.cluster",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.person",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enumerators",
                        to="programme.programme",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "instruments",
                    models.ManyToManyField(blank=True, related_name="enumerators", to="surveys.instrument"),
                ),
            ],
            options={
                "verbose_name": "enumerator",
                "verbose_name_plural": "enumerators",
                "ordering": ["programme", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "code"), name="enumerator_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="InstrumentVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("label", models.CharField(blank=True, max_length=255, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published"), ("retired", "retired")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("xform", models.TextField()),
                ("digest", models.CharField(max_length=32)),
                ("definition", models.JSONField(default=dict)),
                ("languages", models.JSONField(blank=True, default=list)),
                ("n_questions", models.PositiveIntegerField(default=0)),
                (
                    "validation",
                    models.CharField(
                        choices=[("passed", "passed"), ("failed", "failed"), ("unchecked", "not checked")],
                        default="unchecked",
                        max_length=10,
                    ),
                ),
                ("validation_report", models.TextField(blank=True)),
                ("draft_token", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="surveys.instrument",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "workbook",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of an instrument",
                "verbose_name_plural": "versions of instruments",
                "ordering": ["instrument", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("instrument", "label"), name="instrument_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form_id", models.CharField(max_length=255)),
                ("form_version", models.CharField(blank=True, max_length=255)),
                ("instance_id", models.CharField(max_length=255)),
                ("xml_digest", models.CharField(max_length=64)),
                ("deprecated_id", models.CharField(blank=True, max_length=255)),
                ("is_current", models.BooleanField(default=True)),
                ("is_trial", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("accepted", "accepted"),
                            ("returned", "returned"),
                            ("rejected", "rejected"),
                        ],
                        default="received",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "processing",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("done", "read"),
                            ("parked", "parked"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("processing_note", models.CharField(blank=True, max_length=300)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "phone"),
                            ("browser", "browser"),
                            ("spreadsheet", "spreadsheet"),
                            ("office", "corrected in the office"),
                        ],
                        default="phone",
                        max_length=12,
                        verbose_name="came by",
                    ),
                ),
                ("device_id", models.CharField(blank=True, max_length=255)),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("n_files_expected", models.PositiveIntegerField(default=0)),
                ("n_files_arrived", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("duration_seconds", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.cluster",
                    ),
                ),
                (
                    "collected_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="surveys.submission",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.establishment",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programme.programme",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "enumerator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="surveys.enumerator",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="surveys.instrument",
                    ),
                ),
                (
                    "instrument_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="surveys.instrumentversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "submission",
                "verbose_name_plural": "submissions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("deprecated_id", ""), _negated=True),
                        fields=["deprecated_id", "programme"],
                        name="submission_edit",
                    ),
                    models.Index(
                        condition=models.Q(("processing", "done"), _negated=True),
                        fields=["processing", "id"],
                        name="submission_unread",
                    ),
                    models.Index(
                        fields=["instrument", "-received_at", "-id"], name="submission_of_instrument"
                    ),
                    models.Index(fields=["instrument", "state"], name="submission_by_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "instance_id"), name="submission_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Envelope",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="envelope",
                        serialize=False,
                        to="surveys.submission",
                    ),
                ),
                ("n_bytes", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="EntityList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("establishments", "establishments of the register"),
                            ("people", "people of the register, by pseudonym"),
                            ("groups", "groups"),
                            ("activities", "activities"),
                            ("own", "made by the forms"),
                        ],
                        default="own",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("properties", models.JSONField(blank=True, default=list)),
                ("filter", models.JSONField(blank=True, default=dict)),
                ("needs_approval", models.BooleanField(default=False)),
                ("changed", models.PositiveBigIntegerField(default=0)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entity_lists",
                        to="programme.programme",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
            ],
            options={
                "verbose_name": "entity list",
                "verbose_name_plural": "entity lists",
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "name"), name="entity_list_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Entity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("uuid", models.UUIDField()),
                ("number", models.PositiveIntegerField(default=1)),
                ("pseudonym", models.CharField(blank=True, db_index=True, max_length=12)),
                ("data", models.JSONField(blank=True, default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.cluster",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "entity_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entities",
                        to="surveys.entitylist",
                    ),
                ),
            ],
            options={
                "verbose_name": "entity",
                "verbose_name_plural": "entities",
                "indexes": [models.Index(fields=["entity_list", "cluster"], name="entity_of_cluster")],
                "constraints": [models.UniqueConstraint(fields=("entity_list", "uuid"), name="entity_once")],
            },
        ),
        migrations.CreateModel(
            name="EntityVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("base_number", models.PositiveIntegerField(null=True)),
                ("trunk_number", models.PositiveIntegerField(null=True)),
                ("branch", models.UUIDField(null=True)),
                ("branch_base", models.PositiveIntegerField(null=True)),
                ("data", models.JSONField(blank=True, default=dict)),
                ("sealed", models.BinaryField(null=True)),
                (
                    "conflict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("soft", "made on an older version"),
                            ("hard", "changes what another has changed"),
                        ],
                        default="",
                        max_length=4,
                    ),
                ),
                ("conflicting", models.JSONField(blank=True, default=list)),
                ("is_forced", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolution", models.TextField(blank=True)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="surveys.entity",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entity_versions",
                        to="surveys.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of an entity",
                "verbose_name_plural": "versions of entities",
                "ordering": ["entity", "number"],
                "indexes": [
                    models.Index(fields=["branch", "branch_base"], name="entity_version_branch"),
                    models.Index(
                        condition=models.Q(
                            ("resolved_at__isnull", True), models.Q(("conflict", ""), _negated=True)
                        ),
                        fields=["entity"],
                        name="entity_version_conflict",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "number"), name="entity_version_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=80)),
                (
                    "severity",
                    models.CharField(
                        choices=[("error", "cannot be right"), ("warning", "is unusual")],
                        default="warning",
                        max_length=8,
                    ),
                ),
                ("question", models.CharField(blank=True, max_length=300)),
                ("row", models.CharField(blank=True, max_length=80)),
                ("details", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be looked at"),
                            ("explained", "explained"),
                            ("corrected", "corrected"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("found_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "enumerator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="surveys.enumerator",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="surveys.submission",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="surveys.submission",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="surveys.instrument",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding",
                "verbose_name_plural": "findings",
                "indexes": [models.Index(fields=["instrument", "state"], name="finding_by_state")],
            },
        ),
        migrations.CreateModel(
            name="AnswerMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "source_place",
                    models.CharField(blank=True, max_length=200, verbose_name="place in the source"),
                ),
                ("spec", models.JSONField(default=dict)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.sourcedocument",
                        verbose_name="source",
                    ),
                ),
                (
                    "instrument",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mapping",
                        to="surveys.instrument",
                    ),
                ),
            ],
            options={
                "verbose_name": "mapping of answers",
                "verbose_name_plural": "mappings of answers",
            },
        ),
        migrations.CreateModel(
            name="InstrumentMedia",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("file", "file"), ("entity_list", "entity list")],
                        default="file",
                        max_length=12,
                    ),
                ),
                (
                    "entity_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="surveys.entitylist",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.storedfile",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "instrument_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media",
                        to="surveys.instrumentversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of an instrument",
                "verbose_name_plural": "files of instruments",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("instrument_version", "name"), name="instrument_media_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedPost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form_id", models.CharField(blank=True, max_length=255)),
                ("instance_id", models.CharField(blank=True, max_length=255)),
                ("reason", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("n_bytes", models.PositiveBigIntegerField()),
                ("sealed", models.BinaryField(null=True)),
                ("path", models.CharField(blank=True, max_length=200)),
                ("files", models.JSONField(blank=True, default=list)),
                ("device_id", models.CharField(blank=True, max_length=255)),
                ("received_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("open", "to be decided"),
                            ("replaced", "taken instead of the former"),
                            ("dropped", "not taken"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decision_note", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enumerator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="surveys.enumerator",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programme.programme",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quarantined",
                        to="surveys.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "post in quarantine",
                "verbose_name_plural": "posts in quarantine",
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "digest", "reason"), name="quarantined_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=80)),
                ("question", models.CharField(blank=True, max_length=300)),
                ("row", models.CharField(blank=True, max_length=80)),
                ("record_kind", models.CharField(blank=True, max_length=80)),
                ("record_id", models.CharField(blank=True, max_length=40)),
                ("digest", models.CharField(max_length=64)),
                ("problem", models.JSONField(blank=True, default=dict)),
                ("at", models.DateTimeField()),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="record_links",
                        to="surveys.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "record made of an answer",
                "verbose_name_plural": "records made of answers",
                "indexes": [models.Index(fields=["record_kind", "record_id"], name="record_link_of_record")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "target", "question", "row"), name="record_link_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("accepted", "accepted"),
                            ("returned", "returned"),
                            ("rejected", "rejected"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("accepted", "accepted"),
                            ("returned", "returned"),
                            ("rejected", "rejected"),
                        ],
                        max_length=10,
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="comment")),
                ("by_label", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review_steps",
                        to="surveys.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a review",
                "verbose_name_plural": "steps of reviews",
                "ordering": ["submission", "at", "id"],
            },
        ),
        migrations.CreateModel(
            name="SubmissionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file name")),
                ("media_type", models.CharField(blank=True, max_length=100)),
                ("n_bytes", models.PositiveBigIntegerField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("path", models.CharField(blank=True, max_length=200)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="surveys.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a submission",
                "verbose_name_plural": "files of submissions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True)),
                        fields=("submission", "name"),
                        name="submission_file_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitingEntityUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField()),
                ("branch", models.UUIDField()),
                ("branch_base", models.PositiveIntegerField()),
                ("position", models.PositiveIntegerField(default=0)),
                ("sealed", models.BinaryField()),
                ("waits_since", models.DateTimeField(db_index=True)),
                (
                    "entity_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting",
                        to="surveys.entitylist",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="surveys.submission"
                    ),
                ),
            ],
            options={
                "verbose_name": "update that waits",
                "verbose_name_plural": "updates that wait",
                "indexes": [models.Index(fields=["branch", "branch_base"], name="waiting_update_branch")],
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "position"), name="waiting_update_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Wave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("code", models.SlugField(max_length=80, verbose_name="code")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("opens_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("target", models.PositiveIntegerField(blank=True, null=True, verbose_name="answers wanted")),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waves",
                        to="surveys.instrument",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
            ],
            options={
                "verbose_name": "wave",
                "verbose_name_plural": "waves",
                "constraints": [
                    models.UniqueConstraint(fields=("instrument", "code"), name="wave_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("design", models.JSONField()),
                ("seed", models.CharField(max_length=80)),
                ("frame_size", models.PositiveIntegerField()),
                ("n_drawn", models.PositiveIntegerField()),
                ("drawn_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.run",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="samples", to="surveys.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "sample",
                "verbose_name_plural": "samples",
            },
        ),
        migrations.CreateModel(
            name="SampleUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("stratum", models.CharField(blank=True, max_length=200)),
                ("position", models.PositiveIntegerField()),
                ("is_reserve", models.BooleanField(default=False)),
                ("inclusion_probability", models.FloatField(null=True)),
                ("sampling_weight", models.FloatField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_do", "to visit"),
                            ("done", "answered"),
                            ("refused", "refused"),
                            ("not_found", "not found"),
                            ("ineligible", "does not belong to the sample"),
                            ("replaced", "replaced"),
                        ],
                        default="to_do",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("changed_on", models.DateField(blank=True, null=True)),
                (
                    "enumerator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="surveys.enumerator",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="register.establishment",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="surveys.sampleunit",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="units", to="surveys.sample"
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="surveys.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit of a sample",
                "verbose_name_plural": "units of samples",
                "ordering": ["sample", "position"],
                "indexes": [models.Index(fields=["enumerator", "state"], name="sample_unit_to_do")],
                "constraints": [
                    models.UniqueConstraint(fields=("sample", "establishment"), name="sample_unit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("issued_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "given_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="surveys.submission",
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.scope"
                    ),
                ),
                (
                    "used_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coupon",
                        to="surveys.submission",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="coupons", to="surveys.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "constraints": [models.UniqueConstraint(fields=("wave", "code"), name="coupon_once")],
            },
        ),
        migrations.CreateModel(
            name="AnswerSet",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="answer_set",
                        serialize=False,
                        to="surveys.submission",
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("problems", models.JSONField(blank=True, default=list)),
                ("read_at", models.DateTimeField()),
                (
                    "instrument_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="surveys.instrumentversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "answers",
                "verbose_name_plural": "answers",
            },
        ),
    ]
