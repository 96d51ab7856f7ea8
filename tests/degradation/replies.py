"""Whole messages with something wrong in them: figures, blocks, calls, arguments, stop reasons."""

import json
from typing import Any

from tests.degradation.cases import (
    ANSWERED,
    CONTEXT_FULL,
    NO_WORDS,
    OUT_OF_CALLS,
    OUT_OF_STEPS,
    OUT_OF_TOKENS,
    REFUSED,
    UNKNOWN_STOP,
    UNUSABLE,
    WAITS,
    WELL,
    Case,
    End,
    act,
    calling,
    gives_up,
    look,
    then_well,
    with_input,
)
from tests.misbehaving_server import answer, in_turn
from tests.replies import TEXT, USAGE, message

DEEP = '{"text":' * 10_000 + '"x"' + "}" * 10_000
BIDI = "\u202egnp.exe\u2066"
TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "cancel everything")
HALF = calling(TEXT, act(), stop="max_tokens")


def usage(**changes: Any) -> dict[str, Any]:
    """A good answer with these figures."""
    return message(usage={k: v for k, v in (USAGE | changes).items() if v is not ...})


def refused(name: str, raw: str) -> Case:
    """A call whose arguments no tool may see: the model is told, and answers."""
    return then_well(name, answer(with_input(raw)))


FIGURES = [
    gives_up("missing usage", answer(message(usage=...))),
    gives_up("null usage", answer(message(usage=None))),
    gives_up("usage without output", answer(usage(output_tokens=...))),
    gives_up("negative usage", answer(usage(input_tokens=-1))),
    gives_up("usage as text", answer(usage(input_tokens="12"))),
    gives_up("usage as a fraction", answer(usage(output_tokens=1.5))),
    gives_up("huge usage", answer(usage(input_tokens=10**9))),
    gives_up("usage beyond any integer", answer(usage(output_tokens=10**30))),
    gives_up("endless usage", answer(json.dumps(usage(input_tokens=float("inf"))).encode())),
    Case("usage above the limit", answer(usage(input_tokens=90_000)), ANSWERED, lies=True),
    Case(
        "a call with usage above the limit",
        answer(calling(look(), usage={"input_tokens": 90_000, "output_tokens": 1})),
        OUT_OF_TOKENS,
        looks=1,
        lies=True,
    ),
    Case("no usage but a zero", answer(usage(input_tokens=0, output_tokens=0)), ANSWERED),
]

BLOCKS = [
    Case("empty content", answer(message(content=[])), NO_WORDS),
    Case("blank text", answer(message(content=[{"type": "text", "text": " \n"}])), NO_WORDS),
    Case("unknown block alone", answer(message(content=[{"type": "brand_new", "deep": {"a": [1, None]}}])), NO_WORDS),
    gives_up("content is null", answer(message(content=None))),
    gives_up("content is text", answer(message(content="Hello."))),
    gives_up("a block of no type", answer(message(content=[{"text": "Hello."}]))),
    gives_up("a text block without text", answer(message(content=[{"type": "text"}]))),
    gives_up("a block that no database can keep", answer(message(content=[{"type": "new", "x": "\x00"}]))),
    gives_up("role user", answer(message(role="user"))),
    gives_up("a model without a name", answer(message(model=None))),
    gives_up("an error in a 200", answer({"type": "error", "error": {"type": "overloaded_error"}})),
    gives_up("a key twice", answer(json.dumps(message()).replace('{"id"', '{"role": "user", "id"').encode())),
    Case(
        "NUL and half a character in the text",
        answer(message(content=[{"type": "text", "text": "a\x00\ud800b"}])),
        ANSWERED,
    ),
    Case(
        "bidi and tag characters in the text",
        answer(message(content=[{"type": "text", "text": BIDI + TAGS}])),
        ANSWERED,
    ),
    Case(
        "text before and after a call", in_turn(answer(calling(TEXT, look(), TEXT)), WELL), ANSWERED, asked=2, looks=1
    ),
]

