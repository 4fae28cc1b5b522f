"""What a certificate says, frozen at approval: the single source of PDF, public page and DCC.

Every measured value is text. The canonical JSON is what is hashed, stored and rendered.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings

from certificates.models import Certificate
from certificates.record import people_of_readings, records_of
from instruments.models import Job
from labs.models import Confirmation, Equipment, MethodVersion, Registration, Standard, TraceCertificate
from metrology import clock, fonts
from metrology.ledger import canonical
from metrology.models import Organization, Person
from metrology.science.method import MethodDocument, parse
from metrology.science.plan import fill

SCHEMA_VERSION = 1
TEMPLATE_VERSION = "1"

Snapshot = dict[str, Any]


def assemble(job: Job, *, kind: str, valid_until: date | None, refers: Certificate | None) -> Snapshot:
    """Everything a certificate of this job says, but for its number and code."""
    assert job.method_version is not None
    document = parse(json.loads(job.method_version.document))
    records = records_of(job, document)
    final = records[-1]
    judged = kind != Certificate.Kind.CALIBRATION or job.item.wants_verdict
    return {
        "schema_version": SCHEMA_VERSION,
        "template": TEMPLATE_VERSION,
        "fonts": fonts.edition(),
        "kind": str(kind),
        "is_demo": job.institute.is_demo,
        "institute": _institute(job),
        "client": _client(job),
        "instrument": _instrument(job, document),
        "job": _job(job),
        "method": _method(job.method_version, document),
        "standard": _standard(job.standard, job.tested_on),
        "equipment": [_equipment(use.equipment, use.trace_certificate, use) for use in _uses(job)],
        "environment": _environment(job),
        "people": {
            "tester": _person(job.tester, job.tested_on),
            "checker": _person(job.checker, job.checked_on),
            "approver": _person(job.approver, job.approved_on),
            "recorders": people_of_readings(records),
        },
        "dates": {
            "received_on": clock.local_date(job.received_at).isoformat(),
            "tested_on": _day(job.tested_on),
            "checked_on": _day(job.checked_on),
            "approved_on": _day(job.approved_on),
            "valid_until": _day(valid_until),
        },
        "records": records,
        "judged": judged,
        "verdict": final["verdict"] if judged else "",
        "rule": final["rule"] if judged else "",
        "conclusion": _conclusion(document, job, final, kind) if judged else {"zh": "", "en": ""},
        "refers": _refers(job, refers),
    }


def complete(draft: Snapshot, *, number: str, code: str, issue_no: int, approved_at: str) -> Snapshot:
    """The draft with what is only known once the number is taken."""
    return draft | {
        "number": number,
        "code": code,
        "check_url": f"{settings.PUBLIC_URL}/v/{code}",
        "issue_no": issue_no,
        "approved_at": approved_at,
    }


def freeze(snapshot: Snapshot) -> tuple[str, str]:
    """The canonical text of a snapshot and its SHA-256."""
    text = canonical(snapshot)
    return text, hashlib.sha256(text.encode()).hexdigest()


def thaw(text: str) -> Snapshot:
    """The snapshot a certificate keeps."""
    loaded: Snapshot = json.loads(text)
    return loaded


def texts(value: Any) -> Iterator[str]:
    """Every text in a snapshot, for the check that all of it can be printed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _address(body: Organization) -> dict[str, str]:
    return {
        "id": str(body.public_id),
        "name_zh": body.name_zh,
        "name_en": body.name_en,
        "address": body.address,
        "postcode": body.postcode,
        "phone": body.phone,
        "email": body.email,
    }


def _institute(job: Job) -> Snapshot:
    licences = job.institute.authorisations.filter(methods=job.method)
    valid = licences.valid_on(job.tested_on).order_by("kind", "pk") if job.tested_on else licences.none()
    return _address(job.institute) | {
        "code": job.institute.code or "",
        "laboratory": str(job.laboratory) if job.laboratory else "",
        "authorisations": [
            {"kind": row.kind, "number": row.number, "issuer": row.issuer, "valid_to": _day(row.valid_to)}
            for row in valid
        ],
    }


def _client(job: Job) -> Snapshot:
    client = job.item.order.client
    return _address(client) | {
        "credit_code": client.credit_code or "",
        "order_address": job.item.order.address,
    }


def _instrument(job: Job, document: MethodDocument) -> Snapshot:
    instrument = job.instrument
    return {
        "id": str(instrument.public_id),
        "label_no": instrument.label_no,
        "owner_zh": instrument.owner.name_zh,
        "owner_en": instrument.owner.name_en,
        "name": instrument.name,
        "category_zh": instrument.category.name_zh,
        "category_en": instrument.category.name_en,
        "model": instrument.model,
        "serial": instrument.serial,
        "asset_no": instrument.asset_no,
        "maker": instrument.maker,
        "origin": instrument.origin,
        "measuring_range": instrument.measuring_range,
        "accuracy_class": instrument.accuracy_class,
        "purpose": instrument.purpose,
        "is_mandatory": instrument.is_mandatory,
        "parameters": [
            {
                "key": parameter.key,
                "zh": parameter.zh,
                "en": parameter.en,
                "value": str(job.parameters[parameter.key]),
                "unit": fill(parameter.unit, {key: str(text) for key, text in job.parameters.items()}),
            }
            for parameter in document.parameters
            if job.parameters.get(parameter.key) not in (None, "")
        ],
    }


