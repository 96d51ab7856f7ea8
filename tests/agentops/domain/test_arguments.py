"""The bytes of a call: one spelling for one value, and nothing that JSON cannot carry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.arguments import BadArguments, canonical_arguments, digest_call

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text("abcdef", min_size=1, max_size=5), values, max_size=4)


@given(objects)
def test_the_order_of_keys_and_the_spaces_make_no_difference(given_object: dict[str, object]) -> None:
    turned = dict(reversed(given_object.items()))
    assert canonical_arguments(given_object) == canonical_arguments(json.dumps(turned, indent=2))
    assert json.loads(canonical_arguments(given_object)) == given_object


@given(objects, objects)
def test_other_arguments_have_another_digest(one: dict[str, object], other: dict[str, object]) -> None:
    first, second = canonical_arguments(one), canonical_arguments(other)
    assert (digest_call(tool="a", arguments=first) == digest_call(tool="a", arguments=second)) == (first == second)
    assert digest_call(tool="a", arguments=first) != digest_call(tool="b", arguments=first)


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ("[1]", "not_an_object"),
        (None, "not_an_object"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate_key"),
        ('{"a": NaN}', "not_a_number"),
        ('{"a": 1e999}', "not_a_number"),
        ('{"a": 9007199254740993}', "number_too_large"),
        ('{"a": "\\ud800"}', "not_unicode"),
        ('{"a": "\\u0000"}', "nul_character"),
        ('{"a": ' + "[" * 30 + "]" * 30 + "}", "too_deep"),
        ('{"a": "' + "x" * 70_000 + '"}', "too_large"),
        ('{"a": ' + "[" * 100_000, "too_large"),
        ('{"a\u202e": 1}', "hidden_in_name"),
        ('{"a": {"\u3164": 1}}', "hidden_in_name"),
        ('{"a": "half', "not_json"),
    ],
)
def test_what_no_tool_may_see_is_refused_by_a_named_rule(raw: object, rule: str) -> None:
    with pytest.raises(BadArguments) as refused:
        canonical_arguments(raw)
    assert refused.value.rule == rule
