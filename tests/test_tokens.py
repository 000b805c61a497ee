"""Tokens: what was encoded comes back; anything damaged is refused with a reason, never with another error."""

import base64
import json
import math
import random
import re
import string
import zlib

import pytest

from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.tokens import decode, encode

CONTENT = {"recipe": {"lr_g": 0.1, "data": "größer"}, "events": [[3, "lr_g", 1 / 3], [5, "generator", None]]}
TOKEN = encode(CONTENT)


def forged(packed):
    """A token with a right checksum around any bytes."""
    body = base64.urlsafe_b64encode(packed).decode().rstrip("=").replace("-", ".")
    return f"gan1-{body}-{zlib.crc32(packed):08x}"


@pytest.mark.parametrize("content", [CONTENT, {}, {"x": [1e-300, 2**53, -0.1]}, {"long": list(range(5000))}])
def test_round_trip(content):
    assert decode(encode(content)) == content


def test_the_alphabet_survives_chat_and_mail():
    assert set(TOKEN) <= set(string.ascii_letters + string.digits + "_.-")
    assert TOKEN.startswith("gan1-")
    assert TOKEN.count("-") == 2


def test_an_independent_reader_finds_the_json():
    _, body, checksum = TOKEN.split("-")
    packed = base64.b64decode(body.replace(".", "+").replace("_", "/") + "==")
    assert json.loads(zlib.decompress(packed)) == CONTENT
    assert int(checksum, 16) == zlib.crc32(packed)


@pytest.mark.parametrize("wrap", ["  {} \n", "'{}'", '"{}"', "`{}`", "\n\t{}"])
def test_wrapping_is_forgiven(wrap):
    assert decode(wrap.format(TOKEN)) == CONTENT
    assert decode(wrap.format(TOKEN[:9] + "\r\n  " + TOKEN[9:])) == CONTENT


def test_a_cut_at_any_place_is_refused():
    for length in range(len(TOKEN)):
        with pytest.raises(ValueError, match=r"not a token|cut off|checksum does not fit"):
            decode(TOKEN[:length])
        with pytest.raises(ValueError, match="not a token"):
            decode(TOKEN[length + 1 :])


@pytest.mark.parametrize("other", "A0_.-é=!")
def test_a_changed_or_added_character_anywhere_is_refused(other):
    for place, kept in enumerate(TOKEN):
        for damaged in (TOKEN[:place] + other + TOKEN[place + 1 :], TOKEN[:place] + other + TOKEN[place:]):
            if other != kept or len(damaged) > len(TOKEN):
                with pytest.raises(ValueError, match=r"not a token|damaged|cut off"):
                    decode(damaged)


def test_two_characters_swapped_are_refused():
    for place in range(5, len(TOKEN) - 1):
        if TOKEN[place] != TOKEN[place + 1]:
            with pytest.raises(ValueError, match=r"damaged|cut off"):
                decode(TOKEN[:place] + TOKEN[place + 1] + TOKEN[place] + TOKEN[place + 2 :])


@pytest.mark.parametrize(("text", "reason"), [
    ("", "not a token"), ("hello", "'hello'"), (TOKEN.replace("gan1", "gan2"), "must start with 'gan1-'"),
    (TOKEN.upper(), "must start with"), ("gan1", "cut off"), ("gan1-", "cut off"), ("gan1--", "damaged"),
    (TOKEN + TOKEN, "added at its end"), (TOKEN + "-x", "added at its end"), ("gan1-a-00000000", "damaged"),
    (None, "not NoneType"), (b"gan1-", "not bytes"), (7, "not int"),
])  # fmt: skip
def test_what_is_no_token_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        decode(text)


@pytest.mark.parametrize("packed", [
    b"no zlib at all", zlib.compress(b"no json"), zlib.compress(b"\xff\xfe{}"), zlib.compress(b'{"recipe": {}}')[:-9],
    zlib.compress(b"[" * 100_000), zlib.compress(b"[1, 2]"), zlib.compress(b'"text"'), zlib.compress(b"null"),
])  # fmt: skip
def test_a_forged_token_with_a_right_checksum_is_refused_too(packed):
    with pytest.raises(ValueError, match="holds no settings"):
        decode(forged(packed))


