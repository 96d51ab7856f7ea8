import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agentops', '0005_edits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(max_length=150)),
                ('who', models.CharField(max_length=150)),
                ('version', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='toolcall',
            name='alone_because',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='toolcall',
            name='confirmers',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='toolcall',
            name='seconded_by',
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name='toolpolicy',
            name='confirmers',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='toolpolicy',
            name='one_on_duty',
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name='toolcall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'started', 'succeeded', 'in_doubt', 'happened']), _negated=True), ('confirmers', 1), models.Q(('seconded_by', ''), _negated=True), models.Q(('alone_because', ''), _negated=True), _connector='OR'), name='call_acts_only_with_both'),
        ),
        migrations.AddConstraint(
            model_name='toolpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('confirmers__in', [1, 2])), name='tool_policy_one_or_two_confirm'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='call',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='agentops.toolcall'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(fields=('call', 'version', 'person'), name='one_confirmation_per_person'),
        ),
    ]
