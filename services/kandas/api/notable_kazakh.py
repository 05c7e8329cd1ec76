"""`/v1/notable-kazakhs`: notable Kazakhs abroad, one or many, corrections, withdrawals, history."""

from services.kandas.cases.notable_kazakh import NOTABLE_KAZAKHS
from shared.records.routes import record_routes

router = record_routes(NOTABLE_KAZAKHS, "notable Kazakhs abroad")
