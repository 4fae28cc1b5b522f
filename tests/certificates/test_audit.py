"""One changed byte, wherever it is, is found and named; an untouched register is not accused."""

import pytest
from django.core.management import CommandError, call_command

from certificates import actions, audit, files
from certificates.models import (
    Certificate,
    CertificateFile,
    CertificateHead,
    CertificateStatus,
    LogEntry,
    Seal,
)
from metrology import guards
from metrology.models import Counter, Event


@pytest.fixture
def issued(house, job):
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return certificate


def spoil(model, **changes):
    with guards.lifted():
        assert model.objects.update(**changes)


def faults():
    return list(audit.faults())


def test_it_says_that_the_ledger_holds(issued, capsys):
    call_command("verify_ledger")
    assert "The ledger holds." in capsys.readouterr().out


def test_it_exits_with_one_and_names_the_fault(issued, capsys):
    spoil(Event, facts="{}")
    with pytest.raises(CommandError) as failure:
        call_command("verify_ledger")
    assert failure.value.returncode == 1
    assert "content does not match its hash" in capsys.readouterr().out


def test_one_byte_of_the_file(issued):
    path = files.path_of(issued.seal.pdf_sha256)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert any("altered" in fault for fault in faults())
    path.unlink()
    assert any("cannot be read" in fault for fault in faults())


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Certificate, {"snapshot": "{}"}),
        (Certificate, {"snapshot_sha256": "0" * 64}),
        (Certificate, {"valid_until": "2098-01-01"}),
        (Certificate, {"tested_on": "2001-01-01"}),
        (Certificate, {"number": "TA-V-2026-000009"}),
        (Certificate, {"code": "2" * 20}),
        (Certificate, {"seq": 7}),
        (CertificateHead, {"state": "revoked"}),
        (CertificateHead, {"valid_until": "2098-01-01"}),
        (CertificateStatus, {"seq": 9}),
        (CertificateFile, {"sha256": "0" * 64}),
        (CertificateFile, {"size": 1}),
        (Seal, {"pdf_sha256": "0" * 64}),
        (LogEntry, {"leaf": "{}"}),
        (LogEntry, {"leaf_hash": "0" * 64}),
        (LogEntry, {"seq": 5}),
        (Counter, {"value": 5}),
    ],
)
def test_one_changed_column(issued, model, changes):
    if changes == {"seq": 9}:
        with guards.lifted():
            CertificateStatus.objects.filter(seq=2).update(seq=9)
    else:
        spoil(model, **changes)
    assert faults()


def test_a_missing_row(issued):
    with guards.lifted():
        LogEntry.objects.all().delete()
    assert faults()
