"""Deriving anew takes its turn with feeds, so that neither overwrites what the other has read before."""

import pytest
from django.db import OperationalError, connection

from attendance import services
from attendance.models import EffectiveRegister
from core.feeds.locks import ONE_AT_A_TIME
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_derived_while_a_feed_is_being_applied() -> None:
    make.RegisterFactory(academic_year=2025)
    feed = connection.copy()
    feed.set_autocommit(False)
    try:
        with feed.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            services.rebuild_effective(academic_years=[2025])
        assert not EffectiveRegister.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        feed.close()
    assert services.rebuild_effective(academic_years=[2025]) == 1
