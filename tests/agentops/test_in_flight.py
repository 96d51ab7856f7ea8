"""One worker process holds many runs at once, because it waits for models and does not work for them."""

from benchmarks.in_flight import SlowModel, add_suspended, on_sqlite, run_wave

RUNS = 30


def test_a_worker_holds_as_many_runs_as_it_has_threads_and_suspended_ones_cost_it_nothing() -> None:
    """A small edition of `python -m benchmarks.in_flight`, as a real process with a real model server."""
    with SlowModel(seconds=4.0) as model, on_sqlite(RUNS, model) as place:
        place.prepare()
        add_suspended(place, runs=1_000)
        wave = run_wave(place, model=model, runs=RUNS)
    assert wave.most == RUNS
    assert wave.peak_mib < 200
