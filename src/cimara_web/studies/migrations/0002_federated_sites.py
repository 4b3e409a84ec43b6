"""A federated site says that it has its kit and that its policy is written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="studysite",
            name="has_kit",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="studysite",
            name="has_policy",
            field=models.BooleanField(default=False),
        ),
    ]
