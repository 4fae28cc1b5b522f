"""What the API shows of a standard, and what its verbs take."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from labs.actions.standards import Item
from labs.actions.trials import Group
from labs.api.fields import ByPersonBody, DisciplineCode, MethodCode, NumeralText, PersonSummary
from labs.models import (
    Equipment,
    ExamCertificate,
    Examination,
    Laboratory,
    PublicLicence,
    RepeatabilityTest,
    Room,
    StabilityTest,
    Standard,
    StandardEquipment,
    StandardItem,
    StandardPerson,
    StatusPeriod,
)
from metrology.doors import MOST_ITEMS, Body, Day, OnReasonBody, Several, StoredJson
from metrology.fields import PublicId, RegionKey, ScopedRelated, StrictText
from metrology.models import Organization, Person

CERTIFICATE = ("id", "number", "issuer", "valid_from", "valid_to", "revoked_on")


class ItemSerializer(serializers.ModelSerializer[StandardItem]):
    id = PublicId()
    method = MethodCode(read_only=True)

    class Meta:
        model = StandardItem
        fields = (
            "id",
            "uut_name_zh",
            "uut_name_en",
            "method",
            "range_low",
            "range_high",
            "unit",
            "accuracy_classes",
            "valid_from",
            "valid_to",
        )


class EquipmentPartSerializer(serializers.ModelSerializer[StandardEquipment]):
    id = PublicId()
    equipment = ScopedRelated(read_only=True)
    name = serializers.CharField(source="equipment.name_zh", read_only=True)
    serial = serializers.CharField(source="equipment.serial", read_only=True)

    class Meta:
        model = StandardEquipment
        fields = ("id", "equipment", "name", "serial", "role", "valid_from", "valid_to")


class PersonPartSerializer(serializers.ModelSerializer[StandardPerson]):
    id = PublicId()
    person = PersonSummary(read_only=True)

    class Meta:
        model = StandardPerson
        fields = ("id", "person", "role", "valid_from", "valid_to")


class ExamCertificateSerializer(serializers.ModelSerializer[ExamCertificate]):
    id = PublicId()

    class Meta:
        model = ExamCertificate
        fields = CERTIFICATE


class PublicLicenceSerializer(serializers.ModelSerializer[PublicLicence]):
    id = PublicId()
    regions = RegionKey(many=True, read_only=True)

    class Meta:
        model = PublicLicence
        fields = (*CERTIFICATE, "regions")


class StatusPeriodSerializer(serializers.ModelSerializer[StatusPeriod]):
    class Meta:
        model = StatusPeriod
        fields = ("status", "valid_from", "valid_to", "reason")


class ExaminationSerializer(serializers.ModelSerializer[Examination]):
    id = PublicId()
    standard = ScopedRelated(read_only=True)

    class Meta:
        model = Examination
        fields = ("id", "standard", "kind", "state", "opened_on", "closed_on", "note", "version")


class RepeatabilitySerializer(serializers.ModelSerializer[RepeatabilityTest]):
    id = PublicId()
    readings = StoredJson(read_only=True)
    person = PersonSummary(read_only=True)

    class Meta:
        model = RepeatabilityTest
        fields = ("id", "tested_on", "readings", "unit", "s", "reference_s", "accepted", "person")


class StabilitySerializer(serializers.ModelSerializer[StabilityTest]):
    id = PublicId()
    means = StoredJson(read_only=True)
    person = PersonSummary(read_only=True)

    class Meta:
        model = StabilityTest
        fields = ("id", "tested_on", "means", "unit", "stability", "limit", "accepted", "person")


class StandardSerializer(serializers.ModelSerializer[Standard]):
    """A standard with its standing on the day asked for (`as_of`, else today)."""

    id = PublicId()
    institute = ScopedRelated(read_only=True)
    institute_name = serializers.CharField(source="institute.name", read_only=True)
    laboratory = ScopedRelated(read_only=True, allow_null=True)
    room = ScopedRelated(read_only=True, allow_null=True)
    discipline = DisciplineCode(read_only=True)
    status = serializers.CharField(source="standing", read_only=True, allow_null=True)
    examined = serializers.BooleanField(source="is_examined", read_only=True)
    licensed = serializers.BooleanField(source="is_licensed", read_only=True)
    usable = serializers.BooleanField(source="is_usable", read_only=True)

    class Meta:
        model = Standard
        fields = (
            "id",
            "institute",
            "institute_name",
            "laboratory",
            "room",
            "name_zh",
            "name_en",
            "code",
            "discipline",
            "category",
            "is_highest",
            "measuring_range",
            "accuracy",
            "established_on",
            "status",
            "examined",
            "licensed",
            "usable",
            "version",
        )


class StandardDetail(StandardSerializer):
    items = ItemSerializer(many=True, read_only=True)
    equipment = EquipmentPartSerializer(source="equipment_parts", many=True, read_only=True)
    people = PersonPartSerializer(many=True, read_only=True)
    exam_certificates = ExamCertificateSerializer(many=True, read_only=True)
    public_licences = PublicLicenceSerializer(many=True, read_only=True)
    status_periods = StatusPeriodSerializer(many=True, read_only=True)
    examinations = ExaminationSerializer(many=True, read_only=True)
    repeatability_tests = RepeatabilitySerializer(many=True, read_only=True)
    stability_tests = StabilitySerializer(many=True, read_only=True)

    class Meta:
        model = Standard
        fields = (
            *StandardSerializer.Meta.fields,
            "items",
            "equipment",
            "people",
            "exam_certificates",
            "public_licences",
            "status_periods",
            "examinations",
            "repeatability_tests",
            "stability_tests",
        )


class ItemBody(Body):
    uut_name_zh = StrictText(max_length=120)
    uut_name_en = StrictText(max_length=160, required=False, allow_blank=True)
    method = MethodCode()
    range_low = NumeralText(required=False, allow_blank=True)
    range_high = NumeralText(required=False, allow_blank=True)
    unit = StrictText(max_length=16, required=False, allow_blank=True)
    accuracy_classes = StrictText(max_length=120, required=False, allow_blank=True)
    valid_from = Day(required=False)

    def to_internal_value(self, data: Any) -> Item:
        return Item(**super().to_internal_value(data))


class NewStandard(Body):
    institute = ScopedRelated(queryset=Organization.objects.all())
    laboratory = ScopedRelated(queryset=Laboratory.objects.all(), required=False, allow_null=True)
    room = ScopedRelated(queryset=Room.objects.select_related("laboratory"), required=False, allow_null=True)
    name_zh = StrictText(max_length=160)
    name_en = StrictText(max_length=200, required=False, allow_blank=True)
    code = StrictText(max_length=8, required=False, allow_null=True)
    discipline = DisciplineCode()
    category = serializers.ChoiceField(Standard.Category.choices, required=False)
    is_highest = serializers.BooleanField(default=False)
    measuring_range = StrictText(max_length=160)
    accuracy = StrictText(max_length=160)
    established_on = Day(required=False, allow_null=True)
    items = Several(child=ItemBody(), required=False, max_length=MOST_ITEMS)


class NewExamCertificate(Body):
    number = StrictText(max_length=80)
    issuer = StrictText(max_length=120)
    valid_from = Day()
    valid_to = Day()


class NewPublicLicence(NewExamCertificate):
    regions = Several(child=RegionKey(), min_length=1, max_length=MOST_ITEMS)


class RevokeCertificateBody(OnReasonBody):
    number = StrictText(max_length=80)


class EquipmentPartBody(Body):
    equipment = ScopedRelated(queryset=Equipment.objects.all())
    role = serializers.ChoiceField(StandardEquipment.Role.choices)
    valid_from = Day(required=False)


class PersonPartBody(Body):
    person = ScopedRelated(queryset=Person.objects.all())
    role = serializers.ChoiceField(StandardPerson.Role.choices)
    valid_from = Day(required=False)


class EndPartBody(Body):
    """An item, a piece of equipment or a person of this standard, by the id of that part."""

    part = serializers.UUIDField()
    on = Day()


class NewExamination(Body):
    kind = serializers.ChoiceField(Examination.Kind.choices)
    opened_on = Day(required=False)
    note = StrictText(required=False, allow_blank=True)


class MoveBody(Body):
    to = serializers.ChoiceField(Examination.State.choices)
    on = Day(required=False)
    note = StrictText(required=False, allow_blank=True)


class RepeatabilityBody(ByPersonBody):
    tested_on = Day(required=False)
    readings = Several(child=NumeralText(), max_length=MOST_ITEMS)
    unit = StrictText(max_length=16)
    reference_s = NumeralText(required=False)
    need_still_met = serializers.BooleanField(default=False)


class GroupBody(Body):
    measured_on = Day()
    readings = Several(child=NumeralText(), max_length=MOST_ITEMS)

    def to_internal_value(self, data: Any) -> Group:
        return Group(**super().to_internal_value(data))


class StabilityBody(ByPersonBody):
    groups = Several(child=GroupBody(), min_length=1, max_length=24)
    limit = NumeralText()
    unit = StrictText(max_length=16)
