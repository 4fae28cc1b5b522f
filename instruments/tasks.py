"""The worker's doors to long imports."""

from celery import shared_task

from instruments.actions import imports


@shared_task(ignore_result=True)
def check_import(batch_id: int) -> None:
    """Check the rows of a batch that are still waiting; harmless when it is gone or sent twice."""
    imports.check_waiting(batch_id)


@shared_task(ignore_result=True)
def enter_import(batch_id: int) -> None:
    """Enter a batch into the ledger once; harmless when it is gone, entered already, or sent twice."""
    imports.enter_rows(batch_id)
