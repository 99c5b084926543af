"""A task goes through a real Redis to a real worker, which works on the same database."""

import pytest

from core.tasks import check_feed
from tests.integration.conftest import Worker, eventually

pytestmark = pytest.mark.worker


def test_a_task_reaches_the_worker(real_worker: Worker) -> None:
    check_feed.delay(run_id=0)
    assert eventually(lambda: "core.check_feed" in real_worker.log() and "DoesNotExist" in real_worker.log()), (
        real_worker.log()
    )


def test_after_kill_9_another_worker_takes_over(real_worker: Worker) -> None:
    real_worker.kill()
    check_feed.delay(run_id=0)
    real_worker.start()
    assert eventually(lambda: "core.check_feed" in real_worker.log())
