"""`/v1/lost-documents`: single and bulk intake, corrections, withdrawals, history."""

from services.portal.cases.border.lost_document import LOST_DOCUMENTS
from shared.records.routes import record_routes

router = record_routes(LOST_DOCUMENTS, "lost documents")
