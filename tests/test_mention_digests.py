"""The digests that name mentions: no two mentions have one text that is digested."""

from __future__ import annotations

from hashlib import sha256
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from builders import figure, triples
from pfocr_rdf.iris import mention_digest

FIELDS = st.text("a\t1\n", max_size=5)
MENTIONS = st.tuples(FIELDS, FIELDS, FIELDS)


@given(MENTIONS, MENTIONS)
def test_different_mentions_have_different_digests(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (mention_digest(*one) == mention_digest(*other)) == (one == other)


def test_few_tabs_and_digits_are_told_apart_wherever_they_stand() -> None:
    fields = ["".join(letters) for size in range(4) for letters in product("\t1", repeat=size)]
    digests = {mention_digest(*mention) for mention in product(fields, repeat=3)}
    assert len(digests) == len(fields) ** 3


@given(*[st.text().filter(lambda text: "\t" not in text)] * 3)
def test_without_a_tab_in_them_it_is_that_of_the_fields_with_tabs_between(word: str, match: str, lexicon: str) -> None:
    assert mention_digest(word, match, lexicon) == sha256(f"{word}\t{match}\t{lexicon}".encode()).hexdigest()


def test_two_mentions_of_one_figure_whose_words_hold_tabs_have_an_iri_each() -> None:
    genes = [{"word": "a\tb", "symbol": "c", "source": "d"}, {"word": "a", "symbol": "b\tc", "source": "d"}]
    mentions = {t.subject for t in triples(figure({"genes": genes})) if t.predicate.value.endswith("#word")}
    assert len(mentions) == 2
