"""Addresses of keeping the ledger, one entry at a time or a table at once."""

from django.urls import path

from instruments.views import import_batch, imports, keeping, ledger

urlpatterns = [
    path("instruments/", ledger.InstrumentList.as_view(), name="instruments"),
    path("instruments/new/", keeping.NewInstrument.as_view(), name="instrument_new"),
    path("instruments/parameters/", keeping.ParameterFields.as_view(), name="instrument_parameters"),
    path("instruments/import/", imports.Imports.as_view(), name="imports"),
    path("instruments/import/template/", imports.Template.as_view(), name="import_template"),
    path("instruments/import/rows/<uuid:key>/", import_batch.RowPage.as_view(), name="import_row"),
    path("instruments/import/<uuid:key>/", import_batch.BatchPage.as_view(), name="import"),
    path("instruments/import/<uuid:key>/progress/", import_batch.Progress.as_view(), name="import_progress"),
    path("instruments/import/<uuid:key>/columns/", imports.Columns.as_view(), name="import_columns"),
    path("instruments/import/<uuid:key>/replace/", import_batch.Replace.as_view(), name="import_replace"),
    path("instruments/import/<uuid:key>/duplicates/", import_batch.Decide.as_view(), name="import_decide"),
    path("instruments/import/<uuid:key>/enter/", import_batch.Enter.as_view(), name="import_enter"),
    path("instruments/import/<uuid:key>/remove/", imports.Remove.as_view(), name="import_remove"),
    path("instruments/<uuid:key>/", ledger.InstrumentPage.as_view(), name="instrument"),
    path("instruments/<uuid:key>/change/", keeping.ChangeInstrument.as_view(), name="instrument_change"),
    path("instruments/<uuid:key>/stop/", keeping.OutOfService.as_view(), name="instrument_stop"),
    path("instruments/<uuid:key>/return/", keeping.ReturnToUse.as_view(), name="instrument_return"),
    path("instruments/<uuid:key>/scrap/", keeping.Scrap.as_view(), name="instrument_scrap"),
]
