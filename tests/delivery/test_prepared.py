"""A process that died after it prepared a request, before it posted: whoever comes next posts it."""

import pytest
from sqlalchemy import update

from newsletter.campaign import Counts
from newsletter.errors import NewsletterError
from newsletter.sandbox import Fault
from newsletter.store import request

from .conftest import Clinic
from .test_fence import released


def test_what_the_dead_prepared_is_posted_all_the_same(clinic: Clinic) -> None:
    clinic.crowd(1001)
    clinic.freeze()
    clinic.misbehave(Fault("error before", status=401))
    with pytest.raises(NewsletterError, match="does not know this key"):
        clinic.dispatch(1)
    with clinic.store.write() as connection:
        lease = {"owner": "dead", "lease_until": clinic.account.now() + 3}
        connection.execute(update(request).values(lease))
    assert clinic.dispatch(1) == Counts(frozen=1001, accepted=1001)
    assert set(released(clinic).values()) == {1}
