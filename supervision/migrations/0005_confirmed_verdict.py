from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supervision', '0004_undo'),
    ]

    operations = [
        migrations.AlterField(
            model_name='decision',
            name='verdict',
            field=models.CharField(choices=[('confirmed', 'confirmed'), ('approved', 'approved'), ('rejected', 'rejected'), ('undone', 'undone'), ('happened', 'happened'), ('not_happened', 'not_happened')], max_length=14),
        ),
    ]
