"""What the one search box looks through."""

from django.db import models


class SearchEntry(models.Model):
    """The searchable words of one row (检索条目), rewritten in the transaction that changes the row.

    The key is the number of its source and the row's own key (metrology/search/sources.py), so that
    the newest rows of a kind are the highest keys. Everything here can be made again: `reindex`.
    """

    id = models.BigIntegerField(primary_key=True)
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=240)
    subtitle = models.CharField(max_length=400, blank=True)
    words = models.TextField()
    codes = models.TextField(blank=True)
    initials = models.TextField(blank=True)
    spelled = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title