def _job(job: Job) -> Snapshot:
    repeated = job.repeats_job
    return {
        "id": str(job.public_id),
        "number": job.number,
        "order": job.item.order.number,
        "service": job.service,
        "stage": job.stage,
        "reason": job.item.reason,
        "condition": job.item.condition,
        "accessories": job.item.accessories,
        "issue_no": job.issue_no,
        "revision": job.revision,
        "amend_reason": job.amend_reason,
        "repeats": repeated.number if repeated else "",
    }


def _method(version: MethodVersion, document: MethodDocument) -> Snapshot:
    edition = version.edition
    return {
        "code": edition.method.code,
        "edition": edition.edition,
        "title_zh": edition.method.title_zh or document.title.zh,
        "title_en": edition.method.title_en or document.title.en,
        "version": version.number,
        "sha256": version.sha256,
        "confidence": version.confidence,
        "confirmations": [
            {"person": row.person.name, "agrees": row.agrees, "at": row.at.isoformat()}
            for row in Confirmation.objects.filter(version=version).select_related("person").order_by("pk")
        ],
    }


def _standard(standard: Standard | None, day: date | None) -> Snapshot | None:
    if standard is None or day is None:
        return None
    exam = standard.exam_certificates.valid_on(day).order_by("-valid_to", "-pk").first()
    licence = standard.public_licences.valid_on(day).order_by("-valid_to", "-pk").first()
    return {
        "id": str(standard.public_id),
        "name_zh": standard.name_zh,
        "name_en": standard.name_en,
        "code": standard.code or "",
        "measuring_range": standard.measuring_range,
        "accuracy": standard.accuracy,
        "exam_certificate": {"number": exam.number, "valid_to": _day(exam.valid_to)} if exam else None,
        "public_licence": {"number": licence.number, "valid_to": _day(licence.valid_to)} if licence else None,
    }


def _uses(job: Job) -> Any:
    return job.equipment.select_related("equipment", "trace_certificate").order_by("role", "pk")


def _equipment(equipment: Equipment, trace: TraceCertificate | None, use: Any) -> Snapshot:
    return {
        "id": str(equipment.public_id),
        "role": use.role,
        "name_zh": equipment.name_zh,
        "name_en": equipment.name_en,
        "model": equipment.model,
        "serial": equipment.serial,
        "measuring_range": equipment.measuring_range,
        "accuracy": equipment.accuracy,
        "condition": use.condition,
        "note": use.note,
        "trace": {
            "number": trace.number,
            "issuer": trace.issuer,
            "calibrated_on": _day(trace.calibrated_on),
            "valid_to": _day(trace.valid_to),
            "uncertainty": trace.uncertainty,
            "sha256": trace.sha256,
        }
        if trace
        else None,
    }


def _environment(job: Job) -> dict[str, str]:
    on_site = job.place == Job.Place.ON_SITE
    room = f"{job.room.laboratory.name_zh} {job.room.name}" if job.room else ""
    return {
        "place": job.place,
        "address": (job.site_address or job.item.order.address) if on_site else room,
        "temperature": job.temperature,
        "humidity": job.humidity,
        "pressure": job.pressure,
    }


def _person(person: Person | None, day: date | None) -> dict[str, str]:
    if person is None:
        return {"name": "", "name_en": "", "certificate_no": "", "registration_no": ""}
    registration = (
        Registration.objects.valid_on(day).filter(metrologist__person=person).order_by("-valid_to").first()
        if day
        else None
    )
    metrologist = getattr(person, "metrologist", None)
    return {
        "id": str(person.public_id),
        "name": person.name_zh,
        "name_en": person.name_en,
        "certificate_no": metrologist.certificate_no if metrologist else "",
        "registration_no": registration.number if registration else "",
    }


def _conclusion(document: MethodDocument, job: Job, final: Snapshot, kind: str) -> dict[str, str]:
    """The sentence stored with the result; where the method has none, the plain word."""
    if final["conclusion"]["zh"]:
        return dict(final["conclusion"])
    passed = kind != Certificate.Kind.REJECTION and final["verdict"] == "pass"
    return {"zh": "合格", "en": "Conforming"} if passed else {"zh": "不合格", "en": "Not conforming"}


def _refers(job: Job, refers: Certificate | None) -> Snapshot | None:
    if refers is None:
        return None
    replaces = refers.job_id == job.pk
    return {
        "number": refers.number,
        "kind": str(refers.kind),
        "approved_on": clock.local_date(refers.approved_at).isoformat(),
        "relation": "replaces" if replaces else "repeats",
        "reason": job.amend_reason if replaces else "",
    }
