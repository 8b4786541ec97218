"""This module answers for batches: making ids, and cancelling or pausing what carries one."""

import secrets
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, answer, nothing, refusal
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import json_object

STATUSES = ("cancel", "pause")
INVALID_ID = Complaint("invalid batch id", "batch_id")
INVALID_STATUS = Complaint("status must be pause or cancel", "status")
EXISTS = Complaint("a status for this batch id exists, try PATCH to update the status", "batch_id")
NO_SLOT = Complaint("max limit reached")
NOT_FOUND = Complaint("batch id not found")


def create_batch(office: Office, request: Request) -> Response:
    batch = secrets.token_urlsafe(24)
    office.database.write("INSERT INTO batch VALUES (?, ?)", (batch, office.clock.now()))
    return answer({"batch_id": batch}, 201)


def show_batch(office: Office, request: Request, batch: str) -> Response:
    if not _known(office, batch):
        return refusal(400, Complaint("invalid batch id"))
    return answer({"batch_id": batch})


def stop_batch(office: Office, request: Request) -> Response:
    """Cancel or pause all mail of a batch, come or still to come."""
    wish = json_object(request)
    batch, status = wish.get("batch_id"), wish.get("status")
    if not isinstance(batch, str) or not _known(office, batch):
        return refusal(400, INVALID_ID)
    if status not in STATUSES:
        return refusal(400, INVALID_STATUS)
    with office.database.transaction() as connection:
        taken = [row["batch"] for row in connection.execute("SELECT batch FROM stop")]
        if batch in taken:
            return refusal(400, EXISTS)
        if len(taken) >= office.behaviour.slots:
            return refusal(400, NO_SLOT)
        connection.execute("INSERT INTO stop VALUES (?, ?, ?)", (batch, status, office.clock.now()))
    return answer({"batch_id": batch, "status": status}, 201)


def list_stops(office: Office, request: Request) -> Response:
    return answer(_stops(office))


def show_stop(office: Office, request: Request, batch: str) -> Response:
    return answer([stop for stop in _stops(office) if stop["batch_id"] == batch])


def change_stop(office: Office, request: Request, batch: str) -> Response:
    """Turn a pause into a cancel or back; that it was stopped stays true since its beginning."""
    status = json_object(request).get("status")
    if status not in STATUSES:
        return refusal(400, INVALID_STATUS)
    if not office.database.write("UPDATE stop SET status = ? WHERE batch = ?", (status, batch)):
        return refusal(404, NOT_FOUND)
    office.release()
    return nothing(204)


def end_stop(office: Office, request: Request, batch: str) -> Response:
    """Let the batch go on: what waits leaves at its time, what was held leaves now."""
    if not office.database.write("DELETE FROM stop WHERE batch = ?", (batch,)):
        return refusal(404, NOT_FOUND)
    office.release()
    office.wake.set()
    return nothing(204)


def _known(office: Office, batch: str) -> bool:
    return bool(office.database.value("SELECT 1 FROM batch WHERE id = ?", (batch,)))


def _stops(office: Office) -> list[dict[str, Any]]:
    rows = office.database.rows("SELECT batch AS batch_id, status FROM stop ORDER BY since, batch")
    return [dict(row) for row in rows]
