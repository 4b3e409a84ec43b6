"""The first step: mails that wait."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dedupe_key", models.CharField(max_length=150, unique=True)),
                ("about", models.UUIDField(db_index=True)),
                ("to", models.BinaryField()),
                ("template", models.CharField(max_length=30)),
                ("language", models.CharField(max_length=5)),
                ("context", models.BinaryField()),
                ("state", models.CharField(default="queued", max_length=7)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("claim", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_at"], name="outbox_due")],
            },
        ),
    )
