from django.db import migrations

import prm.kernel.fields


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="assessment", name="peer_tier"),
        migrations.RemoveField(model_name="assessment", name="peer_type"),
        migrations.AddField(
            model_name="assessment",
            name="review_comment",
            field=prm.kernel.fields.TextField(blank=True, max_length=2000),
        ),
    ]
