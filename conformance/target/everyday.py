"""Words that stand in answers because of what they mean: a password that is one of them is no sign of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.model.contract import Contract

__all__ = ["EVERYDAY", "words_of"]

_WORDS = """
a about above access account accept active add address admin administrator after all allow already also an and any
api application are as at auth authentication authorization available away back bad base be because been before
being best body both but by call can cannot change check client cloud code community config content could count
create created cred credential credentials current data database date default delete demo deny description detail
details did disk do does done down due each empty end endpoint enter entry error errors even every example exist
exists expired fail failed failure false field file final find first follow for forbidden format found from full
general get give given go good group guest had has have head header headers height here high host hour how http
https id identity if in index info information input int interface internal into invalid is issued it item its just
key keystone kind know last late length less let level like limit line link links list local location log login long
look low made main make many max may me member members message method min minute mode more most must my name names
need network new next no none normal not nothing now null number object of off ok old on once one only open
openstack operation operator option or order other our out output over own owner page parameter part pass passwd
password path per permission place please plain policy port post private problem project property public put query
queued raw read reader ready real reason reject rejected request required resource response result right role root
row rule run same schema second secret self send sent server service session set shared short should show shown side
since size so some sort source standard start state status step still stop store string such system tag tags take
task tenant test text than that the their them then there these they this those time title to token too total try
type unauthorized under unknown until up update updated url use used user username users valid value values version
want was way we web well were what when where which who why will with word words work world would write wrong xml
year yes yet you your zero
"""

EVERYDAY = frozenset(_WORDS.split())


def words_of(contract: Contract) -> Iterator[str]:
    """The words that a contract is made of: names of its services, operations, members and values."""
    for promise in contract.requirements.values():
        for text in (promise.id, promise.operation or "", promise.place, *promise.statement.values.values()):
            yield from re.findall(r"\w+", text)
