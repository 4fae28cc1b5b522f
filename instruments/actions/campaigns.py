"""Days on site with many instruments: planned, begun, closed (现场检定任务)."""

from datetime import date

from django.utils.translation import gettext as _

from instruments.actions.checks import DESK, cleaned
from instruments.models import Campaign
from instruments.workflow import CAMPAIGN_MOVES
from metrology.actors import Actor
from metrology.errors import Invalid
from metrology.ledger import record, verb
from metrology.models import Organization, Region
from metrology.states import advance


@verb
def plan_campaign(
    institute: Organization, *, region: Region, name: str, planned_on: date, by: Actor, place: str = ""
) -> Campaign:
    """Plan the verification of a market or a street on one day, in a region the institute serves."""
    by.require(*DESK, within=institute)
    if not region.path.startswith(institute.region.path):
        raise Invalid({"/region": [_("This region is not served by the institute.")]})
    campaign = cleaned(
        Campaign(institute=institute, region=region, name=name, place=place, planned_on=planned_on)
    )
    campaign.save(force_insert=True)
    return _noted("campaign.planned", campaign, by)


@verb
def begin_campaign(campaign: Campaign, *, by: Actor) -> Campaign:
    """The institute's people are on site."""
    by.require(*DESK, within=campaign.institute)
    advance(campaign, Campaign.State.RUNNING, moves=CAMPAIGN_MOVES)
    return _noted("campaign.begun", campaign, by)


@verb
def close_campaign(campaign: Campaign, *, by: Actor) -> Campaign:
    """Nothing more is done on site; open jobs go on in the laboratory."""
    by.require(*DESK, within=campaign.institute)
    advance(campaign, Campaign.State.CLOSED, moves=CAMPAIGN_MOVES)
    return _noted("campaign.closed", campaign, by)


def _noted(name: str, campaign: Campaign, by: Actor) -> Campaign:
    record(
        name,
        campaign,
        by=by,
        organization=campaign.institute,
        region=campaign.region,
        called=campaign.name,
        planned_on=campaign.planned_on,
    )
    return campaign
