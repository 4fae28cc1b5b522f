"""The demonstration: invented bodies in which every step of the main job can be tried."""

from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, found_bodies
from metrology.management.demo.laboratory import equip
from metrology.management.demo.ledger import enter_instruments

__all__ = ["Cast", "build"]


@verb
def build() -> Cast:
    """Found the bodies, equip the city institute, fill a small ledger: real verbs, one transaction."""
    cast = found_bodies()
    equip(cast)
    enter_instruments(cast)
    return cast
