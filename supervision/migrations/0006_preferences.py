from django.db import migrations, models

WAS = {"1": "on", "0": "off", "true": "on", "false": "off"}


def name_keys(apps, schema_editor):
    """What was yes or no is one of three words now; each database wrote yes and no in its own way."""
    preferences = apps.get_model("supervision", "Preferences")
    for one in preferences.objects.all():
        preferences.objects.filter(pk=one.pk).update(keys=WAS.get(one.keys.lower(), "on"))


class Migration(migrations.Migration):

    dependencies = [
        ('supervision', '0005_confirmed_verdict'),
    ]

    operations = [
        migrations.AddField(
            model_name='preferences',
            name='volume',
            field=models.CharField(choices=[('quiet', 'Quiet'), ('normal', 'Normal'), ('loud', 'Loud')], default='normal', max_length=7),
        ),
        migrations.AlterField(
            model_name='preferences',
            name='keys',
            field=models.CharField(choices=[('on', 'Single keys'), ('alt', 'Alt and the key'), ('off', 'No keys')], default='on', max_length=5),
        ),
        migrations.RunPython(name_keys, migrations.RunPython.noop),
    ]
