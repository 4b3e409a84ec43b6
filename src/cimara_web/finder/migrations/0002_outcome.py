"""What a match came to, sealed beside the answers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("finder", "0001_initial"),)

    operations = (
        migrations.AddField(
            model_name="finderprofile",
            name="outcome",
            field=models.BinaryField(default=None, null=True),
        ),
    )
