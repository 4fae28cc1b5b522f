"""Rows the machinery needs: repeated requests, heartbeats, schedule slots."""

from django.db import models

from metrology.models.accounts import User


class IdempotencyKey(models.Model):
    """The answer once given to a POST with an Idempotency-Key, replayed to its repetitions."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="idempotency_key_once"),)

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a process last proved that it does its work, not merely that it exists."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ScheduleSlot(models.Model):
    """One run of a scheduled task in one slot; the unique row makes any number of beats safe."""

    task = models.CharField(max_length=60)
    slot = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("task", "slot"), name="slot_once"),)

    def __str__(self) -> str:
        return f"{self.task} {self.slot}"
