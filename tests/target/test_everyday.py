"""Words that are no sign of a password."""

from __future__ import annotations

from conformance.model.contract import Contract
from conformance.target.everyday import EVERYDAY, words_of
from conformance.target.secrets import Secrets


def test_everyday_words_are_in_lower_case() -> None:
    assert frozenset() == {word for word in EVERYDAY if word != word.lower()}


def test_the_words_of_a_contract_are_shown_although_one_of_them_is_the_password(contract: Contract) -> None:
    secrets = Secrets()
    secrets.name(*words_of(contract))
    secrets.learn("visibility", "$OS_PASSWORD")
    assert '{"visibility": "private"}' == secrets.text('{"visibility": "private"}')
    assert "password=$OS_PASSWORD" == secrets.text("password=visibility")