@pytest.mark.parametrize("start", [b"", b"{}", b'{"a": 1}'])
def test_a_bomb_is_not_unpacked(start):
    """100 MB of blanks in 100 kB: refused after the first 4 MB, even where what stands before them is good JSON."""
    import tracemalloc

    bomb = forged(zlib.compress(start + b" " * 100_000_000, 9))
    tracemalloc.start()
    with pytest.raises(ValueError, match="holds no settings"):
        decode(bomb)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


# --- hostile tokens ---------------------------------------------------------------------------------------------------


def raw(text):
    """A token with a right checksum around this JSON."""
    return forged(zlib.compress(text.encode()))


OURS = r"holds no|will not do|is not known|has no field|this token|cannot be read|ask for|needs|multiple of|take a"
STRANGE = [
    *(f'{{"recipe": {{"{name}": 1}}}}' for name in (
        "self", "cls", "changes", "obj", "name", "__class__", "", "é" * 5000)),
    *(f'{{"recipe": {{"{name}": {value}}}}}' for name in ("steps", "lr_g", "data", "batch", "penalty_weight")
      for value in ("9" * 5000, "9" * 4000, "-" + "9" * 4000, "1e999", "NaN", "-Infinity", "true", "[[]]", "{}", '"x"',
                    '"' + "x" * 10**5 + '"')),
    *(f'{{"recipe": {{}}, "events": {events}}}' for events in (
        "null", "7", "[7]", "[null]", '[["self"]]', f'[[{"9" * 5000}, "lr_g", 0.1]]', f'[[{"9" * 4000}, "lr_g", 0.1]]',
        '[[true, "lr_g", 0.1]]', '[[1, "lr_g", true]]', '[[1, "lr_g", NaN]]', '[[1, {}, 1]]', '[[1, "objective", []]]',
        f'[[1, "{"x" * 10**5}", 1]]', '[[1, "penalty", "r1", 5]]', '[[1, "d_strength", 1e400]]')),
    *(f'{{"recipe": {recipe}}}' for recipe in ("null", "[]", '"x"', "7", "true")),
    "[" * 50_000 + "]" * 50_000, '{"recipe":' * 20_000 + "1" + "}" * 20_000, "9" * 5000, '{"a": 1, "a": 2}',
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: text[:40])
def test_what_is_strange_inside_a_token_is_refused_in_a_sentence_of_ours(text):
    for read in (Run.from_token, Recipe.from_token):
        if read == Recipe.from_token and '"events"' in text:
            continue  # it does not look at them
        with pytest.raises(ValueError, match=OURS) as caught:
            read(raw(text))
        assert len(str(caught.value)) < 1500
        assert "Exceeds the limit" not in str(caught.value)


def test_whatever_stands_in_a_token_ends_in_a_run_or_in_a_sentence_of_ours():
    """Random settings, seeded: names and values known and unknown, and of every JSON type."""
    chance, names = random.Random(3), [*Recipe().as_dict(), "self", "cls", "events", "x"]
    values = [0, 1, -1, 2, 7, 64, 1024, 4096, 10**7, 10**30, 1e-9, 0.5, 1e308, math.nan, math.inf, True, False, None,
              "", "ring", "mnist", "dcgan", "r1", "class", "wasserstein", "clip", [], [1], {}, {"a": 1}]  # fmt: skip
    knobs = ["lr_g", "lr_d", "d_strength", "penalty", "objective", "penalty_weight", "discriminator", "generator", "x"]
    made = 0
    for _ in range(600):
        recipe = {chance.choice(names): chance.choice(values) for _ in range(chance.choice((0, 1, 1, 2, 4)))}
        events = [[chance.choice((0, 5, 5, 9, -1, 0.5)), chance.choice(knobs), chance.choice(values)]
                  for _ in range(chance.choice((0, 1, 2)))]  # fmt: skip
        said = reason(raw(json.dumps({"recipe": recipe, "events": events})))
        assert re.search(OURS, said) or not said, said
        made += not said
    assert 20 < made < 300


def reason(token):
    """Why a token is refused, '' where it is taken; any error but a ValueError fails."""
    try:
        Run.from_token(token)
    except ValueError as error:
        return str(error)
    return ""
