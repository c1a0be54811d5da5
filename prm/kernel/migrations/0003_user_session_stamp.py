from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_stamp",
            field=models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
    ]
