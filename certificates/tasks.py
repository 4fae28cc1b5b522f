"""The worker's door to sealing."""

from celery import shared_task

from certificates.actions import seal as seal_certificate


@shared_task(ignore_result=True)
def seal(certificate_id: int) -> None:
    """Seal one certificate; harmless when it is gone, sealed already, or sent twice."""
    seal_certificate(certificate_id)
