"""The way of a table into the ledger: its columns, the check of its rows, its template, its queue."""
