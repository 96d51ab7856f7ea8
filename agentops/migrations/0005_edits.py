import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agentops', '0004_hold'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(max_length=150)),
                ('version', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('sends', models.BooleanField(default=False)),
                ('values', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=2000)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('form', models.JSONField(null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('problem', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='toolcall',
            name='one_call_per_position',
        ),
        migrations.AddField(
            model_name='toolcall',
            name='supersedes',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='successors', to='agentops.toolcall'),
        ),
        migrations.AlterField(
            model_name='toolcall',
            name='status',
            field=models.CharField(choices=[('refused', 'refused'), ('allowed', 'allowed'), ('awaiting', 'awaiting'), ('approved', 'approved'), ('rejected', 'rejected'), ('expired', 'expired'), ('cancelled', 'cancelled'), ('invalidated', 'invalidated'), ('superseded', 'superseded'), ('started', 'started'), ('succeeded', 'succeeded'), ('failed', 'failed'), ('in_doubt', 'in_doubt'), ('happened', 'happened'), ('not_happened', 'not_happened')], max_length=14),
        ),
        migrations.AddConstraint(
            model_name='toolcall',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'superseded'), _negated=True), fields=('step', 'position'), name='one_call_per_position'),
        ),
        migrations.AddConstraint(
            model_name='toolcall',
            constraint=models.UniqueConstraint(condition=models.Q(('supersedes__isnull', False)), fields=('supersedes',), name='one_successor_per_call'),
        ),
        migrations.AddField(
            model_name='calledit',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='agentops.toolcall'),
        ),
        migrations.AddField(
            model_name='calledit',
            name='successor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agentops.toolcall'),
        ),
        migrations.AddIndex(
            model_name='calledit',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['asked_at'], name='edit_unanswered'),
        ),
        migrations.AddConstraint(
            model_name='calledit',
            constraint=models.CheckConstraint(condition=models.Q(('successor__isnull', True), models.Q(('answered_at__isnull', False), ('problem', ''), ('sends', True)), _connector='OR'), name='edit_changes_only_what_was_sent'),
        ),
    ]
