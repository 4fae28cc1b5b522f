"""What a laboratory must have in order before it may issue (rules 2)."""

from labs.models.equipment import Comparison, Equipment, IntermediateCheck, TraceCertificate
from labs.models.methods import Confirmation, Discipline, Method, MethodEdition, MethodVersion
from labs.models.people import Metrologist, Qualification, Registration
from labs.models.places import Authorisation, EnvironmentRecord, Laboratory, Room
from labs.models.standards import (
    ExamCertificate,
    Examination,
    PublicLicence,
    RepeatabilityTest,
    StabilityTest,
    Standard,
    StandardEquipment,
    StandardItem,
    StandardPerson,
    StatusPeriod,
)

__all__ = [
    "Authorisation",
    "Comparison",
    "Confirmation",
    "Discipline",
    "EnvironmentRecord",
    "Equipment",
    "ExamCertificate",
    "Examination",
    "IntermediateCheck",
    "Laboratory",
    "Method",
    "MethodEdition",
    "MethodVersion",
    "Metrologist",
    "PublicLicence",
    "Qualification",
    "Registration",
    "RepeatabilityTest",
    "Room",
    "StabilityTest",
    "Standard",
    "StandardEquipment",
    "StandardItem",
    "StandardPerson",
    "StatusPeriod",
    "TraceCertificate",
]
