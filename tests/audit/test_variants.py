from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.variants import VariantError, load_variants, parse_variant

MUTANT = """\
# mistake: It adds one too many,
#   in every case.
# fails: add-values add-types
# may fail: sum-values
# %% add

def add(a, b):
    return a + b + 1

# %% helper
# a comment stays
ONE = 1
"""


def test_a_mutant_is_parsed() -> None:
    variant = parse_variant("plus_one", MUTANT)
    assert variant.name == "plus_one"
    assert variant.mistake == "It adds one too many, in every case."
    assert variant.style is None
    assert variant.is_mutant
    assert variant.fails == {"add-values", "add-types"}
    assert variant.may_fail == {"sum-values"}
    assert dict(variant.cells) == {
        "add": "def add(a, b):\n    return a + b + 1",
        "helper": "# a comment stays\nONE = 1",
    }


def test_an_alternative_is_parsed() -> None:
    variant = parse_variant("other", "# style: With a loop.\n# %% add\ndef add(a, b): ...\n")
    assert variant.style == "With a loop."
    assert not variant.is_mutant
    assert variant.fails == frozenset()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# mistake: x\n# fails: a\n", "there is no cell"),
        ("# mistake: x\n# fails: a\n# %%\npass\n", "line 3: name the solution cell"),
        ("# mistake: x\n# fails: a\n# %% a\n1\n# %% a\n2\n", "line 5: a second cell 'a'"),
        ("# mistake: x\n# %% a\n1\n", "needs `# fails:`"),
        ("# fails: a\n# %% a\n1\n", "give either"),
        ("# mistake: x\n# style: y\n# fails: a\n# %% a\n1\n", "give either"),
        ("# style: y\n# fails: a\n# %% a\n1\n", "an alternative must pass"),
        ("# mistake: x\n# fails: a b\n# may fail: b\n# %% a\n1\n", "b cannot both fail"),
        (
            "# mistake: x\n# mistake: y\n# fails: a\n# %% a\n1\n",
            "line 2: `# mistake:` is there twice",
        ),
        ("import torch\n# mistake: x\n# fails: a\n# %% a\n1\n", "line 1: expected"),
        ("# note: x\n# %% a\n1\n", "line 1: expected"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(VariantError, match=message) as caught:
        parse_variant("broken", text)
    assert str(caught.value).startswith("broken")


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.py").write_text("# style: s\n# %% add\n1\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("not a variant", encoding="utf-8")
    assert [variant.name for variant in load_variants(tmp_path)] == ["a", "b"]
