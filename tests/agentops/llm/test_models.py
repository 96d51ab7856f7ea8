"""Which model answers, and what the process says of it at its start."""

import threading

import pytest
from pytest_django.fixtures import Settings

from agentops.domain.messages import ModelReply, ModelRequest
from agentops.llm.claude import ClaudeModel
from agentops.llm.models import Model, describe_model, get_model, use_model
from agentops.llm.offline import OfflinePlanner


class Stub:
    """A model of a test."""

    provider = "offline"

    def ask(self, request: ModelRequest) -> ModelReply:
        """Never called."""
        raise NotImplementedError


def test_the_setting_alone_decides_who_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-invented")
    settings.MODEL_PROVIDER, settings.ANTHROPIC_API_KEY = "offline", "sk-invented"
    assert isinstance(get_model(), OfflinePlanner)
    assert get_model() is get_model()
    settings.MODEL_PROVIDER = "anthropic"
    assert isinstance(get_model(), ClaudeModel)
    assert get_model() is get_model()


def test_the_start_up_line_names_the_model_and_shows_no_secret(settings: Settings) -> None:
    settings.MODEL_PROVIDER = "offline"
    assert describe_model() == "offline planner (no AI model, no key)"
    settings.MODEL_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", "sk-invented", ""
    assert describe_model() == "Anthropic at https://api.anthropic.com"
    settings.ANTHROPIC_BASE_URL = "http://name:secret@127.0.0.1:8801/t/1"
    assert describe_model() == "Anthropic at http://127.0.0.1:8801"


def test_a_stand_in_answers_in_every_thread_and_only_meanwhile() -> None:
    before, stub = get_model(), Stub()
    seen: list[Model] = []
    with use_model(stub):
        thread = threading.Thread(target=lambda: seen.append(get_model()))
        thread.start()
        thread.join()
        with use_model(None):
            assert get_model() is before
        assert get_model() is stub
    assert seen == [stub]
    assert get_model() is before


def test_a_stand_in_is_taken_away_after_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), use_model(Stub()):
        raise ZeroDivisionError
    assert not isinstance(get_model(), Stub)