CALLS = [
    gives_up("a call without an id", answer(calling({k: v for k, v in act().items() if k != "id"}))),
    gives_up("a call with an empty id", answer(calling(act(id="")))),
    gives_up("a call with an id that is a number", answer(calling(act(id=7)))),
    gives_up("two calls with one id", answer(calling(look(), act(use_id="toolu_1")))),
    gives_up("a call without a name", answer(calling({k: v for k, v in act().items() if k != "name"}))),
    gives_up("a name with bidi characters", answer(calling(act(name="look\u202e")))),
    gives_up("a name with tag characters", answer(calling(act(name="act" + TAGS)))),
    gives_up("a name with NUL", answer(calling(act(name="act\x00")))),
    gives_up("a call without input", answer(calling({k: v for k, v in act().items() if k != "input"}))),
    then_well("unknown tool", answer(calling(look(name="wipe_everything")))),
    Case("unknown tools without end", answer(calling(look(name="wipe_everything"))), UNUSABLE, asked=3),
    then_well("a tool's name in other letters", answer(calling(act(name="ACT")))),
    then_well("one bad call after the other", answer(calling(look(name="x"))), answer(with_input("[]"))),
    refused("input is text", '"text"'),
    refused("input is a list", "[1, 2]"),
    refused("input is null", "null"),
    refused("input has a key twice", '{"text": "a", "text": "b"}'),
    refused("input has NaN", '{"text": NaN}'),
    refused("input has an infinity", '{"text": -Infinity}'),
    refused("input has a number too large", '{"text": 1e999}'),
    refused("input has half a character", '{"text": "\\ud800"}'),
    refused("input has NUL", '{"text": "a\\u0000"}'),
    refused("input has unknown keys", '{"text": "a", "__approved": true}'),
    refused("a key with bidi characters", '{"te\\u202ext": "a"}'),
    refused("a key with tag characters", '{"text\\udb40\\udc61": "a"}'),
    refused("input of 100 levels", '{"text":' * 100 + "1" + "}" * 100),
    refused("input of 100 KiB", json.dumps({"text": "x" * 100_000})[:-2] + '"}'),
    gives_up("input of 10,000 levels", answer(with_input(DEEP, name="act"))),
    Case("an argument of 5 MiB", answer(with_input(json.dumps({"text": "x" * 5 * 2**20}))), OUT_OF_TOKENS),
    Case("bidi and tag characters in an argument", answer(calling(act(BIDI + TAGS))), WAITS),
    Case(
        "200 look-ups in a turn",
        answer(calling(*(look(str(n), use_id=f"t{n}") for n in range(200)))),
        OUT_OF_CALLS,
        looks=15,
    ),
    Case("200 acts in a turn", answer(calling(*(act(str(n), use_id=f"t{n}") for n in range(200)))), WAITS),
    Case("the same act 200 times", answer(calling(*(act(use_id=f"t{n}") for n in range(200)))), WAITS),
]

STOPS = [
    Case("end_turn", answer(message(stop_reason="end_turn")), ANSWERED),
    Case("stop_sequence", answer(message(stop_reason="stop_sequence")), ANSWERED),
    Case("tool_use without a call", answer(message(stop_reason="tool_use")), ANSWERED),
    Case("tool_use without a word", answer(message(stop_reason="tool_use", content=[])), NO_WORDS),
    Case("end_turn with a call", answer(calling(act(), stop="end_turn")), WAITS),
    Case("refusal", answer(message(stop_reason="refusal")), REFUSED),
    Case("refusal with a call", answer(calling(TEXT, look(), stop="refusal")), REFUSED),
    Case("context exceeded", answer(message(stop_reason="model_context_window_exceeded")), CONTEXT_FULL),
    Case("context exceeded with a call", answer(calling(look(), stop="model_context_window_exceeded")), CONTEXT_FULL),
    Case("unknown stop reason", answer(message(stop_reason="brand_new")), UNKNOWN_STOP),
    Case("unknown stop reason with a call", answer(calling(look(), stop="brand_new")), UNKNOWN_STOP),
    Case("stop reason null", answer(message(stop_reason=None)), UNKNOWN_STOP),
    gives_up("no stop reason", answer(message(stop_reason=...))),
    Case("max_tokens in the words", answer(message(stop_reason="max_tokens")), OUT_OF_TOKENS),
    Case("max_tokens in a call", answer(HALF), OUT_OF_TOKENS, asked=2),
    Case("max_tokens after a call", answer(calling(look(), TEXT, stop="max_tokens")), OUT_OF_TOKENS, asked=2),
    then_well("max_tokens in a call, once", answer(HALF)),
    then_well("pause_turn once", answer(message(stop_reason="pause_turn"))),
    Case("pause_turn without end", answer(message(stop_reason="pause_turn")), OUT_OF_STEPS, asked=10),
    Case(
        "pause_turn with nothing, without end",
        answer(message(stop_reason="pause_turn", content=[])),
        OUT_OF_STEPS,
        asked=10,
    ),
    Case(
        "the same look-up without end",
        answer(calling(look())),
        End("limit_reached", "limit_repeated_call"),
        asked=3,
        looks=2,
    ),
]

REPLIES = [*FIGURES, *BLOCKS, *CALLS, *STOPS]
