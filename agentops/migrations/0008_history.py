from django.db import migrations, models

from agentops.domain.search import place_of, read_found

SQLITE = """
CREATE VIRTUAL TABLE agentops_runwords USING fts5(
  run_id UNINDEXED, words, tokenize = "unicode61 tokenchars ':_'", detail = none
)
"""
POSTGRESQL = """
CREATE TABLE agentops_runwords (rowid bigint PRIMARY KEY, run_id bigint NOT NULL, words text NOT NULL);
CREATE INDEX agentops_runwords_words ON agentops_runwords
  USING gin (array_to_tsvector(string_to_array(words, ' ')));
"""
BATCH = 1_000


def make_table(apps, schema_editor):
    schema_editor.execute(POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE)


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE agentops_runwords")


def index_old_runs(apps, schema_editor):
    """What ended before there was an index is found by it as well."""
    runs = apps.get_model("agentops", "AgentRun").objects.filter(finished_at__isnull=False)
    words = apps.get_model("agentops", "RunWords")
    rows = []
    for run in runs.select_related("task_type").prefetch_related("calls").order_by("pk").iterator(BATCH):
        found = read_found(
            texts=(run.request, run.asked_by, run.answer),
            calls=[(call.tool, call.card) for call in run.calls.all()],
            status=run.status,
            outcome=run.outcome,
            task_type=run.task_type.slug,
            cost_nano=run.cost_nano,
        )
        rows.append(words(place=place_of(run.created_at, run.pk), run_id=run.pk, words=found.words))
        if len(rows) == BATCH:
            words.objects.bulk_create(rows)
            rows = []
    words.objects.bulk_create(rows)


class Migration(migrations.Migration):

    dependencies = [
        ("agentops", "0007_audit_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name='agentrun',
            name='generated',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='agentrun',
            index=models.Index(condition=models.Q(('status', 'suspended')), fields=['id'], name='run_suspended'),
        ),
        migrations.AddIndex(
            model_name='agentrun',
            index=models.Index(condition=models.Q(('generated', True)), fields=['created_at'], name='run_generated'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_table, drop_table)],
            state_operations=[
                migrations.CreateModel(
                    name='RunWords',
                    fields=[
                        ('place', models.BigIntegerField(db_column='rowid', primary_key=True, serialize=False)),
                        ('run_id', models.BigIntegerField()),
                        ('words', models.TextField()),
                    ],
                ),
            ],
        ),
        migrations.RunPython(index_old_runs, migrations.RunPython.noop),
    ]
