"""The first step: alerts, their links, editions, known studies."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("public_id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("address", models.BinaryField()),
                ("address_key", models.CharField(db_index=True, max_length=64)),
                ("language", models.CharField(max_length=5)),
                ("facets", models.JSONField()),
                ("every", models.CharField(max_length=6)),
                ("state", models.CharField(db_index=True, default="pending", max_length=9)),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("noticed_at", models.DateTimeField(null=True)),
                ("last_snapshot", models.IntegerField(null=True)),
                ("last_digest_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("number", models.AutoField(primary_key=True, serialize=False)),
                ("content_hash", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="KnownStudy",
            fields=[
                ("nct_id", models.CharField(max_length=11, primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=16)),
                ("added", models.IntegerField()),
                ("changed", models.IntegerField(db_index=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AlertLink",
            fields=[
                ("token_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=7)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="alerts.alert"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    )
